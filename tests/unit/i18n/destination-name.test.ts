import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { destinationName, shortDestinationName } from '../../../lib/i18n/destination-name.ts';
import { ALL_CODES, REGION_CODES, SPECIAL_CODES } from './places.ts';

describe('destinationName', () => {
  it('names countries in both languages', () => {
    expect(destinationName('TH', 'en')).toBe('Thailand');
    expect(destinationName('TH', 'ru')).toBe('Таиланд');
  });

  it.each([...SPECIAL_CODES, ...REGION_CODES])('has a Russian and an English name for %s', (code) => {
    expect(destinationName(code, 'en')).toMatch(/^[\p{Script=Latin}\s&,+-]+$/u);
    expect(destinationName(code, 'ru')).toMatch(/^[\p{Script=Cyrillic}\s&,+-]+$/u);
  });

  it.each(['TR', 'TH', 'EG', 'CN', 'VN', 'GE', 'ID', 'JP', 'ES', 'IT', 'FR'])('names %s as Intl does', (code) => {
    for (const language of ['en', 'ru'] as const) {
      expect(destinationName(code, language)).toBe(new Intl.DisplayNames(language, { type: 'region' }).of(code));
    }
  });

  it('does not take the Netherlands Antilles for Curaçao', () => {
    expect(destinationName('AN', 'en')).not.toBe(destinationName('CW', 'en'));
  });

  it('gives every place a name of its own', () => {
    // AN aside, these are what a plan can be for; withdrawn codes are aliases of a present one in Intl.
    const codes = ALL_CODES.filter(
      (code) => new Intl.Locale(`und-${code.slice(0, 2)}`).region === code || code.length > 2,
    );
    for (const language of ['en', 'ru'] as const) {
      const names = codes.map((code) => destinationName(code, language));
      expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
    }
  });

  it('answers with the code it does not know, whatever it is', () => {
    expect(destinationName('RXYZ', 'en')).toBe('RXYZ');
    expect(destinationName('constructor', 'ru')).toBe('constructor');
    fc.assert(
      fc.property(fc.string(), fc.constantFrom('en' as const, 'ru' as const), (code, language) => {
        expect(destinationName(code, language).length).toBeGreaterThanOrEqual(code.length > 0 ? 1 : 0);
      }),
    );
  });
});

describe('shortDestinationName', () => {
  it('is never longer than the name', () => {
    for (const code of ALL_CODES) {
      for (const language of ['en', 'ru'] as const) {
        expect(shortDestinationName(code, language).length).toBeLessThanOrEqual(destinationName(code, language).length);
      }
    }
  });
});
