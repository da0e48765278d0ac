import { findSellablePlan } from '../catalogue/find-sellable-plan.ts';
import type { ShopDeps } from '../deps.ts';
import type { PreCheckoutRefusal } from '../i18n/pre-checkout-messages.ts';
import { coversFloor } from '../money/price-bundle.ts';
import { readInvoicePayload } from './invoice-payload.ts';
import type { OrderRow } from './order-row.ts';
import { checkCapacity } from './supplier-capacity.ts';

export interface PreCheckout {
  queryId: string;
  userId: number;
  languageCode: string | null;
  currency: string;
  totalAmount: number;
  payload: string;
}

// The buyer has approved; the charge may be minutes on its way.
const APPROVAL_EXTENDS_S = 900;

/**
 * Whether Telegram may take the Stars: the last moment at which a sale that cannot be kept costs nobody anything.
 * Stateless, so every repeat of the query gets its answer.
 */
export async function judgePreCheckout(deps: ShopDeps, query: PreCheckout): Promise<PreCheckoutRefusal | null> {
  const reading = readInvoicePayload(query.payload, await deps.shopId());
  if (reading.kind === 'foreign') return 'foreign';
  const [order] = await deps.db.query<OrderRow & { is_expired: boolean }>(
    `SELECT *, expires_at < now() AS is_expired FROM orders WHERE id = $1`,
    [reading.orderId],
  );
  if (order === undefined) return 'foreign';
  if (order.telegram_user_id !== query.userId) return 'wrong_user';
  if (query.currency !== 'XTR' || query.totalAmount !== order.price_stars) return 'wrong_amount';
  if (order.payment_status !== 'unpaid') return 'already_paid';
  if (order.provisioning !== 'none' || order.is_expired) return 'expired';
  const sale = await judgeSale(deps, order);
  if (sale.outcome !== 'possible') return sale.outcome;
  return (await approve(deps, order.id)) ? null : 'expired';
}

export type Sale =
  | { outcome: 'possible' | 'not_sold' | 'unavailable' }
  /** With what the plan costs today. */
  | { outcome: 'price_too_low'; priceStars: number; priceUsdCents: number };

/** Whether an order of before could be kept at its price if it were paid now. */
export async function judgeSale(deps: ShopDeps, order: OrderRow): Promise<Sale> {
  const found = await findSellablePlan({ db: deps.db, settings: deps.config }, order.plan_id);
  if (found.outcome !== 'sellable') return { outcome: 'not_sold' };
  if (order.kind === 'top_up' && !(await canBeToppedUp(deps, order))) return { outcome: 'not_sold' };
  if (!coversFloor(order.price_stars, found.product, found.rules)) {
    const { priceStars, priceUsdCents } = found;
    return { outcome: 'price_too_low', priceStars, priceUsdCents };
  }
  return { outcome: (await checkCapacity(deps, found.product.costMilli)).ok ? 'possible' : 'unavailable' };
}

/** Data on an eSIM that was stopped or erased since could not be used. */
async function canBeToppedUp({ db }: ShopDeps, { esim_id: esimId }: OrderRow): Promise<boolean> {
  const usable = await db.query(
    `SELECT id FROM esims WHERE id = $1 AND vendor_state IS DISTINCT FROM 'suspended' AND erased_at IS NULL`,
    [esimId],
  );
  return usable.length > 0;
}

async function approve({ db }: ShopDeps, orderId: string): Promise<boolean> {
  const rows = await db.query(
    `UPDATE orders
     SET approved_at = now(), expires_at = greatest(expires_at, now() + $2::integer * interval '1 second')
     WHERE id = $1 AND payment_status = 'unpaid' AND provisioning = 'none' RETURNING id`,
    [orderId, APPROVAL_EXTENDS_S],
  );
  return rows.length > 0;
}
