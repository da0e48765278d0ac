import { describe, expect, it } from 'vitest';
import { adviceFor, esimStateOf, usageOf } from '../../../lib/esims/esim-state.ts';

type Bundle = Parameters<typeof usageOf>[0][number];
type Esim = Parameters<typeof esimStateOf>[0];

const DAY = (day: number) => new Date(Date.UTC(2026, 10, day));
const esim = (more: Partial<Esim> = {}): Esim => ({
  profile_status: 'released',
  vendor_state: 'active',
  installed_at: null,
  attached_at: null,
  ...more,
});
const bundle = (state: string, more: Partial<Bundle> = {}): Bundle => ({
  state,
  unlimited: false,
  initial_bytes: 1_000,
  remaining_bytes: 600,
  starts_at: null,
  ends_at: null,
  ...more,
});
const installed = esim({ profile_status: 'installed', installed_at: DAY(1) });
const attached = esim({ profile_status: 'installed', installed_at: DAY(1), attached_at: DAY(2) });

describe('esimStateOf', () => {
  it.each<[string, Esim, Bundle[], string]>([
    ['nothing was ever read', esim({ vendor_state: null }), [], 'not_installed'],
    ['the profile waits', esim(), [bundle('queued')], 'not_installed'],
    ['the profile is on its way', esim({ profile_status: 'downloaded' }), [bundle('queued')], 'not_installed'],
    ['the supplier says something unknown', esim({ profile_status: 'unknown' }), [bundle('queued')], 'not_installed'],
    ['the profile is on a phone', installed, [bundle('queued')], 'installed'],
    ['it was on a network and used nothing there', attached, [bundle('queued')], 'installed'],
    ['a bundle is in use', installed, [bundle('active')], 'live'],
    ['a bundle is in use and the profile was deleted', esim(), [bundle('active')], 'live'],
    ['one bundle is used up and another waits', attached, [bundle('depleted'), bundle('queued')], 'installed'],
    ['one is over and another is being assigned', attached, [bundle('expired'), bundle('processing')], 'installed'],
    ['one is in use and another waits', attached, [bundle('queued'), bundle('active')], 'live'],
    ['it was used, then deleted from the phone', esim({ attached_at: DAY(2) }), [bundle('queued')], 'not_installed'],
    ['the data is used up', attached, [bundle('depleted')], 'used_up'],
    ['one is used up and one is over', attached, [bundle('expired'), bundle('depleted')], 'used_up'],
    ['the time is over', attached, [bundle('expired')], 'ended'],
    ['it was never used in time', esim(), [bundle('lapsed')], 'ended'],
    ['its bundle was taken back', installed, [bundle('revoked')], 'ended'],
    ['the supplier suspended it', esim({ ...attached, vendor_state: 'suspended' }), [bundle('active')], 'suspended'],
    ['the supplier deactivated it', esim({ vendor_state: 'deactivated' }), [bundle('active')], 'deactivated'],
    ['its profile is deactivated', esim({ profile_status: 'deactivated' }), [], 'deactivated'],
    ['its profile is gone', esim({ profile_status: 'unavailable' }), [bundle('queued')], 'unavailable'],
  ])('when %s', (_when, row, bundles, state) => {
    expect(esimStateOf(row, bundles)).toBe(state);
  });
});

describe('usageOf', () => {
  it('says nothing before the supplier did', () => {
    expect(usageOf([])).toBeNull();
  });

  it('sums the bundles in use, from the first start to the last end', () => {
    const bundles = [
      bundle('active', { starts_at: DAY(3), ends_at: DAY(10) }),
      bundle('active', { remaining_bytes: 1_000, starts_at: DAY(2), ends_at: DAY(9) }),
      bundle('expired', { initial_bytes: 9_999, ends_at: DAY(30) }),
    ];
    expect(usageOf(bundles)).toEqual({
      unlimited: false,
      initial_bytes: 2_000,
      remaining_bytes: 1_600,
      starts_at: DAY(2),
      ends_at: DAY(10),
      queued: 0,
      queued_bytes: 0,
    });
  });

  it('sums what waits behind a bundle in use apart from it, since its days have not begun', () => {
    const waiting = [bundle('queued', { initial_bytes: 3_000 }), bundle('processing', { initial_bytes: 5_000 })];
    expect(usageOf([bundle('active'), ...waiting])).toMatchObject({
      initial_bytes: 1_000,
      remaining_bytes: 600,
      queued: 2,
      queued_bytes: 8_000,
    });
  });

  it('has no sum of what waits when an unlimited bundle is among it', () => {
    const unlimited = bundle('queued', { unlimited: true, initial_bytes: null, remaining_bytes: null });
    expect(usageOf([bundle('active'), bundle('queued'), unlimited])).toMatchObject({ queued: 2, queued_bytes: null });
  });

  it('shows what waits once nothing is in use', () => {
    const fresh = bundle('queued', { remaining_bytes: 1_000 });
    expect(usageOf([bundle('depleted', { remaining_bytes: 0 }), fresh])).toMatchObject({
      initial_bytes: 1_000,
      remaining_bytes: 1_000,
      queued: 0,
      queued_bytes: 0,
    });
  });

  it('shows what there was once everything is over', () => {
    expect(usageOf([bundle('depleted', { remaining_bytes: 0 })])).toMatchObject({
      initial_bytes: 1_000,
      remaining_bytes: 0,
    });
  });

  it('says what unlimited means in the plan in use', () => {
    const lite = bundle('active', { unlimited: true, initial_bytes: null, remaining_bytes: null, tier: 'lite' });
    expect(usageOf([lite])?.fair_use).toEqual({ full_speed_mb_per_day: 1000, then_kbit_s: 512 });
    expect(
      usageOf([bundle('active', { tier: 'fixed' }), bundle('queued', { unlimited: true, tier: 'plus' })]),
    ).not.toHaveProperty('fair_use');
  });

  it('has no numbers while an unlimited bundle is in use', () => {
    const unlimited = bundle('active', { unlimited: true, initial_bytes: null, remaining_bytes: null });
    expect(usageOf([bundle('active'), unlimited])).toMatchObject({
      unlimited: true,
      initial_bytes: null,
      remaining_bytes: null,
    });
  });
});

describe('adviceFor', () => {
  it.each([
    ['not_installed', 'install_first'],
    ['installed', 'turn_on_and_roam'],
    ['live', 'works'],
    ['used_up', 'data_used_up'],
    ['ended', 'plan_ended'],
    ['suspended', 'suspended'],
    ['deactivated', 'needs_new_esim'],
    ['unavailable', 'needs_new_esim'],
  ] as const)('an eSIM that is %s: %s', (state, advice) => {
    expect(adviceFor(state, installed)).toBe(advice);
  });
});
