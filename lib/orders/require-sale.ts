import { AppError } from '../contract/error-codes.ts';
import type { PriceChangedDetails } from '../contract/problem.ts';
import type { ShopDeps } from '../deps.ts';
import { usdOfCents } from '../money/price-bundle.ts';
import { judgeSale } from './answer-pre-checkout.ts';
import type { OrderRow } from './order-row.ts';

/** Refuses what the pre-checkout query would be refused for, while there is a way on. */
export async function requireSale(deps: ShopDeps, order: OrderRow): Promise<void> {
  const sale = await judgeSale(deps, order);
  switch (sale.outcome) {
    case 'possible':
      return;
    case 'not_sold':
      throw new AppError('unknown_bundle');
    case 'price_too_low':
      throw priceChanged(sale);
    case 'unavailable':
      throw new AppError('temporarily_unavailable');
  }
}

export function priceChanged(price: { priceStars: number; priceUsdCents: number }): AppError {
  const details: PriceChangedDetails = { price_stars: price.priceStars, price_usd: usdOfCents(price.priceUsdCents) };
  return new AppError('price_changed', { details: { ...details } });
}
