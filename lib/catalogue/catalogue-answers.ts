import { AppError } from '../contract/error-codes.ts';
import { destinationsAnswer, plansAnswer } from './answer-bodies.ts';
import { currentCatalogue, memoryOf, writeKv, type CurrentCatalogue, type StoredAnswer } from './current-catalogue.ts';
import type { CatalogueDeps } from './deps.ts';
import { syncCatalogue } from './sync-catalogue.ts';

export interface CatalogueAnswer extends StoredAnswer {
  /** The last complete sync; older than the TTL while the supplier cannot be reached. */
  updatedAt: Date;
}

/** A run that failed is not tried again sooner: the supplier's terms forbid frequent polling. */
const SYNC_RETRY_S = 300;
/** A shop that has nothing to show yet is less patient. */
const FIRST_SYNC_RETRY_S = 30;

export async function readDestinations(deps: CatalogueDeps): Promise<CatalogueAnswer> {
  const current = await catalogueToShow(deps);
  return { ...(await destinationsAnswer(deps, current)), updatedAt: new Date(current.updatedAt) };
}

/** Null for a destination that nothing is sold for. */
export async function readPlans(deps: CatalogueDeps, destinationCode: string): Promise<CatalogueAnswer | null> {
  const current = await catalogueToShow(deps);
  const answer = await plansAnswer(deps, current, destinationCode);
  return answer && { ...answer, updatedAt: new Date(current.updatedAt) };
}

/** Never waits for a sync: past the TTL the old catalogue is shown while one runs. */
async function catalogueToShow(deps: CatalogueDeps): Promise<CurrentCatalogue> {
  const current = await currentCatalogue(deps);
  if (!current) {
    startSync(deps, FIRST_SYNC_RETRY_S);
    throw new AppError('temporarily_unavailable');
  }
  const ageMs = deps.now().getTime() - Date.parse(current.updatedAt);
  if (ageMs > deps.settings.catalogueTtlS * 1000) startSync(deps, SYNC_RETRY_S);
  return current;
}

function startSync(deps: CatalogueDeps, retryS: number): void {
  const memory = memoryOf(deps.kv);
  const nowMs = deps.now().getTime();
  if (nowMs < memory.nextSyncTryMs) return;
  memory.nextSyncTryMs = nowMs + retryS * 1000;
  deps.background(syncOnce(deps, retryS));
}

/** Instances agree through the store on who starts; the database then allows one run at a time. */
async function syncOnce(deps: CatalogueDeps, retryS: number): Promise<void> {
  try {
    const isFirst = await writeKv(deps, 'catalogue:sync-started', 'yes', { ttlS: retryS, onlyIfAbsent: true });
    if (isFirst) await syncCatalogue(deps, { source: 'api' });
  } catch (error) {
    deps.log.error('catalogue_background_sync_failed', { error });
  }
}
