import type { Order } from '../contract/order.ts';
import type { ShopDeps } from '../deps.ts';

const BATCH = 500;

/** Closes unpaid orders whose time is over. A payment that is already under way is still honoured by `recordPayment`. */
export async function expireOrders(deps: Pick<ShopDeps, 'db'>): Promise<number> {
  const rows = await deps.db.query<{ id: string }>(
    `WITH due AS (
       SELECT id FROM orders
       WHERE payment_status = 'unpaid' AND provisioning = 'none' AND expires_at < now()
       ORDER BY expires_at LIMIT $1 FOR UPDATE SKIP LOCKED
     ), moved AS (
       UPDATE orders SET provisioning = 'cancelled', failure_code = 'expired'
       FROM due WHERE orders.id = due.id RETURNING orders.id
     ), event AS (
       INSERT INTO order_events (order_id, type, from_state, to_state, actor)
       SELECT id, 'order.expired', 'unpaid/none', 'unpaid/cancelled', 'clock' FROM moved
     )
     SELECT id FROM moved`,
    [BATCH],
  );
  return rows.length;
}

/** Where cron is rare, whoever looks at an order closes it in time. */
export function expireSoon(
  deps: Pick<ShopDeps, 'db' | 'config' | 'background' | 'now'>,
  { expires_at: expiresAt }: Pick<Order, 'expires_at'>,
): void {
  if (deps.config.runsJobs && Date.parse(expiresAt) < deps.now().getTime()) deps.background(expireOrders(deps));
}
