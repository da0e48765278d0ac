import type { ShopDeps } from '../deps.ts';
import { backOff, DONE, type JobResult } from './job-result.ts';
import { FIRST_LISTING_MS } from './provision-order.ts';
import { reconcileOrders } from './reconcile-orders.ts';

const LISTING_MAX_MS = 30_000;
// One listing serves every order that waits; the others need not ask for the same list a moment later.
const TURN_S = 2;
const TURN_MAX_MS = 10_000;

/** Lists until this order's fate is known. */
export async function reconcileJob(deps: ShopDeps, orderId: string, attempts: number): Promise<JobResult> {
  // Another one's listing may have settled it; after an outage the turns must be for those that still wait.
  if (!(await isOpen(deps, orderId))) return DONE;
  if (!(await deps.kv.set('reconcile:turn', orderId, { ttlS: TURN_S, onlyIfAbsent: true }))) {
    return backOff(attempts, TURN_S * 1_000, TURN_MAX_MS);
  }
  await reconcileOrders(deps);
  return (await isOpen(deps, orderId)) ? backOff(attempts, FIRST_LISTING_MS, LISTING_MAX_MS) : DONE;
}

async function isOpen({ db }: ShopDeps, orderId: string): Promise<boolean> {
  const rows = await db.query(`SELECT id FROM orders WHERE id = $1 AND provisioning IN ('unknown', 'sending')`, [
    orderId,
  ]);
  return rows.length > 0;
}
