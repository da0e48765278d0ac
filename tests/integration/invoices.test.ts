import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findSellablePlan } from '../../lib/catalogue/find-sellable-plan.ts';
import { invoicePlanOf, PRODUCT_COLUMNS, type Product } from '../../lib/catalogue/product.ts';
import type { Plan } from '../../lib/contract/catalogue.ts';
import { destinationName, shortDestinationName } from '../../lib/i18n/destination-name.ts';
import { invoiceDescription, invoiceTitle } from '../../lib/i18n/invoice-text.ts';
import { startShop, type ShopUnderTest } from '../support/shop.ts';

const LANGUAGES = ['en', 'ru'] as const;
const MAX_STARS = 10_000;
const SAMPLE = 50;

let shop: ShopUnderTest;
let products: Product[];
beforeAll(async () => {
  shop = await startShop();
  products = await shop.query<Product>(`SELECT ${PRODUCT_COLUMNS} FROM esimgo_products ORDER BY bundle_name`);
});
afterAll(() => shop?.close());

/** What a sheet shows before it is paid. */
interface Preview {
  invoice: { title: string; description: string; amount: number };
}

describe('an invoice', () => {
  it('has a whole title and a whole description for every bundle in both languages', () => {
    expect(products.length).toBeGreaterThan(5_000);
    const wrong = products.flatMap((product) =>
      LANGUAGES.flatMap((language) => {
        const plan = invoicePlanOf(product);
        const title = invoiceTitle(plan, language);
        const description = invoiceDescription(plan, language);
        const names = [destinationName, shortDestinationName].map((nameOf) =>
          nameOf(product.destinationCode, language),
        );
        const isValid =
          title.length > 0 &&
          title.length <= 32 &&
          names.some((name) => title.startsWith(`${name} · `)) &&
          new RegExp(` · ${product.days}\u00a0\\p{L}+\\.?$`, 'u').test(title) &&
          description.length > 0 &&
          description.length <= 255 &&
          description.startsWith(`eSIM`) &&
          description.endsWith('.') &&
          !`${title}${description}`.includes('…');
        return isValid ? [] : [{ bundle: product.bundleName, language, title, description }];
      }),
    );
    expect(wrong).toEqual([]);
  });

  it('tells the bundles of one place apart', () => {
    const titles = new Map<string, string[]>();
    for (const product of products) {
      const key = `${product.destinationCode} ${invoiceDescription(invoicePlanOf(product), 'en')}`;
      titles.set(key, [...(titles.get(key) ?? []), product.bundleName]);
    }
    expect([...titles.values()].filter((bundles) => bundles.length > 1)).toEqual([]);
  });

  it('never asks for more Stars than the shop allows, and what would is not for sale', async () => {
    const { body } = await shop.call<{ destinations: { code: string }[] }>('/api/esimgo/catalogue');
    const shown: Plan[] = [];
    for (const { code } of body.destinations) shown.push(...(await shop.plans(code)));
    expect(shown.filter(({ price_stars }) => price_stars > MAX_STARS)).toEqual([]);

    const ids = new Set(shown.map(({ id }) => id));
    const dear = products.filter(({ bundleName }) => !ids.has(bundleName));
    expect(dear.length).toBeGreaterThan(0);
    expect(shown.length + dear.length).toBe(products.length);
    for (const { bundleName } of dear) {
      const found = await findSellablePlan({ db: shop.app.deps.db, settings: { maxStars: MAX_STARS } }, bundleName);
      expect(found).toMatchObject({ outcome: 'unsellable', reason: 'above_max' });
    }
    const [dearest] = dear;
    const buyer = await shop.user(3_000);
    expect((await buyer.order({ id: dearest?.bundleName ?? '', price_stars: MAX_STARS })).status).toBe(404);
  });

  it('is taken by Telegram, as it is shown, for plans of every kind', async () => {
    const listed = products.filter(({ costMilli }) => costMilli <= 90_000);
    const sample = Array.from({ length: SAMPLE }, (_, index) => listed[Math.floor((index * listed.length) / SAMPLE)]);
    expect(new Set(sample.map((product) => product?.tier)).size).toBe(5);
    for (const [index, product] of sample.entries()) {
      if (product === undefined) throw new Error('nothing to sell');
      const language = LANGUAGES[index % 2] ?? 'en';
      const found = await findSellablePlan(
        { db: shop.app.deps.db, settings: { maxStars: MAX_STARS } },
        product.bundleName,
      );
      if (found.outcome !== 'sellable') throw new Error(`${product.bundleName} is ${found.outcome}`);
      const buyer = await shop.user(3_001 + index, language);
      const ordered = await buyer.order({ id: product.bundleName, price_stars: found.priceStars });
      expect([product.bundleName, ordered.status]).toEqual([product.bundleName, 200]);
      const { invoice } = await shop.control<Preview>('pay', {
        invoice_url: ordered.body.invoice_url,
        user_id: buyer.id,
        preview: true,
      });
      expect(invoice).toEqual({
        title: invoiceTitle(invoicePlanOf(product), language),
        description: invoiceDescription(invoicePlanOf(product), language),
        amount: found.priceStars,
      });
    }
  });
});
