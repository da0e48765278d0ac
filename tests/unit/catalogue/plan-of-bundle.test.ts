import { describe, expect, it } from 'vitest';
import { coverageKey, planOfBundle, type KnownCoverage } from '../../../lib/catalogue/plan-of-bundle.ts';
import type { SupplierBundle } from '../../../lib/catalogue/supplier.ts';

const NOTHING_KNOWN: KnownCoverage = new Map();

const aBundle = (change: Partial<SupplierBundle> = {}): SupplierBundle => ({
  name: 'esim_3GB_30D_PT_V2',
  description: 'eSIM, 3GB, 30 Days, Portugal, V2',
  groups: ['Standard Fixed'],
  countries: [{ iso: 'PT' }],
  roaming: [],
  dataMb: 3000,
  durationDays: 30,
  unlimited: false,
  autostart: true,
  speeds: ['3G', '4G', '5G'],
  priceMilli: 3450,
  ...change,
});

const aRegion = (change: Partial<SupplierBundle> = {}): SupplierBundle =>
  aBundle({
    name: 'esim_3GB_30D_REUP_V2',
    countries: [{ iso: 'Europe Lite' }],
    roaming: [{ iso: 'FR' }, { iso: 'es' }, { iso: 'Europe Lite' }, { iso: 'FR' }],
    ...change,
  });

function rowOf(bundle: SupplierBundle, known = NOTHING_KNOWN) {
  const plan = planOfBundle(bundle, known);
  if ('skipped' in plan) throw new Error(plan.skipped);
  return plan.row;
}

function reasonOf(change: Partial<SupplierBundle>) {
  const plan = planOfBundle(aBundle(change), NOTHING_KNOWN);
  return 'skipped' in plan ? plan.skipped : null;
}

describe('planOfBundle', () => {
  it('makes a row of a country bundle', () => {
    expect(rowOf(aBundle())).toEqual({
      bundle_name: 'esim_3GB_30D_PT_V2',
      description: 'eSIM, 3GB, 30 Days, Portugal, V2',
      group_name: 'Standard Fixed',
      plan_type: 'standard',
      tier: 'fixed',
      destination_code: 'PT',
      destination_kind: 'country',
      destination_name: 'Portugal',
      coverage: ['PT'],
      data_mb: 3000,
      unlimited: false,
      days: 30,
      speeds: ['3G', '4G', '5G'],
      autostart: true,
      cost_milli: 3450,
    });
  });

  it('takes the region from the name and its countries from roaming, never from the label', () => {
    const row = rowOf(aRegion());
    expect(row).toMatchObject({ destination_code: 'REUP', destination_kind: 'region', destination_name: 'Europe+' });
    expect(row.coverage).toEqual(['ES', 'FR']);
    const mislabelled = aRegion({ name: 'esim_3GB_30D_REUL_V2', countries: [{ iso: 'Europe' }] });
    expect(rowOf(mislabelled).destination_code).toBe('REUL');
  });

  it.each(['RGB', 'RGBL', 'RGBS', 'RGBM'])('takes %s for global', (code) => {
    expect(rowOf(aRegion({ name: `esim_50GB_90D_${code}_V2` }))).toMatchObject({
      destination_code: code,
      destination_kind: 'global',
    });
  });

  it.each([
    ['US-HI', 'Hawaii'],
    ['CYP', 'Northern Cyprus'],
    ['IC', 'Canary Islands'],
    ['AN', 'Netherlands Antilles'],
    ['XK', 'Kosovo'],
  ])('sells the special place %s as a country of its own', (code, name) => {
    expect(rowOf(aBundle({ name: `esim_1GB_7D_${code}_V2`, countries: [{ iso: 'US' }] }))).toMatchObject({
      destination_code: code,
      destination_kind: 'country',
      destination_name: name,
      coverage: [code],
    });
  });

  it('reads older names of the same form, and the country where the name says nothing', () => {
    expect(rowOf(aBundle({ name: 'esim_1GB_7D_PT_U', countries: [] })).destination_code).toBe('PT');
    expect(rowOf(aBundle({ name: 'custom-bundle-7' })).destination_code).toBe('PT');
  });

  it('skips a bundle whose place cannot be told', () => {
    expect(reasonOf({ name: 'custom', countries: [{ iso: 'Europe Lite' }] })).toBe('unknown_place');
    expect(reasonOf({ name: 'custom', countries: [{ iso: 'PT' }, { iso: 'ES' }] })).toBe('unknown_place');
    expect(reasonOf({ name: 'custom', countries: [] })).toBe('unknown_place');
  });

  it('skips what cannot be sold, and says why', () => {
    expect(reasonOf({ name: 'esim 1GB' })).toBe('bad_name');
    expect(reasonOf({ name: `esim_1GB_7D_PT_${'V'.repeat(120)}` })).toBe('bad_name');
    expect(reasonOf({ priceMilli: 0 })).toBe('no_price');
    expect(reasonOf({ priceMilli: 0.5 })).toBe('no_price');
    expect(reasonOf({ dataMb: null })).toBe('no_data');
    expect(reasonOf({ dataMb: -1 })).toBe('no_data');
    expect(reasonOf({ durationDays: 0 })).toBe('no_days');
  });

  it('keeps no amount of an unlimited bundle, whatever the supplier states', () => {
    const row = rowOf(
      aBundle({ name: 'esim_ULP_7D_PT_V2', groups: ['Standard Unlimited Plus'], unlimited: true, dataMb: 2000 }),
    );
    expect(row).toMatchObject({ data_mb: null, unlimited: true, plan_type: 'unlimited', tier: 'plus' });
  });

  it.each([
    [['Standard Fixed'], false, 'fixed'],
    [['Standard - Fixed'], false, 'fixed'],
    [['Standard Fixed Bundles'], false, 'fixed'],
    [['GOLD  Long-Duration'], false, 'long'],
    [['Standard Unlimited Lite'], true, 'lite'],
    [['Standard - Unlimited - Essential'], true, 'essential'],
    [['Promotions', 'Silver Unlimited Plus'], true, 'plus'],
    [['Standard Unlimited Max'], true, 'other'],
    [['Standard Unlimited Lite'], false, 'other'],
    [['Standard Fixed'], true, 'other'],
    [[], false, 'other'],
  ])('reads the groups %j of a bundle whose unlimited is %s as %s', (groups, unlimited, tier) => {
    expect(rowOf(aBundle({ groups, unlimited })).tier).toBe(tier);
  });

  it('uses the coverage that was last seen where the supplier is silent, of the same tier only', () => {
    const known = new Map([[coverageKey('REUP', 'fixed'), ['DE', 'FR']]]);
    expect(rowOf(aRegion({ roaming: [] }), known).coverage).toEqual(['DE', 'FR']);
    const long = aRegion({ roaming: [], groups: ['Standard Long Duration'] });
    expect(planOfBundle(long, known)).toEqual({ skipped: 'no_coverage' });
  });

  it('knows the smallest regions by heart', () => {
    expect(rowOf(aRegion({ name: 'esim_1GB_7D_RNA_V2', roaming: [] })).coverage).toEqual(['CA', 'MX', 'US']);
  });

  it('keeps texts within what the table holds', () => {
    const row = rowOf(
      aBundle({ description: 'x'.repeat(1000), groups: ['y'.repeat(1000)], speeds: Array(50).fill('4G') }),
    );
    expect(row.description.length).toBe(300);
    expect(row.group_name.length).toBe(80);
    expect(row.speeds).toEqual(['4G']);
  });
});
