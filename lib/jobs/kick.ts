import { setImmediate as afterTheAnswer } from 'node:timers/promises';
import type { ShopDeps } from '../deps.ts';
import { expireOrders } from '../orders/expire-orders.ts';
import { failLateOrders } from '../orders/fail-late-orders.ts';
import { reconcileOrders } from '../orders/reconcile-orders.ts';
import { sweepStars } from '../orders/sweep-stars.ts';
import { eraseDueUsers } from '../users/erase-user.ts';
import { drainOutbox, type DrainOptions } from './drain-outbox.ts';
import { watchRefunds } from './watch-refunds.ts';
import { watchShop } from './watch-shop.ts';

// One drain serves everybody who asks meanwhile, through whichever instance.
const DRAIN_EVERY_S = 3;
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

/** What any visitor does for all others: most requests cost a look at the clock, and one in a few seconds a question. */
export function kickIfDue(deps: ShopDeps): void {
  if (!deps.config.runsJobs || performance.now() < nextDrainMs) return;
  nextDrainMs = performance.now() + DRAIN_EVERY_S * 1_000;
  deps.background(drainIfDue(deps));
  deps.background(afterTheAnswer().then(() => sweepIfDue(deps)));
}

// An instance that asked lately spares the store the question.
let nextDrainMs = 0;
let nextSweepMs = 0;

async function drainIfDue(deps: ShopDeps): Promise<void> {
  await afterTheAnswer();
  if (await isTurn(deps, 'kick:drain', DRAIN_EVERY_S)) await drainOutbox(deps);
}

/** A part that fails stops none of the others. */
async function sweepIfDue(deps: ShopDeps): Promise<void> {
  if (performance.now() < nextSweepMs) return;
  nextSweepMs = performance.now() + SWEEP_EVERY_S * 1_000;
  const part = async (name: string, work: () => Promise<unknown>): Promise<void> => {
    try {
      await work();
    } catch (error) {
      deps.log.error('sweep_part_failed', { part: name, error });
    }
  };
  if (await isTurn(deps, 'kick:sweep', SWEEP_EVERY_S)) {
    await part('expired', () => expireOrders(deps));
    await part('late', () => failLateOrders(deps));
    await part('reconcile', () => reconcileOrders(deps));
    await part('erased', () => eraseDueUsers(deps));
    if (await isTurn(deps, 'kick:watch', WATCH_EVERY_S)) {
      await part('alerts', () => watchShop(deps));
      await part('refunds', () => watchRefunds(deps));
    }
  }
  if (await isTurn(deps, 'kick:stars', STARS_EVERY_S)) await part('stars', () => sweepStars(deps));
}

function isTurn({ kv }: ShopDeps, key: string, everyS: number): Promise<boolean> {
  return kv.set(key, '1', { ttlS: everyS, onlyIfAbsent: true });
}
