import type { ShopDeps } from '../deps.ts';
import type { Sql } from '../db/sql.ts';
import type { EsimRow } from '../esims/esim-row.ts';
import { openCodes } from '../esims/read-esims.ts';
import { androidInstallUrl, appleInstallUrl } from '../esim-go/lpa.ts';
import { toOrder, type OrderRow } from '../orders/order-row.ts';
import { isUserUnreachable } from '../telegram/errors.ts';
import { languageOfUser } from '../users/remember-user.ts';
import { lateMessage, refundMessage, topUpReadyMessage } from './order-messages.ts';
import { sendReady } from './send-ready.ts';

type TellDeps = Pick<ShopDeps, 'db' | 'telegram' | 'keyring' | 'config' | 'log'>;

type ReadyRow = OrderRow &
  Pick<EsimRow, 'smdp_address' | 'matching_id_sealed'> & {
    countries: number | null;
    autostart: boolean | null;
    is_own_esim: boolean;
  };

/** The copy in the chat. The eSIM is in the app as well, so a chat that cannot be reached loses nothing. */
export async function tellReady(deps: TellDeps, orderId: string): Promise<void> {
  const [row] = await deps.db.query<ReadyRow>(
    `SELECT o.*, e.smdp_address, e.matching_id_sealed, cardinality(p.coverage) AS countries, p.autostart,
       NOT EXISTS (SELECT FROM orders earlier
                   WHERE earlier.esim_id = o.esim_id AND earlier.created_at < o.created_at AND earlier.provisioning = 'assigned')
         AS is_own_esim
     FROM orders o JOIN esims e ON e.id = o.esim_id LEFT JOIN esimgo_products p ON p.bundle_name = o.esimgo_product_id
     WHERE o.id = $1 AND o.provisioning = 'assigned' AND o.payment_status = 'paid'`,
    [orderId],
  );
  if (row === undefined) return;
  const reader = { language: await languageOfUser(deps.db, row.telegram_user_id), appUrl: deps.config.appUrl };
  const order = toOrder(row);
  await reach(deps, row.telegram_user_id, async () => {
    if (row.kind === 'top_up' && !row.is_own_esim) {
      await deps.telegram.sendMessage(row.telegram_user_id, topUpReadyMessage({ order, ...reader }));
      return;
    }
    const { lpa, matchingId } = openCodes(deps.keyring, { ...row, id: row.esim_id ?? '' });
    await sendReady(deps.telegram, row.telegram_user_id, {
      ...reader,
      order,
      lpaString: lpa,
      smdpAddress: row.smdp_address,
      matchingId,
      appleInstallUrl: appleInstallUrl(lpa),
      androidInstallUrl: androidInstallUrl(lpa),
      ...(row.countries === null ? {} : { plan: { countries: row.countries, autostart: row.autostart ?? true } }),
      insteadOfTopUp: row.kind === 'top_up',
    });
  });
}

export async function tellRefunded(deps: TellDeps, paymentId: string): Promise<void> {
  const [payment] = await deps.db.query<{
    telegram_user_id: number;
    order_id: string | null;
    amount_stars: number;
    refund_reason: string | null;
  }>(
    `SELECT telegram_user_id, order_id, amount_stars, refund_reason FROM payments WHERE id = $1 AND state = 'refunded'`,
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
async function reach({ db, log }: TellDeps, userId: number, send: () => Promise<unknown>): Promise<void> {
  try {
    await send();
  } catch (error) {
    if (!isUserUnreachable(error)) throw error;
    await markUnreachable(db, userId, true);
    log.info('user_unreachable');
  }
}

export async function markUnreachable(db: Sql, userId: number, isUnreachable: boolean): Promise<void> {
  await db.query(
    `UPDATE users SET unreachable_at = CASE WHEN $2 THEN coalesce(unreachable_at, now()) END WHERE telegram_user_id = $1`,
    [userId, isUnreachable],
  );
}
