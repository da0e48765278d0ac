import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { coversFloor, priceBundle, usdCentsOfStars, usdOfCents } from '../../../lib/money/price-bundle.ts';
import { DEFAULT_PRICE_RULES, type PriceRules } from '../../../lib/money/price-rules.ts';

const NO_LIMIT = Number.MAX_SAFE_INTEGER;

const aBundle = (change: Partial<Parameters<typeof priceBundle>[0]> = {}) => ({
  bundleName: 'esim_3GB_30D_PT_V2',
  destinationCode: 'PT',
  group: 'fixed',
  costMilli: 3450,
  costCurrency: 'USD',
  ...change,
});

function priced(result: ReturnType<typeof priceBundle>) {
  if ('unsellable' in result) throw new Error(result.unsellable);
  return result;
}

const someRules: fc.Arbitrary<PriceRules> = fc.record({
  base: fc.record({
    markupPercent: fc.integer({ min: 0, max: 1000 }),
    addOnCents: fc.integer({ min: 0, max: 10_000 }),
  }),
  byGroup: fc.constant({}),
  byDestination: fc.constant({}),
  byBundle: fc.constant({}),
  floorProfitCents: fc.integer({ min: 0, max: 10_000 }),
  rounding: fc.record({
    aboveStars: fc.integer({ min: 0, max: 1000 }),
    toMultipleOf: fc.integer({ min: 1, max: 100 }),
  }),
  payoutMicroUsdPerStar: fc.integer({ min: 1000, max: 50_000 }),
  buyerMicroUsdPerStar: fc.integer({ min: 1000, max: 50_000 }),
  ratesDate: fc.constant('2026-09-27'),
  fxMicroUsd: fc.constant({ EUR: { microUsd: 1_171_337, date: '2026-09-27' } }),
});
const someCost = fc.integer({ min: 1, max: 1_000_000_000 });
const someCurrency = fc.constantFrom('USD', 'EUR');

/** The same amount by another road: exact fractions over the same denominator. */
function costInNanoUsd(costMilli: number, currency: string): bigint {
  return currency === 'USD' ? BigInt(costMilli) * 1_000_000n : BigInt(costMilli) * 1_171_337n;
}

