import type { Sql } from '../db/sql.ts';
import type { ShopDeps } from '../deps.ts';
import { TelegramRefusedError } from '../telegram/errors.ts';
import { DONE, type JobResult } from './job-result.ts';
import { moveOrder, noteEvent } from './move-order.ts';
import { enqueue } from './outbox.ts';
import { recordReturnedCharge, type ReturnedCharge } from './record-payment.ts';
import type { MoveName, OrderState } from './states.ts';

export type RefundedBy = 'shop' | 'admin' | 'telegram';

interface DuePayment {
  id: string;
  telegram_payment_charge_id: string;
  telegram_user_id: number;
}

/** Returns one charge to its payer. Telegram refunds a charge once, so a repeat after a lost answer does no harm. */
export async function refundPayment(
  { db, telegram, log }: Pick<ShopDeps, 'db' | 'telegram' | 'log'>,
  paymentId: string,
): Promise<JobResult> {
  const [payment] = await db.query<DuePayment>(
    `SELECT id, telegram_payment_charge_id, telegram_user_id FROM payments WHERE id = $1 AND state = 'refund_due'`,
    [paymentId],
  );
  if (payment === undefined) return DONE;
  let outcome: 'refunded' | 'already_refunded';
  try {
    outcome = await telegram.refundStarPayment(payment.telegram_user_id, payment.telegram_payment_charge_id);
  } catch (error) {
    // A refusal that more tries may not change: the job goes on trying, and a human hears of it at once.
    if (error instanceof TelegramRefusedError && error.status !== 429) {
      await enqueue(db, { kind: 'alert', subjectId: paymentId, discriminator: 'refund_failed' });
    }
    throw error;
  }
  await db.transaction((tx) => recordRefund(tx, paymentId, 'shop'));
  log.info('payment_refunded', { paymentId, outcome });
  return DONE;
}

/** Books that the Stars are back, with what it means for the order. Nothing happens when it was booked before. */
export async function recordRefund(tx: Sql, paymentId: string, refundedBy: RefundedBy): Promise<boolean> {
  const [payment] = await tx.query<{ order_id: string | null; pays_for_order: boolean; telegram_user_id: number }>(
    // Telegram also reports the refunds that we asked for; those stay ours.
    `UPDATE payments SET state = 'refunded', refunded_at = now(),
       refunded_by = CASE WHEN state = 'refund_due' AND refund_reason = 'by_shop' THEN 'admin'
                          WHEN state = 'refund_due' AND $2 = 'telegram' THEN 'shop' ELSE $2 END
     WHERE id = $1 AND state <> 'refunded' RETURNING order_id, pays_for_order, telegram_user_id`,
    [paymentId, refundedBy],
  );
  if (payment === undefined) return false;
  if (payment.order_id === null) return true;
  if (payment.pays_for_order) {
    await settleOrder(tx, payment.order_id, refundedBy);
  } else {
    await noteEvent(tx, payment.order_id, 'payment.refunded', {
      actor: refundedBy === 'telegram' ? 'telegram' : 'clock',
      details: { payment: paymentId },
    });
  }
  await enqueue(tx, { kind: 'tell_refunded', subjectId: paymentId });
  return true;
}

/** The order's side of a refund, by the state it is found in. Other states have no charge that could come back. */
const SETTLING_MOVES: Partial<Record<OrderState, MoveName>> = {
  'refund_due/cancelled': 'refund',
  'refund_due/assigned': 'refund_delivered',
  'paid/assigned': 'charge_back_delivered',
  'paid/none': 'charge_back_undelivered',
  'paid/claimed': 'charge_back_undelivered',
  'paid/not_sent': 'charge_back_undelivered',
  'paid/refused': 'charge_back_undelivered',
  'paid/absent': 'charge_back_undelivered',
};

async function settleOrder(tx: Sql, orderId: string, by: RefundedBy): Promise<void> {
  const state = await readState(tx, orderId);
  const move = state === null ? undefined : SETTLING_MOVES[state];
  if (move === undefined) {
    // The supplier may have it already: the order goes on, and the delivery finds the charge refunded.
    await tx.query(`UPDATE orders SET needs_human = 'charged_back_under_way' WHERE id = $1`, [orderId]);
    await enqueue(tx, { kind: 'alert', subjectId: orderId, discriminator: 'charged_back_under_way' });
    return;
  }
  await moveOrder(tx, orderId, move, {
    actor: by === 'telegram' ? 'telegram' : 'clock',
    set: { refunded_at: 'now' },
    ...(move.startsWith('charge_back') ? { details: { reason: 'charged_back' } } : {}),
  });
  if (move === 'charge_back_delivered') await alertOfLoss(tx, orderId);
  if (move === 'charge_back_delivered' || move === 'refund_delivered') await startWithdrawal(tx, orderId);
}

async function alertOfLoss(tx: Sql, orderId: string): Promise<void> {
  await enqueue(tx, { kind: 'alert', subjectId: orderId, discriminator: 'charged_back_after_delivery' });
}

/** Only once the Stars are back: whoever still has neither keeps the eSIM. */
async function startWithdrawal(tx: Sql, orderId: string): Promise<void> {
  await enqueue(tx, { kind: 'withdraw_esim', subjectId: orderId });
}

/** Telegram may have taken the Stars back while the order was on its way; the money's side is then already over. */
export async function settleEarlyChargeback(tx: Sql, orderId: string): Promise<void> {
  const refunded = await tx.query(
    `SELECT id FROM payments WHERE order_id = $1 AND pays_for_order AND state = 'refunded'`,
    [orderId],
  );
  if (refunded.length === 0) return;
  await moveOrder(tx, orderId, 'charge_back_delivered', {
    actor: 'telegram',
    set: { refunded_at: 'now' },
    details: { reason: 'charged_back' },
  });
  await alertOfLoss(tx, orderId);
  await startWithdrawal(tx, orderId);
}

async function readState(tx: Sql, orderId: string): Promise<OrderState | null> {
  const [row] = await tx.query<{ state: OrderState }>(
    `SELECT payment_status || '/' || provisioning AS state FROM orders WHERE id = $1 FOR UPDATE`,
    [orderId],
  );
  return row?.state ?? null;
}

/** Telegram took a charge back by itself: its word in a `refunded_payment` update, or its ledger. */
export async function recordTelegramRefund(
  deps: Pick<ShopDeps, 'db' | 'shopId' | 'log'>,
  charge: ReturnedCharge,
): Promise<'recorded' | 'already_recorded' | 'unknown_charge'> {
  const { db, log } = deps;
  const [payment] = await db.query<{ id: string }>(`SELECT id FROM payments WHERE telegram_payment_charge_id = $1`, [
    charge.chargeId,
  ]);
  if (payment === undefined) {
    // Should its payment still be heard of, it must not pay for anything.
    await recordReturnedCharge(deps, charge);
    log.warn('refund_of_unknown_charge');
    return 'unknown_charge';
  }
  const isNew = await db.transaction((tx) => recordRefund(tx, payment.id, 'telegram'));
  return isNew ? 'recorded' : 'already_recorded';
}
