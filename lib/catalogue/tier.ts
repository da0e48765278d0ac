import type { Plan, Tier } from '../contract/catalogue.ts';

/** The API writes "Standard Fixed", the price list "Standard - Fixed", other account levels another first word. */
const GROUP_WORDS: readonly (readonly [string, Tier])[] = [
  ['unlimited lite', 'lite'],
  ['unlimited essential', 'essential'],
  ['unlimited plus', 'plus'],
  ['long duration', 'long'],
  ['fixed', 'fixed'],
];

const UNLIMITED_TIERS: ReadonlySet<Tier> = new Set(['lite', 'essential', 'plus']);

/** `other` for a group that is not known, and for one that contradicts the bundle. */
export function tierOf(groups: readonly string[], unlimited: boolean): { tier: Tier; group: string } {
  for (const group of groups) {
    const words = ` ${group
      .toLowerCase()
      .replaceAll(/[^a-z0-9]+/g, ' ')
      .trim()} `;
    const tier = GROUP_WORDS.find(([known]) => words.includes(` ${known} `))?.[1];
    if (tier !== undefined && UNLIMITED_TIERS.has(tier) === unlimited) return { tier, group };
  }
  return { tier: 'other', group: groups[0] ?? '' };
}

/** From the supplier's description of its groups; no field of a bundle carries it. */
const FAIR_USE: Partial<Record<Tier, NonNullable<Plan['fair_use']>>> = {
  lite: { full_speed_mb_per_day: 1000, then_kbit_s: 512 },
  essential: { full_speed_mb_per_day: 1000, then_kbit_s: 1250 },
  plus: { full_speed_mb_per_day: 2000, then_kbit_s: 2000 },
};

export function fairUseOf(tier: Tier): NonNullable<Plan['fair_use']> | undefined {
  return FAIR_USE[tier];
}

/**
 * True for bundles that wait on an eSIM until their first use. Whether a certain eSIM takes one depends on its network
 * profile, which the supplier tells only for that eSIM: the order asks.
 */
export function canTopUp(tier: Tier, autostart: boolean): boolean {
  return autostart && tier !== 'other';
}
