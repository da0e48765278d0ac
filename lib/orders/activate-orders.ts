import type { Sql } from '../db/sql.ts';

/**
 * Makes the eSIM's delivered orders active for which there is evidence: for a new eSIM the first attachment to a network
 * or the first data, for a top-up its own bundle in use. Evidence comes from the supplier's records, never from a click.
 */
export async function activateOrders(tx: Sql, esimId: string, attachedAt: Date | null): Promise<string[]> {
  const rows = await tx.query<{ id: string }>(
    `WITH used AS (
       SELECT order_id, min(coalesce(starts_at, assigned_at, as_of)) AS since FROM esim_bundles
       WHERE esim_id = $1 AND order_id IS NOT NULL AND starts_at IS NOT NULL AND state IN ('active', 'depleted', 'expired')
       GROUP BY order_id
     ), evidence AS (
       SELECT o.id, least(used.since, CASE WHEN o.kind = 'new' THEN $2::timestamptz END) AS since
       FROM orders o LEFT JOIN used ON used.order_id = o.id
       WHERE o.esim_id = $1 AND o.provisioning = 'assigned' AND o.activated_at IS NULL
         AND (used.order_id IS NOT NULL OR (o.kind = 'new' AND $2::timestamptz IS NOT NULL))
     ), moved AS (
       -- Clocks differ; nothing is used before it was delivered.
       UPDATE orders SET activated_at = greatest(evidence.since, orders.ready_at)
       FROM evidence WHERE orders.id = evidence.id AND orders.activated_at IS NULL
       RETURNING orders.id
     ), event AS (
       INSERT INTO order_events (order_id, type, actor) SELECT id, 'order.activated', 'supplier' FROM moved
     )
     SELECT id FROM moved`,
    [esimId, attachedAt],
  );
  return rows.map(({ id }) => id);
}
