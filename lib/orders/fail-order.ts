import type { Actor } from '../deps.ts';
import type { Sql } from '../db/sql.ts';
import { enqueueAlert } from '../notify/raise-alert.ts';
import { moveOrder } from './move-order.ts';
import { enqueue } from './outbox.ts';

export type FailureCode = 'supplier_refused' | 'supplier_lost_the_order' | 'not_delivered_in_time' | 'charged_back';

// An outage makes many late at once, and its own alert says why.
const LATE_ALERT_EVERY_S = 3_600;

/**
 * Ends a paid order that nothing was bought for: its charge becomes due for refund in the same transaction. False when
 * the order is not, or no longer, in a state from which Stars may go back.
 */
export async function failOrder(tx: Sql, orderId: string, failureCode: FailureCode, actor: Actor): Promise<boolean> {
  const failed = await moveOrder(tx, orderId, 'give_up', {
    actor,
    set: { failure_code: failureCode, needs_human: null },
    details: { reason: failureCode },
  });
  if (failed === null) return false;
  if (failureCode === 'not_delivered_in_time') {
    await enqueueAlert(tx, 'paid_not_delivered', { everyS: LATE_ALERT_EVERY_S });
  }
  const [payment] = await tx.query<{ id: string }>(
    `UPDATE payments SET state = 'refund_due', refund_reason = $2
     WHERE order_id = $1 AND pays_for_order AND state = 'recorded' RETURNING id`,
    [orderId, failureCode],
  );
  if (payment !== undefined) {
    await enqueue(tx, { kind: 'refund', subjectId: payment.id });
    return true;
  }
  // Telegram took the charge back while the order was on its way: there is nothing left to return.
  const returned = await tx.query(
    `SELECT id FROM payments WHERE order_id = $1 AND pays_for_order AND state = 'refunded'`,
    [orderId],
  );
  if (returned.length > 0) await moveOrder(tx, orderId, 'refund', { actor, set: { refunded_at: 'now' } });
  return true;
}
