import { COUNTRIES, LONG_DURATION_REGIONS, STANDARD_REGIONS, type Place } from './places.ts';
import { stableHash } from './stable-hash.ts';

export type BundleGroup =
  | 'Standard Fixed'
  | 'Standard Unlimited Lite'
  | 'Standard Unlimited Essential'
  | 'Standard Unlimited Plus'
  | 'Standard Long Duration';

export interface Bundle {
  name: string;
  description: string;
  place: Place;
  group: BundleGroup;
  /** Decimal megabytes; -1 when unlimited. */
  dataMb: number;
  days: number;
  isUnlimited: boolean;
  /** Thousandths of the account's currency. */
  priceMilli: number;
  speeds: readonly string[] | null;
  /** Network profile: an eSIM takes top-ups of its own profile only. */
  profileName: string;
}

export const GROUPS: readonly { name: BundleGroup; description: string }[] = [
  { name: 'Standard Fixed', description: 'A fixed amount of data.' },
  { name: 'Standard Unlimited Lite', description: '1 GB a day at full speed, then 512 kbit/s.' },
  { name: 'Standard Unlimited Essential', description: '1 GB a day at full speed, then 1.25 Mbit/s.' },
  { name: 'Standard Unlimited Plus', description: '2 GB a day at full speed, then 2 Mbit/s.' },
  { name: 'Standard Long Duration', description: 'A fixed amount of data for months.' },
];

interface FixedOffer {
  gigabytes: number;
  days: number;
  priceMilli: number;
}

/** Prices for a place of average cost. */
const FIXED_OFFERS: readonly FixedOffer[] = [
  { gigabytes: 1, days: 7, priceMilli: 1_990 },
  { gigabytes: 2, days: 15, priceMilli: 3_450 },
  { gigabytes: 3, days: 30, priceMilli: 4_890 },
  { gigabytes: 5, days: 30, priceMilli: 7_490 },
  { gigabytes: 10, days: 30, priceMilli: 12_990 },
  { gigabytes: 20, days: 30, priceMilli: 21_990 },
  { gigabytes: 50, days: 30, priceMilli: 42_900 },
  { gigabytes: 100, days: 30, priceMilli: 69_900 },
];
const SMALL_MARKET_OFFERS = 4;

const LONG_OFFERS: readonly FixedOffer[] = [
  { gigabytes: 20, days: 60, priceMilli: 23_990 },
  { gigabytes: 50, days: 90, priceMilli: 49_900 },
  { gigabytes: 100, days: 90, priceMilli: 79_900 },
  { gigabytes: 100, days: 180, priceMilli: 94_900 },
];

const UNLIMITED_TIERS: readonly { code: string; title: string; group: BundleGroup; factorPermille: number }[] = [
  { code: 'UL', title: 'Unlimited Lite', group: 'Standard Unlimited Lite', factorPermille: 1000 },
  { code: 'ULE', title: 'Unlimited Essential', group: 'Standard Unlimited Essential', factorPermille: 1280 },
  { code: 'ULP', title: 'Unlimited Plus', group: 'Standard Unlimited Plus', factorPermille: 2178.333 },
];
const UNLIMITED_OFFERS: readonly { days: number; priceMilli: number }[] = [
  { days: 1, priceMilli: 3_100 },
  { days: 3, priceMilli: 8_600 },
  { days: 5, priceMilli: 13_700 },
  { days: 7, priceMilli: 18_400 },
  { days: 10, priceMilli: 25_200 },
  { days: 15, priceMilli: 36_100 },
  { days: 30, priceMilli: 66_000 },
];

/** The spread of the vendor's rate sheet of November 2025. */
const LOWEST_PRICE_MILLI = 1_170;
const HIGHEST_PRICE_MILLI = 451_700;
const LOWEST_COST_PERMILLE = 588;
const HIGHEST_COST_PERMILLE = 3_142;

/** Thailand is the anchor: its prices are those of the rate sheet. The other two span the spread. */
const FIXED_COSTS_PERMILLE: Record<string, number> = { TH: 1000, PL: LOWEST_COST_PERMILLE, MU: HIGHEST_COST_PERMILLE };

const SPEEDS: readonly (readonly string[] | null)[] = [
  ['2G', '3G', '4G', '5G'],
  ['3G', '4G', '5G'],
  ['3G', '4G', '5G'],
  ['2G', '3G', '4G'],
  ['4G'],
  null,
];

/** Everything the simulated vendor sells, always the same: about 5,200 bundles, sorted by name. */
export function generateBundles(): Bundle[] {
  const bundles: Bundle[] = [];
  for (const place of [...COUNTRIES, ...STANDARD_REGIONS]) {
    const offers = place.isSmall ? FIXED_OFFERS.slice(0, SMALL_MARKET_OFFERS) : FIXED_OFFERS;
    for (const offer of offers) bundles.push(fixedBundle(place, offer, 'Standard Fixed'));
    if (!place.isSmall) bundles.push(...unlimitedBundles(place));
  }
  for (const place of LONG_DURATION_REGIONS) {
    for (const offer of LONG_OFFERS) bundles.push(fixedBundle(place, offer, 'Standard Long Duration'));
  }
  return bundles.toSorted((left, right) => (left.name < right.name ? -1 : 1));
}

function fixedBundle(place: Place, { gigabytes, days, priceMilli }: FixedOffer, group: BundleGroup): Bundle {
  return describe(place, group, `${gigabytes}GB`, `${gigabytes}GB`, days, gigabytes * 1000, priceMilli);
}

function unlimitedBundles(place: Place): Bundle[] {
  return UNLIMITED_TIERS.flatMap(({ code, title, group, factorPermille }) =>
    UNLIMITED_OFFERS.map(({ days, priceMilli }) =>
      describe(place, group, code, title, days, -1, Math.round((priceMilli * factorPermille) / 1000)),
    ),
  );
}

function describe(
  place: Place,
  group: BundleGroup,
  size: string,
  sizeTitle: string,
  days: number,
  dataMb: number,
  averagePriceMilli: number,
): Bundle {
  const name = `esim_${size}_${days}D_${place.code}_V2`;
  return {
    name,
    description: `eSIM, ${sizeTitle}, ${days} Days, ${place.name}, V2`,
    place,
    group,
    dataMb,
    days,
    isUnlimited: dataMb === -1,
    priceMilli: priceOf(name, place, averagePriceMilli),
    speeds: SPEEDS[stableHash(`${place.code} speeds`) % SPEEDS.length] ?? null,
    profileName: profileOf(place),
  };
}

function priceOf(name: string, place: Place, averagePriceMilli: number): number {
  const spread = HIGHEST_COST_PERMILLE - LOWEST_COST_PERMILLE + 1;
  const costPermille = FIXED_COSTS_PERMILLE[place.code] ?? LOWEST_COST_PERMILLE + (stableHash(place.code) % spread);
  const cents = Math.round((averagePriceMilli * costPermille) / 10_000);
  // Most prices are whole cents; a few of the vendor's end in half a cent.
  const halfCentMilli = place.code !== 'TH' && stableHash(`${name} price`) % 12 === 0 ? 5 : 0;
  return Math.min(HIGHEST_PRICE_MILLI, Math.max(LOWEST_PRICE_MILLI, cents * 10 + halfCentMilli));
}

function profileOf(place: Place): string {
  if (place.kind === 'region' || place.code === 'TH') return 'Profile 1';
  return stableHash(`${place.code} profile`) % 8 === 0 ? 'Profile 4' : 'Profile 1';
}
