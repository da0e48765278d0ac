import type { ShopDeps } from '../deps.ts';
import type { Sql } from '../db/sql.ts';
import { newId } from '../ids.ts';
import type { StarTransaction } from '../telegram/bot-api.ts';
import { doubtOrder, LEFT_LYING_S } from './doubt-order.ts';
import { readInvoicePayload } from './invoice-payload.ts';
import { moveOrder, noteEvent } from './move-order.ts';
import type { OrderRow } from './order-row.ts';
import { alertOfOldDatabase, enqueue } from './outbox.ts';

export interface Charge {
  chargeId: string;
  userId: number;
  currency: string;
  totalAmount: number;
  payload: string;
  at: Date;
}

export type RefundReason = 'wrong_amount' | 'wrong_user' | 'second_charge' | 'paid_too_late' | 'esim_erased';

export type PaymentOutcome =
  | { outcome: 'accepted'; orderId: string }
  | { outcome: 'to_refund'; orderId: string; reason: RefundReason }
  | { outcome: 'needs_human' }
  | { outcome: 'already_recorded' };

/**
 * Books a charge, once, whoever reports it: the update, a repeat of it, or Telegram's ledger. It pays for its order, or
 * goes back by itself, or waits for a human when it names no order of this shop. One that is heard of long after it was
 * made buys nothing before the supplier was asked whether that was done: this database may be a restored backup.
 */
export async function recordPayment(
  deps: Pick<ShopDeps, 'db' | 'config' | 'shopId' | 'log'>,
  charge: Charge,
  source: 'update' | 'ledger' = 'update',
): Promise<PaymentOutcome> {
  const reading = readInvoicePayload(charge.payload, await deps.shopId());
  const result = await deps.db.transaction<PaymentOutcome>(async (tx) => {
    const order = reading.kind === 'ours' ? await lockOrder(tx, reading.orderId, charge.at, deps) : null;
    const verdict = order === null ? 'needs_human' : judge(order, charge, source);
    const paymentId = newId('pay');
    const state = verdict === 'pays' ? 'recorded' : verdict === 'needs_human' ? 'needs_human' : 'refund_due';
    const inserted = await tx.query(
      `INSERT INTO payments
         (id, telegram_payment_charge_id, order_id, telegram_user_id, amount_stars, charged_at, pays_for_order, state, refund_reason)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
       ON CONFLICT (telegram_payment_charge_id) DO NOTHING RETURNING id`,
      [
        paymentId,
        charge.chargeId,
        order?.id ?? null,
        charge.userId,
        charge.totalAmount,
        charge.at,
        verdict === 'pays',
        state,
        state === 'refund_due' ? verdict : null,
      ],
    );
    if (inserted.length === 0) return { outcome: 'already_recorded' };
    if (order === null || verdict === 'needs_human') {
      if (reading.kind === 'ours') await alertOfOldDatabase(tx);
      else await enqueue(tx, { kind: 'alert', subjectId: paymentId, discriminator: 'foreign_charge' });
      return { outcome: 'needs_human' };
    }
    if (verdict === 'pays') {
      await moveOrder(tx, order.id, 'pay', {
        actor: 'telegram',
        // What was paid so late that it would go back does so, if the supplier has nothing for it.
        set: {
          paid_at: 'now',
          deliver_by: isTooLate(order) ? 0 : deps.config.deliveryDeadlineS,
          failure_code: null,
          erased_at: null,
        },
        details: { payment: paymentId, stars: charge.totalAmount },
      });
      if (!order.charge_is_old || !(await doubtOrder(tx, order.id, deps.config))) {
        await enqueue(tx, { kind: 'provision', subjectId: order.id });
      }
      return { outcome: 'accepted', orderId: order.id };
    }
    await noteEvent(tx, order.id, 'payment.to_refund', {
      actor: 'telegram',
      details: { payment: paymentId, reason: verdict },
    });
    await enqueue(tx, { kind: 'refund', subjectId: paymentId });
    return { outcome: 'to_refund', orderId: order.id, reason: verdict };
  });
  if (result.outcome === 'needs_human') deps.log.error('foreign_charge', { stars: charge.totalAmount });
  return result;
}

export type ReturnedCharge = Pick<StarTransaction, 'chargeId' | 'userId' | 'stars' | 'payload' | 'at'>;

/** Books a charge that Telegram had already returned when we first heard of it: it pays for nothing. */
export async function recordReturnedCharge(
  { db, shopId }: Pick<ShopDeps, 'db' | 'shopId'>,
  { chargeId, userId, stars, payload, at }: ReturnedCharge,
): Promise<void> {
  const reading = readInvoicePayload(payload ?? '', await shopId());
  await db.query(
    `INSERT INTO payments
       (id, telegram_payment_charge_id, order_id, telegram_user_id, amount_stars, charged_at, pays_for_order, state,
        refunded_at, refunded_by)
     VALUES ($1, $2, (SELECT id FROM orders WHERE id = $3), $4, $5, $6, false, 'refunded', now(), 'telegram')
     ON CONFLICT (telegram_payment_charge_id) DO NOTHING`,
    [newId('pay'), chargeId, reading.kind === 'ours' ? reading.orderId : null, userId, stars, at],
  );
}

type LockedOrder = OrderRow & { charge_is_late: boolean; charge_is_old: boolean; is_esim_erased: boolean };

async function lockOrder(
  tx: Sql,
  orderId: string,
  chargedAt: Date,
  { config }: Pick<ShopDeps, 'config'>,
): Promise<LockedOrder | null> {
  const [row] = await tx.query<Omit<LockedOrder, 'is_esim_erased'>>(
    `SELECT *, $2::timestamptz < now() - $3::integer * interval '1 second' AS charge_is_late,
       $2::timestamptz < now() - $4::integer * interval '1 second' AS charge_is_old
     FROM orders WHERE id = $1 FOR UPDATE`,
    [orderId, chargedAt, config.deliveryDeadlineS, LEFT_LYING_S],
  );
  if (row === undefined) return null;
  // Asked once the order is locked: an erasure that held it before is seen.
  const erased = await tx.query(`SELECT id FROM esims WHERE id = $1 AND erased_at IS NOT NULL`, [row.esim_id]);
  return { ...row, is_esim_erased: erased.length > 0 };
}

function judge(order: LockedOrder, charge: Charge, source: 'update' | 'ledger'): 'pays' | RefundReason {
  if (charge.currency !== 'XTR' || charge.totalAmount !== order.price_stars) return 'wrong_amount';
  if (charge.userId !== order.telegram_user_id) return 'wrong_user';
  if (order.payment_status !== 'unpaid') return 'second_charge';
  // Its owner could neither see the data nor be helped with it.
  if (order.kind === 'top_up' && order.is_esim_erased) return 'esim_erased';
  // Only what Telegram has just told for the first time is surely not delivered yet.
  return isTooLate(order) && source === 'update' ? 'paid_too_late' : 'pays';
}

/** An expired order is honoured while the promise that the payment started could still be kept. */
function isTooLate(order: LockedOrder): boolean {
  return order.provisioning === 'cancelled' && order.charge_is_late;
}
