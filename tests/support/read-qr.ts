import jsQR from 'jsqr';
import { PNG } from 'pngjs';

/** The text of a QR code in a PNG, as a camera would read it. */
export function readQrPng(bytes: Uint8Array): string {
  const { data, width, height } = PNG.sync.read(Buffer.from(bytes));
  return scan(data, width, height);
}

/** The text of a QR code in the SVG data URIs that the shop makes. */
export function readQrSvgDataUri(uri: string): string {
  const { pixels, size } = drawSvg(svgOf(uri));
  return scan(pixels, size, size);
}

export function svgOf(uri: string): string {
  const prefix = 'data:image/svg+xml;base64,';
  if (!uri.startsWith(prefix)) throw new Error('Not an SVG data URI in base64');
  return Buffer.from(uri.slice(prefix.length), 'base64').toString();
}

const PIXELS_PER_MODULE = 4;

/**
 * Draws the one stroked path that the `qrcode` package writes: absolute moves (`M`), relative moves (`m`) and relative
 * horizontal strokes (`h`), one module high, on a white ground.
 */
function drawSvg(svg: string): { pixels: Uint8ClampedArray; size: number } {
  const modules = Number(/viewBox="0 0 (\d+) \1"/.exec(svg)?.[1]);
  const path = /<path stroke="#000000" d="([^"]+)"/.exec(svg)?.[1];
  if (!(modules > 0) || path === undefined) throw new Error('Not a QR code in the form that the shop draws');
  const size = modules * PIXELS_PER_MODULE;
  const pixels = new Uint8ClampedArray(size * size * 4).fill(255);
  let x = 0;
  let y = 0;
  for (const [, command, first = '0', second = '0'] of path.matchAll(/([Mmh])(-?[\d.]+)(?:[ ,](-?[\d.]+))?/g)) {
    if (command === 'M') [x, y] = [Number(first), Number(second)];
    if (command === 'm') [x, y] = [x + Number(first), y + Number(second)];
    if (command !== 'h') continue;
    blacken(pixels, size, x, Math.floor(y), Number(first));
    x += Number(first);
  }
  return { pixels, size };
}

function blacken(pixels: Uint8ClampedArray, size: number, column: number, row: number, length: number): void {
  for (let y = row * PIXELS_PER_MODULE; y < (row + 1) * PIXELS_PER_MODULE; y += 1) {
    const start = (y * size + column * PIXELS_PER_MODULE) * 4;
    for (let at = start; at < start + length * PIXELS_PER_MODULE * 4; at += 4) pixels.fill(0, at, at + 3);
  }
}

function scan(pixels: Uint8ClampedArray | Buffer, width: number, height: number): string {
  const found = jsQR.default(new Uint8ClampedArray(pixels), width, height, { inversionAttempts: 'dontInvert' });
  if (found === null) throw new Error('No QR code found');
  return found.data;
}
