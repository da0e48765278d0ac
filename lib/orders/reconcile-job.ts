import type { ShopDeps } from '../deps.ts';
import { backOff, DONE, type JobResult } from './job-result.ts';
import { FIRST_LISTING_MS } from './provision-order.ts';
import { reconcileOrders } from './reconcile-orders.ts';

const LISTING_MAX_MS = 30_000;
// One listing serves every order that waits; the others need not ask for the same list a moment later.
const TURN_S = 2;

/** Lists until this order's fate is known. */
export async function reconcileJob(deps: ShopDeps, orderId: string, attempts: number): Promise<JobResult> {
  if (!(await deps.kv.set('reconcile:turn', orderId, { ttlS: TURN_S, onlyIfAbsent: true }))) {
    return { kind: 'again', afterMs: TURN_S * 1_000 };
  }
  await reconcileOrders(deps);
  const [order] = await deps.db.query<{ provisioning: string }>(`SELECT provisioning FROM orders WHERE id = $1`, [
    orderId,
  ]);
  const isOpen = order?.provisioning === 'unknown' || order?.provisioning === 'sending';
  return isOpen ? backOff(attempts, FIRST_LISTING_MS, LISTING_MAX_MS) : DONE;
}
