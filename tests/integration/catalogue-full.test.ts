import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readDestinations, readPlans } from '../../lib/catalogue/catalogue-answers.ts';
import { invoicePlanOf, PRODUCT_COLUMNS, type Product } from '../../lib/catalogue/product.ts';
import { syncCatalogue, type SyncOutcome } from '../../lib/catalogue/sync-catalogue.ts';
import { destinationsAnswerSchema, plansAnswerSchema } from '../../lib/contract/catalogue.ts';
import { decodeBundle, type Bundle } from '../../lib/esim-go/wire/bundle.ts';
import { destinationName } from '../../lib/i18n/destination-name.ts';
import { invoiceDescription, invoiceTitle } from '../../lib/i18n/invoice-text.ts';
import { generateBundles } from '../../sandbox/esim-go/catalogue/generate-bundles.ts';
import { createCatalogueWires } from '../../sandbox/esim-go/formatters/bundle.ts';
import { openTestShop, type TestShop } from './catalogue-support.ts';

const PAGE_SIZE = 1000;

let shop: TestShop;
let bundles: Bundle[];
let synced: SyncOutcome;

beforeAll(async () => {
  const wires = createCatalogueWires();
  bundles = generateBundles().map((bundle) => decodeBundle(JSON.parse(wires.listItem(bundle, 'v2.5'))));
  const pages = Array.from({ length: Math.ceil(bundles.length / PAGE_SIZE) }, (_, page) =>
    bundles.slice(page * PAGE_SIZE, (page + 1) * PAGE_SIZE),
  );
  shop = await openTestShop(pages);
  synced = await syncCatalogue(shop.deps, { source: 'api' });
});
afterAll(() => shop.close());

const products = () => shop.db.query<Product>(`select ${PRODUCT_COLUMNS} from esimgo_products`);

describe('the whole catalogue', () => {
  it('is stored without a bundle left out', () => {
    expect(bundles.length).toBeGreaterThan(5000);
    expect(synced).toMatchObject({ outcome: 'complete', counts: { added: bundles.length, removed: 0, skipped: {} } });
  });

  it('has a tier, a part of the world and names in both languages everywhere', async () => {
    expect(await shop.db.query(`select bundle_name from esimgo_products where tier = 'other'`)).toEqual([]);
    const answer = destinationsAnswerSchema.parse(JSON.parse((await readDestinations(shop.deps)).body));
    expect(answer.destinations.length).toBeGreaterThan(190);
    for (const { code, region } of answer.destinations) {
      expect(region, code).not.toBe('other');
      expect(destinationName(code, 'en')).not.toBe(code);
      expect(destinationName(code, 'ru')).toMatch(/[А-я]/);
    }
  });

  it('shows every plan that an invoice may ask for under its destination', async () => {
    const answer = destinationsAnswerSchema.parse(JSON.parse((await readDestinations(shop.deps)).body));
    const shown = new Set<string>();
    for (const destination of answer.destinations) {
      const body = (await readPlans(shop.deps, destination.code))?.body ?? 'null';
      const { plans, destination: own } = plansAnswerSchema.parse(JSON.parse(body));
      expect(own).toEqual(destination);
      for (const { id } of plans) shown.add(id);
    }
    const left = bundles.filter(({ name }) => !shown.has(name));
    // The dearest cost there is; 10,000 Stars pay out 130 USD, which is 100 USD and its markup.
    expect(left.filter(({ priceMilli }) => priceMilli <= 100_000)).toEqual([]);
    expect(shown.size + left.length).toBe(bundles.length);
  });

  it('has a valid invoice for every bundle in both languages', async () => {
    for (const product of await products()) {
      for (const language of ['en', 'ru'] as const) {
        const title = invoiceTitle(invoicePlanOf(product), language);
        const description = invoiceDescription(invoicePlanOf(product), language);
        expect(title.length, title).toBeGreaterThan(0);
        expect(title.length, title).toBeLessThanOrEqual(32);
        expect(description.length, description).toBeLessThanOrEqual(255);
        expect(description).toContain(destinationName(product.destinationCode, language));
      }
    }
  });

  it('stays as it is when the same is synced again', async () => {
    expect(await syncCatalogue(shop.deps, { source: 'api' })).toMatchObject({
      counts: { bundles: bundles.length, added: 0, removed: 0, repriced: 0, quarantined: 0 },
    });
  });
});
