import type { Database } from '../db/sql.ts';
import { priceBundle, type UnsellableReason } from '../money/price-bundle.ts';
import type { PriceRules } from '../money/price-rules.ts';
import { activePriceRules } from './price-rules.ts';
import { PRODUCT_COLUMNS, type Product } from './product.ts';

export type SellablePlan =
  | {
      outcome: 'sellable';
      /** `bundleName` is what the supplier is asked for. */
      product: Product;
      priceStars: number;
      priceUsdCents: number;
      rulesVersion: number;
      rules: PriceRules;
    }
  | { outcome: 'unknown' }
  | { outcome: 'delisted' | 'hidden' | 'quarantined'; product: Product }
  | { outcome: 'unsellable'; reason: UnsellableReason; product: Product };

/** The one way from the id that was shown to what the supplier sells, at today's price. Reads PostgreSQL, never a cache. */
export async function findSellablePlan(
  { db, settings }: { db: Database; settings: { maxStars: number } },
  bundleId: string,
): Promise<SellablePlan> {
  const [product] = await db.query<Product>(`select ${PRODUCT_COLUMNS} from esimgo_products where bundle_name = $1`, [
    bundleId,
  ]);
  if (!product) return { outcome: 'unknown' };
  switch (product.state) {
    case 'delisted':
    case 'hidden':
    case 'quarantined':
      return { outcome: product.state, product };
    case 'listed':
      break;
  }
  const { version, rules } = await activePriceRules(db);
  const price = priceBundle({ ...product, group: product.tier }, rules, settings.maxStars);
  if ('unsellable' in price) return { outcome: 'unsellable', reason: price.unsellable, product };
  return {
    outcome: 'sellable',
    product,
    priceStars: price.stars,
    priceUsdCents: price.usdCents,
    rulesVersion: version,
    rules,
  };
}
