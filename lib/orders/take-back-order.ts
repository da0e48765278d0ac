import type { ShopDeps } from '../deps.ts';
import { moveOrder } from './move-order.ts';
import { enqueue } from './outbox.ts';

/** Why an admin returns the Stars of what was delivered: a code, because the event log holds no free text. */
export const TAKE_BACK_REASONS = ['not_working', 'goodwill', 'bought_by_mistake', 'fraud'] as const;
export type TakeBackReason = (typeof TAKE_BACK_REASONS)[number];

export type TakeBackOutcome =
  | { outcome: 'refund_due'; paymentId: string }
  /** Not delivered, or taken back before. */
  | { outcome: 'not_delivered' };

/**
 * An admin's decision to return the Stars of a delivered order, with who decided and why. The refund is a job like any
 * other; once Telegram has returned the Stars, the plan is withdrawn at the supplier.
 */
export async function takeBackOrder(
  { db, log }: Pick<ShopDeps, 'db' | 'log'>,
  { orderId, adminId, reason }: { orderId: string; adminId: number; reason: TakeBackReason },
): Promise<TakeBackOutcome> {
  const paymentId = await db.transaction(async (tx) => {
    const taken = await moveOrder(tx, orderId, 'take_back', { actor: `admin:${adminId}`, details: { reason } });
    if (taken === null) return null;
    const [payment] = await tx.query<{ id: string }>(
      `UPDATE payments SET state = 'refund_due', refund_reason = 'by_shop'
       WHERE order_id = $1 AND pays_for_order AND state = 'recorded' RETURNING id`,
      [orderId],
    );
    if (payment === undefined) throw new Error(`order ${orderId} is delivered without a charge that stands`);
    await enqueue(tx, { kind: 'refund', subjectId: payment.id });
    await tx.query(
      `INSERT INTO admin_audit (telegram_user_id, action, subject_id, details) VALUES ($1, 'take_back', $2, $3::jsonb)`,
      [adminId, orderId, { reason, payment: payment.id }],
    );
    return payment.id;
  });
  if (paymentId === null) return { outcome: 'not_delivered' };
  log.info('order_taken_back', { orderId, reason });
  return { outcome: 'refund_due', paymentId };
}
