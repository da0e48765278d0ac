import type { ShopDeps } from '../deps.ts';
import { raiseAlert } from '../notify/raise-alert.ts';
import { doubtOrder, LEFT_LYING_S } from './doubt-order.ts';
import { failOrder } from './fail-order.ts';
import { enqueue } from './outbox.ts';
import { MOVES } from './states.ts';

type LateDeps = Pick<ShopDeps, 'db' | 'config' | 'log'>;

interface LateOrder {
  id: string;
  is_refundable: boolean;
  is_left_lying: boolean;
}

const BATCH = 100;
const DAY_S = 86_400;

/**
 * Keeps the promise with a clock: an order not in hand by `deliver_by` is refunded if nothing was bought for it. One
 * whose fate at the supplier cannot be proven goes to a human instead, never into silence. One that nobody has worked
 * on for long is looked up at the supplier first. One that cannot be settled keeps none of the others waiting.
 */
export async function failLateOrders(deps: LateDeps): Promise<number> {
  const seen: string[] = [];
  let failed = 0;
  for (;;) {
    const late = await readLate(deps, seen);
    for (const order of late) {
      seen.push(order.id);
      try {
        if (await settleLate(deps, order)) failed += 1;
      } catch (error) {
        deps.log.error('late_order_not_settled', { orderId: order.id, error });
        await raiseAlert(deps, 'job_failed', { subjectId: order.id, everyS: DAY_S });
      }
    }
    if (late.length < BATCH) return failed;
  }
}

function readLate({ db }: LateDeps, seen: readonly string[]): Promise<LateOrder[]> {
  return db.query<LateOrder>(
    `SELECT id, payment_status || '/' || provisioning = ANY($1::text[]) AS is_refundable,
       EXISTS (SELECT FROM outbox WHERE job_key = 'provision:' || orders.id AND done_at IS NULL AND dead_at IS NULL
                 AND run_at < now() - $3::integer * interval '1 second') AS is_left_lying
     FROM orders
     WHERE payment_status = 'paid' AND provisioning <> 'assigned' AND deliver_by < now()
       AND (needs_human IS NULL OR payment_status || '/' || provisioning = ANY($1::text[]))
       AND id <> ALL($4::text[])
     ORDER BY deliver_by LIMIT $2`,
    [MOVES.give_up.from, BATCH, LEFT_LYING_S, seen],
  );
}

/** Whether the Stars go back. */
async function settleLate({ db, config, log }: LateDeps, order: LateOrder): Promise<boolean> {
  const { id, is_refundable: isRefundable, is_left_lying: isLeftLying } = order;
  if (isLeftLying && (await db.transaction((tx) => doubtOrder(tx, id, config)))) return false;
  if (isRefundable) return db.transaction((tx) => failOrder(tx, id, 'not_delivered_in_time', 'clock'));
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
  return false;
}
