import type { Order } from '../contract/order.ts';
import type { ShopDeps } from '../deps.ts';
import { raiseAlert } from '../notify/raise-alert.ts';

type ExpiryDeps = Pick<ShopDeps, 'db' | 'log'>;

const BATCH = 500;
const DAY_S = 86_400;

/** Closes unpaid orders whose time is over. A payment that is already under way is still honoured by `recordPayment`. */
export async function expireOrders(deps: ExpiryDeps): Promise<number> {
  try {
    return await expire(deps, null);
  } catch (error) {
    deps.log.warn('expiry_one_by_one', { error });
    return expireOneByOne(deps);
  }
}

/** One that cannot be closed keeps none of the others open. */
async function expireOneByOne(deps: ExpiryDeps): Promise<number> {
  const due = await deps.db.query<{ id: string }>(
    `SELECT id FROM orders WHERE payment_status = 'unpaid' AND provisioning = 'none' AND expires_at < now()
     ORDER BY expires_at LIMIT $1`,
    [BATCH],
  );
  let expired = 0;
  for (const { id } of due) {
    try {
      expired += await expire(deps, id);
    } catch (error) {
      deps.log.error('order_not_expired', { orderId: id, error });
      await raiseAlert(deps, 'job_failed', { subjectId: id, everyS: DAY_S });
    }
  }
  return expired;
}

async function expire({ db }: ExpiryDeps, orderId: string | null): Promise<number> {
  const rows = await db.query<{ id: string }>(
    `WITH due AS (
       SELECT id FROM orders
       WHERE payment_status = 'unpaid' AND provisioning = 'none' AND expires_at < now()
         AND ($2::text IS NULL OR id = $2)
       ORDER BY expires_at LIMIT $1 FOR UPDATE SKIP LOCKED
     ), moved AS (
       UPDATE orders SET provisioning = 'cancelled', failure_code = 'expired'
       FROM due WHERE orders.id = due.id RETURNING orders.id
     ), event AS (
       INSERT INTO order_events (order_id, type, from_state, to_state, actor)
       SELECT id, 'order.expired', 'unpaid/none', 'unpaid/cancelled', 'clock' FROM moved
     )
     SELECT id FROM moved`,
    [BATCH, orderId],
  );
  return rows.length;
}

/** Where cron is rare, whoever looks at an order closes it in time. */
export function expireSoon(
  deps: Pick<ShopDeps, 'db' | 'log' | 'config' | 'background' | 'now'>,
  { expires_at: expiresAt }: Pick<Order, 'expires_at'>,
): void {
  if (deps.config.runsJobs && Date.parse(expiresAt) < deps.now().getTime()) deps.background(expireOrders(deps));
}
