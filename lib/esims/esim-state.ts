import { fairUseOf } from '../catalogue/tier.ts';
import type { Plan, Tier } from '../contract/catalogue.ts';
import type { Advice, EsimState } from '../contract/esim.ts';
import type { EsimBundleRow, EsimRow } from './esim-row.ts';

export interface Usage {
  unlimited: boolean;
  initial_bytes: number | null;
  remaining_bytes: number | null;
  starts_at: Date | null;
  ends_at: Date | null;
  queued: number;
  queued_bytes: number | null;
  /** Of an unlimited plan. */
  fair_use?: Plan['fair_use'];
}

const CAN_BE_USED = new Set(['active', 'queued', 'processing']);

type StateFields = Pick<EsimRow, 'profile_status' | 'vendor_state' | 'installed_at' | 'attached_at'>;
type BundleFields = Pick<
  EsimBundleRow,
  'state' | 'unlimited' | 'initial_bytes' | 'remaining_bytes' | 'starts_at' | 'ends_at'
> & { tier?: Tier | null };

/** One word for the person who holds it, from the profile and its bundles. */
export function esimStateOf(esim: StateFields, bundles: readonly BundleFields[]): EsimState {
  if (esim.vendor_state === 'suspended') return 'suspended';
  if (esim.vendor_state === 'deactivated' || esim.profile_status === 'deactivated') return 'deactivated';
  if (esim.profile_status === 'unavailable') return 'unavailable';
  if (bundles.length > 0 && !bundles.some(({ state }) => CAN_BE_USED.has(state))) {
    return bundles.some(({ state }) => state === 'depleted') ? 'used_up' : 'ended';
  }
  // A network alone begins no plan, and a top-up waits for its first use like a new one.
  if (bundles.some(({ state }) => state === 'active')) return 'live';
  return esim.profile_status === 'installed' ? 'installed' : 'not_installed';
}

/**
 * What is left, summed over the bundles in use; queued ones count once none is in use, since they are what the phone
 * will use next. Null before the supplier has said anything.
 */
export function usageOf(bundles: readonly BundleFields[]): Usage | null {
  if (bundles.length === 0) return null;
  const active = bundles.filter(({ state }) => state === 'active');
  const queued = bundles.filter(({ state }) => state === 'queued' || state === 'processing');
  const counted = active.length > 0 ? active : queued.length > 0 ? queued : bundles;
  const waiting = active.length > 0 ? queued : [];
  const unlimited = counted.some((bundle) => bundle.unlimited);
  const fairUse = fairUseOf(counted.find((bundle) => bundle.unlimited)?.tier ?? 'other');
  return {
    unlimited,
    initial_bytes: unlimited ? null : sum(counted.map((bundle) => bundle.initial_bytes)),
    remaining_bytes: unlimited ? null : sum(counted.map((bundle) => bundle.remaining_bytes)),
    starts_at: earliest(counted.map((bundle) => bundle.starts_at)),
    ends_at: latest(counted.map((bundle) => bundle.ends_at)),
    queued: waiting.length,
    queued_bytes: waiting.some((bundle) => bundle.unlimited)
      ? null
      : sum(waiting.map((bundle) => bundle.initial_bytes)),
    ...(fairUse && { fair_use: fairUse }),
  };
}

/** The one cause to name to a person whose eSIM does not work, and so the one thing to do. */
export function adviceFor(state: EsimState, esim: StateFields): Advice {
  switch (state) {
    case 'not_installed':
      return 'install_first';
    case 'installed':
      return esim.attached_at === null ? 'turn_on_and_roam' : 'works';
    case 'live':
      return 'works';
    case 'used_up':
      return 'data_used_up';
    case 'ended':
      return 'plan_ended';
    case 'suspended':
      return 'suspended';
    case 'deactivated':
    case 'unavailable':
      return 'needs_new_esim';
  }
}

function sum(values: readonly (number | null)[]): number {
  return values.reduce<number>((total, value) => total + (value ?? 0), 0);
}

function earliest(dates: readonly (Date | null)[]): Date | null {
  return pick(dates, (a, b) => a < b);
}

function latest(dates: readonly (Date | null)[]): Date | null {
  return pick(dates, (a, b) => a > b);
}

function pick(dates: readonly (Date | null)[], isBetter: (a: Date, b: Date) => boolean): Date | null {
  let best: Date | null = null;
  for (const date of dates) if (date !== null && (best === null || isBetter(date, best))) best = date;
  return best;
}
