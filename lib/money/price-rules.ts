/** What is added to the cost of a bundle. A part that is left out is decided by the next wider rule. */
export interface Surcharge {
  /** Percent of the cost. */
  markupPercent?: number | undefined;
  addOnCents?: number | undefined;
}

export interface PriceRules {
  base: { markupPercent: number; addOnCents: number };
  /** By tier: `fixed`, `long`, `lite`, `essential`, `plus`, `other`. */
  byGroup: Readonly<Record<string, Surcharge>>;
  /** By destination code. */
  byDestination: Readonly<Record<string, Surcharge>>;
  /** By bundle name. */
  byBundle: Readonly<Record<string, Surcharge>>;
  /** What must be left of a sale when the Stars are paid out and the supplier is paid. */
  floorProfitCents: number;
  /** A price above so many Stars is rounded up to a multiple. */
  rounding: { aboveStars: number; toMultipleOf: number };
  /** What Telegram pays out for one Star, in millionths of a dollar. */
  payoutMicroUsdPerStar: number;
  /** What one Star costs a buyer, in millionths of a dollar. */
  buyerMicroUsdPerStar: number;
  /** The day both rates were read, `YYYY-MM-DD`. */
  ratesDate: string;
  /** Millionths of a dollar for one unit of a supplier currency other than USD, and the day of the rate. */
  fxMicroUsd: Readonly<Record<string, { microUsd: number; date: string }>>;
}

export const DEFAULT_PRICE_RULES: PriceRules = {
  base: { markupPercent: 30, addOnCents: 0 },
  byGroup: {},
  byDestination: {},
  byBundle: {},
  floorProfitCents: 50,
  rounding: { aboveStars: 100, toMultipleOf: 5 },
  // Telegram's Terms for Bot Developers, 6.2: 0.013 USD a Star.
  payoutMicroUsdPerStar: 13_000,
  // 4.99 USD for 250 Stars in the App Store and on Google Play, the dearest place to buy them.
  buyerMicroUsdPerStar: 19_960,
  ratesDate: '2026-09-27',
  fxMicroUsd: {},
};
