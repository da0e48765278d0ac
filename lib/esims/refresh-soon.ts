import type { ShopDeps } from '../deps.ts';
import type { EsimGoClient } from '../esim-go/client.ts';
import { refreshEsim, type RefreshOutcome } from './refresh-esim.ts';

// What the supplier says changes slowly; neither a screen that polls each two seconds nor somebody who presses again and
// again may have it asked each time. All buyers share what it answers in a second.
const MIN_AGE_MS = 10_000;
const FAILED = 'failed';

/** Reads the eSIM again in the background, unless that was just done, by this or another instance. */
export function refreshSoon(deps: ShopDeps, esimId: string, refreshedAt: Date | null): void {
  if (!deps.config.runsJobs) return;
  if (refreshedAt !== null && deps.now().getTime() - refreshedAt.getTime() < MIN_AGE_MS) return;
  deps.background(refreshInTurn(deps, esimId));
}

const reads = new WeakMap<EsimGoClient, Map<string, Promise<RefreshOutcome>>>();

/**
 * Reads the eSIM again, at most once in ten seconds over all instances. Who asks meanwhile shares the read that is under
 * way here, or takes what is stored.
 */
export function refreshInTurn(deps: ShopDeps, esimId: string): Promise<RefreshOutcome> {
  const own = reads.get(deps.supplier) ?? new Map<string, Promise<RefreshOutcome>>();
  reads.set(deps.supplier, own);
  const running = own.get(esimId);
  if (running !== undefined) return running;
  const started = refreshOnce(deps, esimId).finally(() => own.delete(esimId));
  own.set(esimId, started);
  return started;
}

async function refreshOnce(deps: ShopDeps, esimId: string): Promise<RefreshOutcome> {
  const turn = `esim:refresh:${esimId}`;
  const ttlS = MIN_AGE_MS / 1_000;
  if (!(await deps.kv.set(turn, 'taken', { ttlS, onlyIfAbsent: true }))) {
    return (await deps.kv.get(turn)) === FAILED ? 'unavailable' : 'refreshed';
  }
  const outcome = await refreshEsim(deps, esimId);
  if (outcome === 'unavailable') await deps.kv.set(turn, FAILED, { ttlS });
  return outcome;
}
