import { raiseAlert } from '../notify/raise-alert.ts';
import { destinationsAnswer } from './answer-bodies.ts';
import { refreshCatalogue } from './current-catalogue.ts';
import type { CatalogueDeps } from './deps.ts';
import { coverageKey, planOfBundle, type ProductRow } from './plan-of-bundle.ts';
import { activePriceRules } from './price-rules.ts';
import { claimRun, completeRun, failRun, knownCoverage, PRICE_ALERT_EVERY_S, storeRows } from './sync-run.ts';
import type { SupplierBundle } from './supplier.ts';

export interface SyncCounts {
  pages: number;
  /** Bundles that were stored; skipped ones are not among them. */
  bundles: number;
  added: number;
  removed: number;
  repriced: number;
  quarantined: number;
  /** Bundles that cannot be sold, by reason. */
  skipped: Record<string, number>;
}

export type SyncOutcome =
  | { outcome: 'complete'; syncId: number; counts: SyncCounts }
  | { outcome: 'already_running' }
  | { outcome: 'failed'; syncId: number; failure: string; counts: SyncCounts };

export interface CatalogueListing {
  costCurrency: string;
  /** Must end without an error only after the last bundle on sale: what was not seen until then is delisted. */
  pages: AsyncIterable<readonly SupplierBundle[]>;
}

type Skip = (reason: string, bundleName: string) => void;

/** Enough to find the cause; a supplier that changes its form would fill the log. */
const MAX_NAMES_IN_LOG = 5;

/** Reads the supplier's whole catalogue into `esimgo_products`. */
export async function syncCatalogue(deps: CatalogueDeps, { source }: { source: 'api' }): Promise<SyncOutcome> {
  return storeCatalogue(deps, source, async (skip) => {
    const { currency } = await deps.supplier.getOrganisation();
    return {
      costCurrency: currency || 'USD',
      pages: deps.supplier.listCatalogue({ onUnreadable: ({ name }) => skip('unreadable', name ?? '?') }),
    };
  });
}

/**
 * One run: claim, store page by page, delist after the last. A run that breaks off leaves what it stored, which is
 * newer than what was there, and removes nothing. No transaction is open while the listing is read.
 */
export async function storeCatalogue(
  deps: Pick<CatalogueDeps, 'db' | 'kv' | 'settings' | 'log' | 'now'>,
  source: 'api' | 'import',
  open: (skip: Skip) => Promise<CatalogueListing>,
): Promise<SyncOutcome> {
  const { db, log, now } = deps;
  const syncId = await claimRun(db, source);
  if (syncId === null) return { outcome: 'already_running' };

  const counts: SyncCounts = { pages: 0, bundles: 0, added: 0, removed: 0, repriced: 0, quarantined: 0, skipped: {} };
  const skippedNames: string[] = [];
  const skip: Skip = (reason, bundleName) => {
    counts.skipped[reason] = (counts.skipped[reason] ?? 0) + 1;
    if (skippedNames.length < MAX_NAMES_IN_LOG) skippedNames.push(bundleName.slice(0, 120));
  };

  let currency = 'USD';
  try {
    const { costCurrency, pages } = await open(skip);
    currency = costCurrency;
    const coverage = await knownCoverage(db);
    for await (const page of pages) {
      const rows = rowsOf(page, coverage, skip);
      const stored = await storeRows(db, { syncId, rows, costCurrency, now: now() });
      counts.pages += 1;
      counts.bundles += rows.length;
      counts.added += stored.added;
      counts.repriced += stored.repriced;
      counts.quarantined += stored.quarantined;
    }
    // An account that sells nothing is far less likely than a listing that went wrong.
    if (counts.bundles === 0) throw new Error('The catalogue has no bundle that can be sold');
    counts.removed = await completeRun(db, { syncId, counts, now: now() });
  } catch (error) {
    const failure = (error instanceof Error ? `${error.name}: ${error.message}` : String(error)).slice(0, 200);
    log.error('catalogue_sync_failed', { syncId, source, ...counts, error });
    await failRun(db, { syncId, counts, failure, now: now() });
    if (counts.bundles > 0) await refreshCatalogue(deps);
    return { outcome: 'failed', syncId, failure, counts };
  }

  log.info('catalogue_synced', { syncId, source, ...counts, ...(skippedNames.length > 0 && { skippedNames }) });
  await tellOfPrices(deps, counts, currency);
  const current = await refreshCatalogue(deps);
  if (current) await destinationsAnswer(deps, current);
  return { outcome: 'complete', syncId, counts };
}

/** What a complete sync leaves to a person: prices to decide on, a rate without which nothing can be sold. */
async function tellOfPrices(
  deps: Pick<CatalogueDeps, 'db' | 'log'>,
  { quarantined }: SyncCounts,
  currency: string,
): Promise<void> {
  if (quarantined > 0) await raiseAlert(deps, 'prices_quarantined', { everyS: PRICE_ALERT_EVERY_S });
  if (currency === 'USD') return;
  const { rules } = await activePriceRules(deps.db);
  if (rules.fxMicroUsd[currency] === undefined) {
    await raiseAlert(deps, 'exchange_rate_missing', { everyS: PRICE_ALERT_EVERY_S });
  }
}

function rowsOf(page: readonly SupplierBundle[], coverage: Map<string, readonly string[]>, skip: Skip): ProductRow[] {
  // A region's bundles that do not say where they work learn it from those that do.
  const telling = page.filter(({ roaming }) => roaming.length > 0);
  const silent = page.filter(({ roaming }) => roaming.length === 0);
  const rows = new Map<string, ProductRow>();
  for (const bundle of [...telling, ...silent]) {
    const plan = planOfBundle(bundle, coverage);
    if ('skipped' in plan) {
      skip(plan.skipped, bundle.name);
      continue;
    }
    const { row } = plan;
    if (row.destination_kind !== 'country') coverage.set(coverageKey(row.destination_code, row.tier), row.coverage);
    rows.set(row.bundle_name, row);
  }
  return [...rows.values()];
}
