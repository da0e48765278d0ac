import type { PriceRules, Surcharge } from './price-rules.ts';

export interface PriceableBundle {
  bundleName: string;
  destinationCode: string;
  /** The key of `byGroup`. */
  group: string;
  costMilli: number;
  costCurrency: string;
}

export interface BundlePrice {
  stars: number;
  /** What the Stars cost a buyer, to the nearest cent. */
  usdCents: number;
  /** What the Stars pay out, less the cost. */
  profitMicroUsd: number;
}

/** `no_rate`: the supplier's currency has no dated rate. `above_max`: more Stars than one invoice may ask for. */
export type UnsellableReason = 'no_rate' | 'above_max';

const MICRO_PER_CENT = 10_000n;
const MICRO_PER_MILLI_USD = 1_000n;

/**
 * Cost, then surcharge, then floor, then Stars. Every division rounds up, so what is paid out always covers the cost
 * and the floor. BigInt, because a cost times a rate leaves the integers that a number can hold exactly.
 */
export function priceBundle(
  bundle: PriceableBundle,
  rules: PriceRules,
  maxStars: number,
): BundlePrice | { unsellable: UnsellableReason } {
  const cost = costMicroUsd(bundle, rules);
  if (cost === null) return { unsellable: 'no_rate' };

  const { markupPercent, addOnCents } = surchargeOf(bundle, rules);
  const wanted = divideUp(cost * BigInt(100 + markupPercent), 100n) + BigInt(addOnCents) * MICRO_PER_CENT;
  const least = cost + BigInt(rules.floorProfitCents) * MICRO_PER_CENT;
  const payout = BigInt(rules.payoutMicroUsdPerStar);
  const stars = roundStars(divideUp(wanted > least ? wanted : least, payout), rules.rounding);
  if (stars > BigInt(maxStars)) return { unsellable: 'above_max' };

  return {
    stars: Number(stars),
    usdCents: usdCentsOfStars(Number(stars), rules),
    profitMicroUsd: Number(stars * payout - cost),
  };
}

/** True while a price that was made earlier still pays the supplier and the floor. */
export function coversFloor(
  stars: number,
  cost: Pick<PriceableBundle, 'costMilli' | 'costCurrency'>,
  rules: PriceRules,
): boolean {
  const micro = costMicroUsd(cost, rules);
  if (micro === null) return false;
  return BigInt(stars) * BigInt(rules.payoutMicroUsdPerStar) >= micro + BigInt(rules.floorProfitCents) * MICRO_PER_CENT;
}

/** Never zero: one Star costs a buyer more than half a cent. */
export function usdCentsOfStars(stars: number, rules: Pick<PriceRules, 'buyerMicroUsdPerStar'>): number {
  const micro = BigInt(stars) * BigInt(rules.buyerMicroUsdPerStar);
  const cents = (micro + MICRO_PER_CENT / 2n) / MICRO_PER_CENT;
  return Math.max(1, Number(cents));
}

/** `490` → `"4.90"`. */
export function usdOfCents(cents: number): string {
  const digits = String(cents).padStart(3, '0');
  return `${digits.slice(0, -2)}.${digits.slice(-2)}`;
}

function costMicroUsd(
  { costMilli, costCurrency }: Pick<PriceableBundle, 'costMilli' | 'costCurrency'>,
  rules: PriceRules,
): bigint | null {
  if (costCurrency === 'USD') return BigInt(costMilli) * MICRO_PER_MILLI_USD;
  const rate = Object.hasOwn(rules.fxMicroUsd, costCurrency) ? rules.fxMicroUsd[costCurrency] : undefined;
  return rate === undefined ? null : divideUp(BigInt(costMilli) * BigInt(rate.microUsd), 1000n);
}

/** The narrowest rule wins, part by part: bundle, destination, group, base. */
function surchargeOf(bundle: PriceableBundle, rules: PriceRules): { markupPercent: number; addOnCents: number } {
  const chain = [
    ruleFor(rules.byBundle, bundle.bundleName),
    ruleFor(rules.byDestination, bundle.destinationCode),
    ruleFor(rules.byGroup, bundle.group),
  ];
  return {
    markupPercent: chain.find((rule) => rule?.markupPercent !== undefined)?.markupPercent ?? rules.base.markupPercent,
    addOnCents: chain.find((rule) => rule?.addOnCents !== undefined)?.addOnCents ?? rules.base.addOnCents,
  };
}

function ruleFor(rules: Readonly<Record<string, Surcharge>>, key: string): Surcharge | undefined {
  return Object.hasOwn(rules, key) ? rules[key] : undefined;
}

function roundStars(stars: bigint, { aboveStars, toMultipleOf }: PriceRules['rounding']): bigint {
  const multiple = BigInt(toMultipleOf);
  return stars > BigInt(aboveStars) ? divideUp(stars, multiple) * multiple : stars;
}

/** For operands that are not negative. */
function divideUp(dividend: bigint, divisor: bigint): bigint {
  return (dividend + divisor - 1n) / divisor;
}
