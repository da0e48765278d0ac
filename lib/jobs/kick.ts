import type { ShopDeps } from '../deps.ts';
import { expireOrders } from '../orders/expire-orders.ts';
import { failLateOrders } from '../orders/fail-late-orders.ts';
import { reconcileOrders } from '../orders/reconcile-orders.ts';
import { sweepStars } from '../orders/sweep-stars.ts';
import { eraseDueUsers } from '../users/erase-user.ts';
import { drainOutbox, type DrainOptions } from './drain-outbox.ts';
import { watchShop } from './watch-shop.ts';

// Where cron is rare, people who look at their orders keep the sweeps going.
const SWEEP_EVERY_S = 60;
const STARS_EVERY_S = 600;
const WATCH_EVERY_S = 3_600;

/** Works off due jobs after the answer is out: what makes delivery fast and lets cron be rare. */
export function kick(deps: ShopDeps, options: DrainOptions = {}): void {
  if (!deps.config.runsJobs) return;
  deps.background(drainOutbox(deps, options));
  deps.background(sweepIfDue(deps));
}

let nextSweepMs = 0;

async function sweepIfDue(deps: ShopDeps): Promise<void> {
  // An instance that asked lately spares the store the question.
  if (performance.now() < nextSweepMs) return;
  nextSweepMs = performance.now() + SWEEP_EVERY_S * 1_000;
  if (await isTurn(deps, 'kick:sweep', SWEEP_EVERY_S)) {
    await expireOrders(deps);
    await failLateOrders(deps);
    await reconcileOrders(deps);
    if (await isTurn(deps, 'kick:watch', WATCH_EVERY_S)) await watchShop(deps);
    await eraseDueUsers(deps);
  }
  if (await isTurn(deps, 'kick:stars', STARS_EVERY_S)) await sweepStars(deps);
}

function isTurn({ kv }: ShopDeps, key: string, everyS: number): Promise<boolean> {
  return kv.set(key, '1', { ttlS: everyS, onlyIfAbsent: true });
}
