import { AppError } from '../contract/error-codes.ts';
import type { ShopDeps } from '../deps.ts';
import type { Sql } from '../db/sql.ts';
import { toOrder, type OrderRow } from '../orders/order-row.ts';
import { isUserUnreachable } from '../telegram/errors.ts';
import { languageOfUser } from '../users/remember-user.ts';
import { lateMessage, refundMessage, topUpReadyMessage } from './order-messages.ts';
import { readReady } from './read-ready.ts';
import { sendReady } from './send-ready.ts';

type TellDeps = Pick<ShopDeps, 'db' | 'telegram' | 'keyring' | 'config' | 'log'>;

/** The copy in the chat. The eSIM is in the app as well, so a chat that cannot be reached loses nothing. */
export async function tellReady(deps: TellDeps, orderId: string): Promise<void> {
  const ready = await readReady(deps, orderId);
  if (ready === null) return;
  await reach(deps, ready.userId, () =>
    ready.kind === 'esim'
      ? sendReady(deps.telegram, ready.userId, ready.esim)
      : deps.telegram.sendMessage(ready.userId, topUpReadyMessage(ready.topUp)),
  );
}

/** The same message once more, because its holder asks. False if the bot may not write to them. */
export async function tellReadyAgain(deps: TellDeps, orderId: string): Promise<boolean> {
  const ready = await readReady(deps, orderId);
  if (ready?.kind !== 'esim') throw new AppError('not_found');
  return reach(deps, ready.userId, () => sendReady(deps.telegram, ready.userId, ready.esim));
}

export async function tellRefunded(deps: TellDeps, paymentId: string): Promise<void> {
  const [payment] = await deps.db.query<{
    telegram_user_id: number;
    order_id: string | null;
    amount_stars: number;
    refund_reason: string | null;
    pays_for_order: boolean;
  }>(
    `SELECT telegram_user_id, order_id, amount_stars, refund_reason, pays_for_order FROM payments WHERE id = $1 AND state = 'refunded'`,
    [paymentId],
  );
  if (payment === undefined) return;
  const [order] = await deps.db.query<OrderRow>(`SELECT * FROM orders WHERE id = $1 AND telegram_user_id = $2`, [
    payment.order_id,
    payment.telegram_user_id,
  ]);
  const message = refundMessage({
    order: order === undefined ? null : toOrder(order),
    stars: payment.amount_stars,
    reason: payment.refund_reason,
    endsPlan: payment.pays_for_order && order?.provisioning === 'assigned',
    language: await languageOfUser(deps.db, payment.telegram_user_id),
    appUrl: deps.config.appUrl,
  });
  await reach(deps, payment.telegram_user_id, () => deps.telegram.sendMessage(payment.telegram_user_id, message));
}

/** Only while it is true: an order that arrived meanwhile needs no apology. */
export async function tellLate(deps: TellDeps, orderId: string): Promise<void> {
  const [order] = await deps.db.query<OrderRow & { minutes_left: number }>(
    `SELECT *, ceil(extract(epoch FROM deliver_by - now()) / 60)::integer AS minutes_left FROM orders
     WHERE id = $1 AND status = 'processing' AND deliver_by > now()`,
    [orderId],
  );
  if (order === undefined) return;
  const language = await languageOfUser(deps.db, order.telegram_user_id);
  const message = lateMessage({
    order: toOrder(order),
    minutesLeft: order.minutes_left,
    language,
    appUrl: deps.config.appUrl,
  });
  await reach(deps, order.telegram_user_id, () => deps.telegram.sendMessage(order.telegram_user_id, message));
}

/** Somebody who blocked the bot is noted and left alone; every other failure is thrown, for the job to try again. */
async function reach({ db, log }: TellDeps, userId: number, send: () => Promise<unknown>): Promise<boolean> {
  try {
    await send();
    return true;
  } catch (error) {
    if (!isUserUnreachable(error)) throw error;
    await markUnreachable(db, userId, true);
    log.info('user_unreachable');
    return false;
  }
}

export async function markUnreachable(db: Sql, userId: number, isUnreachable: boolean): Promise<void> {
  await db.query(
    `UPDATE users SET unreachable_at = CASE WHEN $2 THEN coalesce(unreachable_at, now()) END WHERE telegram_user_id = $1`,
    [userId, isUnreachable],
  );
}