describe('priceBundle', () => {
  it('adds the markup, converts at the payout rate and rounds up to five Stars', () => {
    // 3.45 + 30 % = 4.485 USD; at 0.013 a Star that is exactly 345 Stars, which cost a buyer 6.8862 USD.
    expect(priceBundle(aBundle(), DEFAULT_PRICE_RULES, 10_000)).toEqual({
      stars: 345,
      usdCents: 689,
      profitMicroUsd: 1_035_000,
    });
    // One thousandth more: 346 Stars, rounded up to 350.
    expect(priced(priceBundle(aBundle({ costMilli: 3451 }), DEFAULT_PRICE_RULES, 10_000)).stars).toBe(350);
  });

  it('keeps the floor profit where the markup is too little', () => {
    // 0.20 USD: 30 % would leave 6 cents. 0.20 + 0.50 = 0.70 USD is 53.8 Stars, and below 100 nothing is rounded to five.
    expect(priced(priceBundle(aBundle({ costMilli: 200 }), DEFAULT_PRICE_RULES, 10_000)).stars).toBe(54);
  });

  it('takes each part of the surcharge from the narrowest rule that names it', () => {
    const rules: PriceRules = {
      ...DEFAULT_PRICE_RULES,
      floorProfitCents: 0,
      rounding: { aboveStars: 0, toMultipleOf: 1 },
      payoutMicroUsdPerStar: 10_000,
      base: { markupPercent: 10, addOnCents: 1 },
      byGroup: { fixed: { markupPercent: 20, addOnCents: 2 } },
      byDestination: { PT: { addOnCents: 3 } },
      byBundle: { esim_3GB_30D_PT_V2: { markupPercent: 40 } },
    };
    const stars = (change: Parameters<typeof aBundle>[0]) =>
      priced(priceBundle(aBundle({ costMilli: 1000, ...change }), rules, NO_LIMIT)).stars;
    expect(stars({})).toBe(140 + 3);
    expect(stars({ bundleName: 'esim_1GB_7D_PT_V2' })).toBe(120 + 3);
    expect(stars({ bundleName: 'esim_1GB_7D_ES_V2', destinationCode: 'ES' })).toBe(120 + 2);
    expect(stars({ bundleName: 'esim_UL_7D_ES_V2', destinationCode: 'ES', group: 'lite' })).toBe(110 + 1);
  });

  it('finds no rule in the names every object inherits', () => {
    const odd = aBundle({ bundleName: 'constructor', destinationCode: 'toString', group: '__proto__' });
    expect(priceBundle(odd, DEFAULT_PRICE_RULES, 10_000)).toEqual(priceBundle(aBundle(), DEFAULT_PRICE_RULES, 10_000));
    expect(priceBundle(aBundle({ costCurrency: 'constructor' }), DEFAULT_PRICE_RULES, 10_000)).toEqual({
      unsellable: 'no_rate',
    });
  });

  it('does not sell what costs money of a currency without a rate', () => {
    expect(priceBundle(aBundle({ costCurrency: 'EUR' }), DEFAULT_PRICE_RULES, 10_000)).toEqual({
      unsellable: 'no_rate',
    });
  });

  it('converts a currency that has a rate', () => {
    const rules = { ...DEFAULT_PRICE_RULES, fxMicroUsd: { EUR: { microUsd: 1_170_000, date: '2026-09-27' } } };
    // 3.45 EUR = 4.0365 USD, + 30 % = 5.24745 USD = 403.65 Stars.
    expect(priced(priceBundle(aBundle({ costCurrency: 'EUR' }), rules, 10_000)).stars).toBe(405);
  });

  it('sells at the limit and not one Star above it', () => {
    expect(priced(priceBundle(aBundle(), DEFAULT_PRICE_RULES, 345)).stars).toBe(345);
    expect(priceBundle(aBundle(), DEFAULT_PRICE_RULES, 344)).toEqual({ unsellable: 'above_max' });
  });

  it('always pays out the cost and the floor, in whole Stars', () => {
    fc.assert(
      fc.property(someRules, someCost, someCurrency, (rules, costMilli, costCurrency) => {
        const price = priced(priceBundle(aBundle({ costMilli, costCurrency }), rules, NO_LIMIT));
        expect(Number.isSafeInteger(price.stars)).toBe(true);
        expect(Number.isSafeInteger(price.usdCents)).toBe(true);
        expect(price.stars).toBeGreaterThan(0);
        const payoutNano = BigInt(price.stars) * BigInt(rules.payoutMicroUsdPerStar) * 1000n;
        const floorNano = BigInt(rules.floorProfitCents) * 10_000_000n;
        expect(payoutNano >= costInNanoUsd(costMilli, costCurrency) + floorNano).toBe(true);
        expect(coversFloor(price.stars, { costMilli, costCurrency }, rules)).toBe(true);
      }),
    );
  });

  it('adds the whole markup, and at most one Star and the rounding more than that', () => {
    fc.assert(
      fc.property(someRules, someCost, (rules, costMilli) => {
        const price = priced(priceBundle(aBundle({ costMilli }), rules, NO_LIMIT));
        const hundredthsOfMicro =
          BigInt(costMilli) * 1000n * BigInt(100 + rules.base.markupPercent) +
          BigInt(rules.base.addOnCents) * 1_000_000n;
        const least = BigInt(costMilli) * 100_000n + BigInt(rules.floorProfitCents) * 1_000_000n;
        const wanted = hundredthsOfMicro > least ? hundredthsOfMicro : least;
        const payout = BigInt(rules.payoutMicroUsdPerStar) * 100n;
        expect(BigInt(price.stars) * payout >= wanted).toBe(true);
        // One micro-dollar of the cost may be added by rounding before the Stars are.
        expect((BigInt(price.stars) - BigInt(rules.rounding.toMultipleOf)) * payout < wanted + 100n).toBe(true);
      }),
    );
  });

  it('never prices a dearer bundle lower', () => {
    fc.assert(
      fc.property(someRules, someCost, someCost, someCurrency, (rules, one, other, costCurrency) => {
        const [low, high] = [Math.min(one, other), Math.max(one, other)];
        const cheap = priced(priceBundle(aBundle({ costMilli: low, costCurrency }), rules, NO_LIMIT));
        const dear = priced(priceBundle(aBundle({ costMilli: high, costCurrency }), rules, NO_LIMIT));
        expect(dear.stars).toBeGreaterThanOrEqual(cheap.stars);
        expect(dear.usdCents).toBeGreaterThanOrEqual(cheap.usdCents);
      }),
    );
  });
});

describe('coversFloor', () => {
  it('is exact at the edge', () => {
    // 0.20 + 0.50 USD: 54 Stars pay out 0.702, 53 pay out 0.689.
    const cost = { costMilli: 200, costCurrency: 'USD' };
    expect(coversFloor(54, cost, DEFAULT_PRICE_RULES)).toBe(true);
    expect(coversFloor(53, cost, DEFAULT_PRICE_RULES)).toBe(false);
  });

  it('is false without a rate', () => {
    expect(coversFloor(10_000, { costMilli: 1, costCurrency: 'EUR' }, DEFAULT_PRICE_RULES)).toBe(false);
  });
});

describe('usdCentsOfStars', () => {
  it('is what the stores charge for 250 Stars', () => {
    expect(usdCentsOfStars(250, DEFAULT_PRICE_RULES)).toBe(499);
  });
});

describe('usdOfCents', () => {
  it('has two digits behind the point', () => {
    expect([1, 49, 490, 123_456].map(usdOfCents)).toEqual(['0.01', '0.49', '4.90', '1234.56']);
  });
});
