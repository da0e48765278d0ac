import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { milliFromDecimal } from '../../../lib/esim-go/decimal.ts';

describe('milliFromDecimal', () => {
  it.each([
    [90.275, 90275],
    [3.45, 3450],
    [41.2755, 41276],
    [1.17, 1170],
    ['996.55', 996550],
    [1000, 1000000],
    [0, 0],
    [1e-7, 1],
    [1.5e3, 1500000],
    [3.4500000000000002, 3450],
    [3.4499999999999997, 3450],
  ])('reads %s as %i thousandths', (value, milli) => {
    expect(milliFromDecimal(value)).toBe(milli);
  });

  it('rounds a balance down, below zero as well', () => {
    expect(milliFromDecimal(0.0009, 'down')).toBe(0);
    expect(milliFromDecimal(-0.0011, 'down')).toBe(-2);
    expect(milliFromDecimal(-0.0011, 'up')).toBe(-1);
  });

  it.each(['', 'abc', '1,5', '0x10', '1.', '.5', NaN, Infinity, '99999999999999999', 1e300])('refuses %s', (value) => {
    expect(milliFromDecimal(value)).toBeNull();
  });

  it('returns every price of up to three decimals exactly, as a number and as text', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 10_000_000_000 }), (milli) => {
        const text = `${Math.floor(milli / 1000)}.${String(milli % 1000).padStart(3, '0')}`;
        expect(milliFromDecimal(text)).toBe(milli);
        expect(milliFromDecimal(Number(text))).toBe(milli);
        expect(milliFromDecimal(Number(text), 'down')).toBe(milli);
      }),
    );
  });

  it('never rounds a cost down and never adds as much as a thousandth', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1_000_000 }), fc.integer({ min: 1, max: 999_999 }), (milli, rest) => {
        const decimals = String(milli % 1000).padStart(3, '0') + String(rest).padStart(6, '0');
        expect(milliFromDecimal(`${Math.floor(milli / 1000)}.${decimals}`)).toBe(milli + 1);
      }),
    );
  });
});
