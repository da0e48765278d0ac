import type { ShopDeps } from '../deps.ts';
import { sweepStars, type StarSweep } from '../orders/sweep-stars.ts';
import { drainOutbox } from './drain-outbox.ts';

// The update of a payment takes a second or two.
const HEARD_WITHIN_S = 3;
// One reading serves every buyer who waits, however many ask and through whichever instance.
const LOOK_EVERY_S = 5;

// Each instance keeps the pace by itself too, for when the store is out.
let nextLookMs = 0;
let isLooking = false;

/** For somebody who waits: after the answer is out, finds a payment that was confirmed and not heard of. */
export function lookForPayments(deps: ShopDeps): void {
  if (!deps.config.runsJobs || isLooking || performance.now() < nextLookMs) return;
  isLooking = true;
  const looking = findOverduePayments(deps).finally(() => (isLooking = false));
  deps.background(looking.then((sweep) => (sweep?.found ? drainOutbox(deps) : null)));
}

/** Reads Telegram's ledger if a confirmed payment is overdue and nobody has just done so; null if not. */
export async function findOverduePayments(deps: ShopDeps): Promise<StarSweep | null> {
  const [row] = await deps.db.query<{ is_overdue: boolean }>(
    `SELECT EXISTS (
       SELECT FROM orders
       WHERE payment_status = 'unpaid' AND approved_at < now() - $1::integer * interval '1 second'
     ) AS is_overdue`,
    [HEARD_WITHIN_S],
  );
  if (!row?.is_overdue) return null;
  nextLookMs = performance.now() + LOOK_EVERY_S * 1_000;
  const isMyTurn = await deps.kv.set('look:stars', '1', { ttlS: LOOK_EVERY_S, onlyIfAbsent: true });
  return isMyTurn ? sweepStars(deps) : null;
}
