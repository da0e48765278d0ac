import { fairUseOf } from '../catalogue/tier.ts';
import { AppError } from '../contract/error-codes.ts';
import type { Language } from '../contract/session.ts';
import type { ShopDeps } from '../deps.ts';
import { invoiceDescription, invoiceTitle } from '../i18n/invoice-text.ts';
import { isTelegramError } from '../telegram/errors.ts';
import { invoicePayload } from './invoice-payload.ts';
import type { OrderRow } from './order-row.ts';

/** Asks Telegram for the link that pays for the order, and stores it. */
export async function makeInvoice(deps: ShopDeps, order: OrderRow, language: Language): Promise<string> {
  const [product] = await deps.db.query<{ countries: number; autostart: boolean }>(
    `SELECT cardinality(coverage) AS countries, autostart FROM esimgo_products WHERE bundle_name = $1`,
    [order.esimgo_product_id],
  );
  const plan = {
    destinationCode: order.country_code,
    dataMb: order.data_mb,
    days: order.days,
    tier: order.tier,
    autostart: product?.autostart ?? true,
    countries: product?.countries ?? 1,
    fairUse: fairUseOf(order.tier),
  };
  try {
    const url = await deps.telegram.createInvoiceLink({
      title: invoiceTitle(plan, language),
      description: invoiceDescription(plan, language),
      payload: invoicePayload(await deps.shopId(), order.id),
      stars: order.price_stars,
    });
    // Requests with one key may race; all of them give the link that was stored first.
    const [kept] = await deps.db.query<{ invoice_url: string }>(
      `UPDATE orders SET invoice_url = coalesce(invoice_url, $2) WHERE id = $1 RETURNING invoice_url`,
      [order.id, url],
    );
    return kept?.invoice_url ?? url;
  } catch (error) {
    throw isTelegramError(error) ? new AppError('temporarily_unavailable', { cause: error }) : error;
  }
}
