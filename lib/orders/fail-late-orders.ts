import type { ShopDeps } from '../deps.ts';
import { doubtOrder, LEFT_LYING_S } from './doubt-order.ts';
import { failOrder } from './fail-order.ts';
import { enqueue } from './outbox.ts';
import { MOVES } from './states.ts';

const BATCH = 100;

/**
 * Keeps the promise with a clock: an order not in hand by `deliver_by` is refunded if nothing was bought for it. One
 * whose fate at the supplier cannot be proven goes to a human instead, never into silence. One that nobody has worked
 * on for long is looked up at the supplier first.
 */
export async function failLateOrders({ db, config, log }: Pick<ShopDeps, 'db' | 'config' | 'log'>): Promise<number> {
  const late = await db.query<{ id: string; is_refundable: boolean; is_left_lying: boolean }>(
    `SELECT id, payment_status || '/' || provisioning = ANY($1::text[]) AS is_refundable,
       EXISTS (SELECT FROM outbox WHERE job_key = 'provision:' || orders.id AND done_at IS NULL AND dead_at IS NULL
                 AND run_at < now() - $3::integer * interval '1 second') AS is_left_lying
     FROM orders
     WHERE payment_status = 'paid' AND provisioning <> 'assigned' AND deliver_by < now()
       AND (needs_human IS NULL OR payment_status || '/' || provisioning = ANY($1::text[]))
     ORDER BY deliver_by LIMIT $2`,
    [MOVES.give_up.from, BATCH, LEFT_LYING_S],
  );
  let failed = 0;
  for (const { id, is_refundable: isRefundable, is_left_lying: isLeftLying } of late) {
    if (isLeftLying && (await db.transaction((tx) => doubtOrder(tx, id, config)))) continue;
    if (isRefundable) {
      if (await db.transaction((tx) => failOrder(tx, id, 'not_delivered_in_time', 'clock'))) failed += 1;
      continue;
    }
    await db.transaction(async (tx) => {
      const [flagged] = await tx.query(
        `UPDATE orders SET needs_human = 'late_and_not_provable'
         WHERE id = $1 AND needs_human IS NULL AND payment_status = 'paid' AND provisioning IN ('sending', 'unknown', 'placed')
         RETURNING id`,
        [id],
      );
      if (flagged !== undefined)
        await enqueue(tx, { kind: 'alert', subjectId: id, discriminator: 'late_and_not_provable' });
    });
    log.error('order_late', { orderId: id });
  }
  return failed;
}
