const NAME = /^esim_(?:(\d{1,4})GB|(UL|ULE|ULP))_(\d{1,3})D_([A-Z0-9-]+)_V2$/;

export type UnlimitedTier = 'lite' | 'essential' | 'plus';

export interface BundleName {
  /** Null for unlimited bundles. */
  readonly dataGb: number | null;
  readonly tier: UnlimitedTier | null;
  readonly durationDays: number;
  /** ISO 3166 alpha-2, a region code such as REUP, or one of the vendor's own such as US-HI. */
  readonly placeCode: string;
}

const TIERS: Readonly<Record<string, UnlimitedTier>> = { UL: 'lite', ULE: 'essential', ULP: 'plus' };

/**
 * Null for names outside the grammar: older and custom bundles exist. What a bundle holds is read from its fields;
 * the name is the only place that carries a stable code for a region.
 */
export function parseBundleName(name: string): BundleName | null {
  const match = NAME.exec(name);
  if (!match) return null;
  const [, gigabytes, tier, days = '', placeCode = ''] = match;
  return {
    dataGb: gigabytes === undefined ? null : Number(gigabytes),
    tier: tier === undefined ? null : (TIERS[tier] ?? null),
    durationDays: Number(days),
    placeCode,
  };
}

export function placeCodeOf(name: string): string | null {
  return parseBundleName(name)?.placeCode ?? null;
}
