import { PNG } from 'pngjs';
import { describe, expect, it } from 'vitest';
import { qrPng, qrSvgDataUri } from '../../../lib/esims/qr.ts';
import { readQrPng, readQrSvgDataUri, svgOf } from '../../support/read-qr.ts';

const CODES = [
  'LPA:1$rsp-3104.idemia.io$0F1A2-ABCDE-12345-FGHIJ',
  'LPA:1$a.b$C',
  `LPA:1$${'long-host.'.repeat(12)}example$${'K2-'.repeat(40)}`,
  'Привет, 👋',
];

function isWhite({ data, width }: PNG, x: number, y: number): boolean {
  const at = (y * width + x) * 4;
  return data[at] === 255 && data[at + 1] === 255 && data[at + 2] === 255;
}

describe('qrPng', () => {
  it.each(CODES)('draws what a camera reads as %s', async (code) => {
    expect(readQrPng(await qrPng(code))).toBe(code);
  });

  it.each(CODES)('is at least 480 pixels wide with four modules of white around: %s', async (code) => {
    const png = PNG.sync.read(Buffer.from(await qrPng(code)));
    expect(png.width).toBe(png.height);
    expect(png.width).toBeGreaterThanOrEqual(480);
    // The first black pixel of the middle line through the upper left corner mark is where the code begins.
    let margin = 0;
    while (isWhite(png, margin, margin)) margin += 1;
    // A corner mark is seven modules wide.
    let mark = margin;
    while (!isWhite(png, mark, margin)) mark += 1;
    const scale = (mark - margin) / 7;
    expect(margin).toBe(4 * scale);
    for (let i = 0; i < png.width; i += 1) {
      for (const [x, y] of [
        [i, margin - 1],
        [i, png.width - margin],
        [margin - 1, i],
        [png.width - margin, i],
      ] as const) {
        expect(isWhite(png, x, y)).toBe(true);
      }
    }
  });
});

describe('qrSvgDataUri', () => {
  it.each(CODES)('draws what a camera reads as %s', async (code) => {
    expect(readQrSvgDataUri(await qrSvgDataUri(code))).toBe(code);
  });

  it('is black on white with four modules of white around', async () => {
    const svg = svgOf(await qrSvgDataUri('LPA:1$a.b$C'));
    expect(svg).toMatch(/viewBox="0 0 (29|33) \1"/);
    expect(svg).toContain('fill="#ffffff"');
    expect(svg).toMatch(/stroke="#000000" d="M4 4\.5h7/);
  });
});
