import { AppError } from '../contract/error-codes.ts';
import type { ShopDeps } from '../deps.ts';
import { rememberUser, type KnownUser } from '../users/remember-user.ts';
import { expireOrders } from './expire-orders.ts';
import { makeInvoice } from './invoice-link.ts';
import { isPaymentInDoubt, type OrderRow } from './order-row.ts';
import { requireSale } from './require-sale.ts';

/**
 * The link that pays for an order of before, at the price of then; null where nothing is to be paid, or where the Stars
 * may already be on their way. Refuses what the pre-checkout query would be refused for, while there is a way on.
 */
export async function continueOrder(deps: ShopDeps, user: KnownUser, orderId: string): Promise<string | null> {
  const [order] = await deps.db.query<OrderRow & { is_over: boolean }>(
    `SELECT *, expires_at <= now() AS is_over FROM orders
     WHERE id = $1 AND telegram_user_id = $2 AND erased_at IS NULL`,
    [orderId, user.id],
  );
  if (order === undefined) throw new AppError('not_found');
  if (order.status !== 'pending' || isPaymentInDoubt(order)) return null;
  if (order.is_over) {
    await expireOrders(deps);
    return null;
  }
  await requireSale(deps, order);
  return order.invoice_url ?? makeInvoice(deps, order, await rememberUser(deps.db, user));
}
