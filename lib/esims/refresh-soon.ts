import type { ShopDeps } from '../deps.ts';
import { refreshEsim } from './refresh-esim.ts';

// What the supplier says changes slowly; a screen that polls each two seconds must not ask it each time.
const MIN_AGE_MS = 10_000;

/** Reads the eSIM again in the background, unless that was just done, by this or another instance. */
export function refreshSoon(deps: ShopDeps, esimId: string, refreshedAt: Date | null): void {
  if (!deps.config.runsJobs) return;
  if (refreshedAt !== null && deps.now().getTime() - refreshedAt.getTime() < MIN_AGE_MS) return;
  deps.background(refreshOnce(deps, esimId));
}

async function refreshOnce(deps: ShopDeps, esimId: string): Promise<void> {
  const isMyTurn = await deps.kv.set(`esim:refresh:${esimId}`, '1', { ttlS: MIN_AGE_MS / 1_000, onlyIfAbsent: true });
  if (isMyTurn) await refreshEsim(deps, esimId);
}
