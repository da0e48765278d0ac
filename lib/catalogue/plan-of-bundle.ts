import type { PlanType, Tier } from '../contract/catalogue.ts';
import { bundleIdSchema } from '../contract/order.ts';
import { destinationName } from '../i18n/destination-name.ts';
import { isCountryCode, placeOf, type Place } from './place.ts';
import type { SupplierBundle } from './supplier.ts';
import { tierOf } from './tier.ts';

/** What a sync writes of one bundle; the names are the columns of `esimgo_products`. */
export interface ProductRow {
  bundle_name: string;
  description: string;
  group_name: string;
  plan_type: PlanType;
  tier: Tier;
  destination_code: string;
  destination_kind: Place['kind'];
  destination_name: string;
  coverage: readonly string[];
  data_mb: number | null;
  unlimited: boolean;
  days: number;
  speeds: readonly string[];
  autostart: boolean;
  cost_milli: number;
}

export type SkipReason = 'bad_name' | 'unknown_place' | 'no_coverage' | 'no_data' | 'no_days' | 'no_price';

/** Coverage that was last seen, by `coverageKey`. */
export type KnownCoverage = ReadonlyMap<string, readonly string[]>;

/** Plans of one region may cover different countries, but not plans of one region and tier. */
export function coverageKey(destinationCode: string, tier: Tier): string {
  return `${destinationCode}/${tier}`;
}

/** Regions so small that their countries are beyond doubt. */
const FALLBACK_COVERAGE: Readonly<Record<string, readonly string[]>> = {
  RNA: ['CA', 'MX', 'US'],
  ROC: ['AU', 'NZ'],
};

const MAX_INTEGER = 2_147_483_647;

export function planOfBundle(
  bundle: SupplierBundle,
  known: KnownCoverage,
): { row: ProductRow } | { skipped: SkipReason } {
  if (!bundleIdSchema.safeParse(bundle.name).success) return { skipped: 'bad_name' };
  if (!Number.isSafeInteger(bundle.priceMilli) || bundle.priceMilli <= 0) return { skipped: 'no_price' };
  if (!isCount(bundle.durationDays)) return { skipped: 'no_days' };
  const dataMb = bundle.unlimited ? null : bundle.dataMb;
  if (!bundle.unlimited && (dataMb === null || !isCount(dataMb))) return { skipped: 'no_data' };
  const place = placeOf(bundle);
  if (!place) return { skipped: 'unknown_place' };
  const { tier, group } = tierOf(bundle.groups, bundle.unlimited);
  const coverage = coverageOf(bundle, place, tier, known);
  if (coverage.length === 0) return { skipped: 'no_coverage' };

  return {
    row: {
      bundle_name: bundle.name,
      description: bundle.description.slice(0, 300),
      group_name: group.slice(0, 80),
      plan_type: bundle.unlimited ? 'unlimited' : 'standard',
      tier,
      destination_code: place.code,
      destination_kind: place.kind,
      destination_name: destinationName(place.code, 'en'),
      coverage,
      data_mb: dataMb,
      unlimited: bundle.unlimited,
      days: bundle.durationDays,
      speeds: [...new Set(bundle.speeds)].slice(0, 8).map((speed) => speed.slice(0, 10)),
      autostart: bundle.autostart,
      cost_milli: bundle.priceMilli,
    },
  };
}

/** Sorted, so that equal coverage is equal text. A plan that says nothing of where it works is not sold. */
function coverageOf(bundle: SupplierBundle, place: Place, tier: Tier, known: KnownCoverage): readonly string[] {
  if (place.kind === 'country') return [place.code];
  const stated = [...new Set(bundle.roaming.map(({ iso }) => iso.trim().toUpperCase()).filter(isCountryCode))].sort();
  if (stated.length > 0) return stated;
  return known.get(coverageKey(place.code, tier)) ?? FALLBACK_COVERAGE[place.code] ?? [];
}

function isCount(value: number): boolean {
  return Number.isInteger(value) && value > 0 && value <= MAX_INTEGER;
}
