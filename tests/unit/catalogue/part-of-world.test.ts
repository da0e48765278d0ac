import { describe, expect, it } from 'vitest';
import { partOfWorld } from '../../../lib/catalogue/part-of-world.ts';
import { partOfWorldMessages } from '../../../lib/i18n/part-of-world-messages.ts';
import { COUNTRY_CODES, SPECIAL_CODES } from '../i18n/places.ts';

/** What Intl names besides countries: unions, exceptional reservations, withdrawn and test codes. */
const NO_COUNTRIES =
  'AC AN BU CP CQ CS DD DG DY EA EU EZ FQ FX HV JT MI NH NQ NT PC PU PZ QO RH SU TA TP UK UN VD WK YD YU XA XB ZR ZZ PB CT';

describe('partOfWorld', () => {
  it('places every country and every special place', () => {
    const excepted = new Set(NO_COUNTRIES.split(' '));
    const codes = [...COUNTRY_CODES, ...SPECIAL_CODES].filter((code) => !excepted.has(code) || code === 'AN');
    expect(codes.filter((code) => partOfWorld(code) === 'other')).toEqual([]);
  });

  it('answers other for what it does not know', () => {
    expect(partOfWorld('QQ')).toBe('other');
  });

  it('has a heading in both languages for each part', () => {
    for (const code of COUNTRY_CODES) {
      expect(partOfWorldMessages.ru[partOfWorld(code)]).toMatch(/^[А-Я]/);
      expect(partOfWorldMessages.en[partOfWorld(code)]).toMatch(/^[A-Z]/);
    }
  });
});
