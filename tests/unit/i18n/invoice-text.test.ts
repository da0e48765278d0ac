import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatMegabytes } from '../../../lib/i18n/format.ts';
import { invoiceDescription, invoiceTitle, type InvoicePlan } from '../../../lib/i18n/invoice-text.ts';
import { ALL_CODES, REGION_CODES, SPECIAL_CODES } from './places.ts';

const LANGUAGES = ['en', 'ru'] as const;
/** UTF-8 has no place for half of a surrogate pair. */
const isWellFormed = (text: string) => Buffer.from(text, 'utf8').toString('utf8') === text;
const plain = (text: string) => text.replaceAll('\u00a0', ' ');

const aPlan = (change: Partial<InvoicePlan> = {}): InvoicePlan => ({
  destinationCode: 'TH',
  dataMb: 5000,
  days: 30,
  tier: 'fixed',
  autostart: true,
  countries: 1,
  ...change,
});

const FIXED = (
  [
    [1, 7],
    [2, 15],
    [3, 30],
    [5, 30],
    [10, 30],
    [20, 30],
    [50, 30],
    [100, 30],
  ] as const
).map(([gb, days]) => ({
  dataMb: gb * 1000,
  days,
  tier: 'fixed' as const,
}));
const LONG = (
  [
    [20, 60],
    [50, 90],
    [100, 90],
    [100, 180],
  ] as const
).map(([gb, days]) => ({
  dataMb: gb * 1000,
  days,
  tier: 'long' as const,
}));
const FAIR_USE = { lite: [1000, 512], essential: [1000, 1250], plus: [2000, 2000] } as const;
const UNLIMITED = (['lite', 'essential', 'plus'] as const).flatMap((tier) =>
  [1, 3, 5, 7, 10, 15, 30].map((days) => ({
    dataMb: null,
    days,
    tier,
    fairUse: { full_speed_mb_per_day: FAIR_USE[tier][0], then_kbit_s: FAIR_USE[tier][1] },
  })),
);
const EVERY_PLAN: InvoicePlan[] = ALL_CODES.flatMap((destinationCode) =>
  [...FIXED, ...LONG, ...UNLIMITED].map((shape) => aPlan({ ...shape, destinationCode, countries: 105 })),
);

describe('invoiceTitle', () => {
  it('says place, amount and days', () => {
    expect(plain(invoiceTitle(aPlan(), 'en'))).toBe('Thailand · 5 GB · 30 days');
    expect(plain(invoiceTitle(aPlan(), 'ru'))).toBe('Таиланд · 5 ГБ · 30 дней');
  });

  it('tells unlimited plans apart', () => {
    const titles = UNLIMITED.map((shape) => invoiceTitle(aPlan(shape), 'ru'));
    expect(new Set(titles).size).toBe(UNLIMITED.length);
  });

  it('shortens words before it loses any', () => {
    const unlimited = (destinationCode: string, tier: 'plus' | 'essential') =>
      plain(invoiceTitle(aPlan({ destinationCode, dataMb: null, tier }), 'en'));
    expect(unlimited('PT', 'plus')).toBe('Portugal · Unlimited Plus · 30 d');
    expect(unlimited('AE', 'essential')).toBe('UAE · ∞ Essential · 30 days');
    expect(unlimited('ZA', 'essential')).toBe('South Africa · ∞ · 30 d');
  });

  it('fits, and keeps amount and days, for every plan in both languages', () => {
    for (const language of LANGUAGES) {
      for (const plan of EVERY_PLAN) {
        const title = invoiceTitle(plan, language);
        expect(title.length, title).toBeLessThanOrEqual(32);
        if (plan.dataMb === null) expect(title).toMatch(/ (∞|Unlimited|Безлимит)/);
        else expect(title).toContain(` ${formatMegabytes(language, plan.dataMb)} `);
        expect(title).toMatch(new RegExp(` ${plan.days}\u00a0[a-zа-я.]+$`));
      }
    }
  });

  it('never cuts the name of a region or a special place', () => {
    for (const language of LANGUAGES) {
      for (const plan of EVERY_PLAN.filter(({ destinationCode }) =>
        [...REGION_CODES, ...SPECIAL_CODES].includes(destinationCode),
      )) {
        const title = invoiceTitle(plan, language);
        expect(title, title).not.toContain('…');
      }
    }
  });

  it('leaves no half of a surrogate pair, whatever the place is called', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('😀', 'a', ' '), maxLength: 40 }), (destinationCode) => {
        const title = invoiceTitle(aPlan({ destinationCode }), 'en');
        expect(title.length).toBeLessThanOrEqual(32);
        expect(isWellFormed(title)).toBe(true);
      }),
    );
  });
});

describe('invoiceDescription', () => {
  it('says what is bought and what it is not', () => {
    expect(plain(invoiceDescription(aPlan(), 'en'))).toBe(
      'eSIM for travel: Thailand. 5 GB, 30 days. Data only, no phone number. The days count from the first connection there.',
    );
  });

  it('says what unlimited means', () => {
    const plan = aPlan({
      dataMb: null,
      tier: 'lite',
      days: 7,
      fairUse: { full_speed_mb_per_day: 1000, then_kbit_s: 512 },
    });
    expect(plain(invoiceDescription(plan, 'ru'))).toContain(
      'Безлимит Lite, 7 дней: 1 ГБ в день на полной скорости, дальше 512 кбит/с.',
    );
  });

  it('fits with all its sentences for every plan in both languages', () => {
    for (const language of LANGUAGES) {
      for (const plan of EVERY_PLAN) {
        const text = invoiceDescription(plan, language);
        expect(text.length, text).toBeLessThanOrEqual(255);
        expect(text, text).toContain('105');
      }
    }
  });

  it('stays within the limit and well formed, whatever the place is called', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('😀', 'a', ' '), maxLength: 300 }), (destinationCode) => {
        const text = invoiceDescription(aPlan({ destinationCode }), 'en');
        expect(text.length).toBeGreaterThan(0);
        expect(text.length).toBeLessThanOrEqual(255);
        expect(isWellFormed(text)).toBe(true);
      }),
    );
  });
});
