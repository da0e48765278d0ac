import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { flagCodeOf, tileLetters } from '../../../src/ui/flag-code.ts';
import { COUNTRIES } from '../../../sandbox/esim-go/catalogue/places.ts';

const flagFiles = path.join(path.dirname(createRequire(import.meta.url).resolve('country-flag-icons')), '3x2');

describe('flagCodeOf', () => {
  it('names a flag that is there for every country sold, but for the one that is no more', () => {
    const without = COUNTRIES.map(({ code }) => code).filter((code) => {
      const country = flagCodeOf(code);
      return country === null || !existsSync(path.join(flagFiles, `${country}.svg`));
    });
    expect(without).toEqual(['AN']);
  });

  it.each([
    ['US-HI', 'US'],
    ['CYP', 'CY'],
    ['IC', 'IC'],
    ['XK', 'XK'],
  ])('takes for %s the flag of %s', (code, country) => {
    expect(flagCodeOf(code)).toBe(country);
  });

  it('has none for a region', () => {
    expect(flagCodeOf('REUP')).toBeNull();
  });
});

describe('tileLetters', () => {
  it('stand in for a flag', () => {
    expect([tileLetters('AN'), tileLetters('CYP')]).toEqual(['AN', 'CY']);
  });
});
