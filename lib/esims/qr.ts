import { crc32, deflateSync } from 'node:zlib';

// The standard asks for four modules of white around the code; scanners miss it without, above all on dark pages.
const QUIET_ZONE = 4;
const LEVEL = 'M';
const MIN_PNG_SIZE = 480;

export async function qrSvgDataUri(text: string): Promise<string> {
  const { toString } = await loadQrCode();
  const svg = await toString(text, {
    type: 'svg',
    errorCorrectionLevel: LEVEL,
    margin: QUIET_ZONE,
    color: { dark: '#000000', light: '#ffffff' },
  });
  return `data:image/svg+xml;base64,${Buffer.from(svg.trim()).toString('base64')}`;
}

/**
 * One bit a pixel: the library's own PNG is full colour, twenty times the work and a multiple of the size, and one is
 * drawn for every delivery.
 */
export async function qrPng(text: string): Promise<Uint8Array> {
  const { create } = await loadQrCode();
  const { modules } = create(text, { errorCorrectionLevel: LEVEL });
  const width = modules.size + 2 * QUIET_ZONE;
  const scale = Math.ceil(MIN_PNG_SIZE / width);
  const isDark = (row: number, column: number): boolean =>
    row >= 0 && column >= 0 && row < modules.size && column < modules.size && modules.get(row, column) === 1;
  const line = (row: number): Buffer =>
    bitmapLine(width * scale, (x) => isDark(row, Math.floor(x / scale) - QUIET_ZONE));
  const rows = Array.from({ length: width }, (_, y) => line(y - QUIET_ZONE));
  return encodePng(
    width * scale,
    rows.flatMap((row) => Array<Buffer>(scale).fill(row)),
  );
}

/** White is 1, eight pixels a byte, led by the line's filter type, which is none. */
function bitmapLine(size: number, isBlack: (x: number) => boolean): Buffer {
  const line = Buffer.alloc(1 + Math.ceil(size / 8));
  for (let x = 0; x < size; x += 1) {
    if (isBlack(x)) continue;
    const at = 1 + (x >> 3);
    line.writeUInt8(line.readUInt8(at) | (0x80 >> (x & 7)), at);
  }
  return line;
}

function encodePng(size: number, lines: readonly Buffer[]): Uint8Array {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(size, 0);
  header.writeUInt32BE(size, 4);
  header.writeUInt8(1, 8);
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    pngChunk('IHDR', header),
    pngChunk('IDAT', deflateSync(Buffer.concat(lines))),
    pngChunk('IEND', Buffer.alloc(0)),
  ]);
}

function pngChunk(type: string, content: Buffer): Buffer {
  const typed = Buffer.concat([Buffer.from(type, 'latin1'), content]);
  const frame = Buffer.alloc(8);
  frame.writeUInt32BE(content.length, 0);
  frame.writeUInt32BE(crc32(typed), 4);
  return Buffer.concat([frame.subarray(0, 4), typed, frame.subarray(4)]);
}

function loadQrCode() {
  return import('qrcode');
}
