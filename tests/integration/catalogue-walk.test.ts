import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  destinationsAnswerSchema,
  plansAnswerSchema,
  tierSchema,
  type DestinationsAnswer,
  type Plan,
} from '../../lib/contract/catalogue.ts';
import type { Problem } from '../../lib/contract/problem.ts';
import { startShop, type ShopUnderTest } from '../support/shop.ts';

/** High enough for the dearest bundle of the simulator. */
const EVERYTHING = '100000';
const REGIONS = 'RAF RAS RBK RCA RCE RCI REUP REUL RGB RLA RME RMENA RNA ROC'.split(' ');

let shop: ShopUnderTest;
beforeAll(async () => {
  shop = await startShop({ MAX_STARS: EVERYTHING });
});
afterAll(() => shop?.close());

async function destinations(): Promise<DestinationsAnswer> {
  const answer = await shop.call('/api/esimgo/catalogue');
  expect(answer.status).toBe(200);
  return destinationsAnswerSchema.parse(answer.body);
}

async function sync(): Promise<unknown> {
  const answer = await shop.cron('sync-catalogue');
  expect(answer.status).toBe(200);
  return answer.body;
}

async function planFor(destination: string): Promise<Plan> {
  const [plan] = await shop.plans(destination);
  if (plan === undefined) throw new Error(`nothing is sold for ${destination}`);
  return plan;
}

/** Sets the supplier's price, in dollars, null for a bundle that is sold no more. */
const setSupplierPrice = (name: string, price: number | null) => shop.set({ esimgo: { bundle: { name, price } } });

describe('the catalogue over HTTP', () => {
  it('leads to every bundle of the supplier', async () => {
    const { destinations: all } = await destinations();
    expect(all.filter(({ kind }) => kind === 'country').length).toBeGreaterThanOrEqual(190);
    expect(all.filter(({ kind }) => kind !== 'country').map(({ code }) => code)).toEqual(
      expect.arrayContaining(REGIONS),
    );

    const ids = new Set<string>();
    const tiers = new Set<string>();
    for (const { code, plans: count, from_stars: fromStars } of all) {
      const answer = await shop.call(`/api/esimgo/catalogue?destination=${code}`);
      const { plans } = plansAnswerSchema.parse(answer.body);
      expect(plans).toHaveLength(count);
      expect(Math.min(...plans.map(({ price_stars }) => price_stars))).toBe(fromStars);
      for (const { id, tier } of plans) {
        ids.add(id);
        tiers.add(tier);
      }
    }
    expect([...tiers].sort()).toEqual(tierSchema.options.filter((tier) => tier !== 'other').sort());
    expect(ids.size).toBeGreaterThanOrEqual(5_000);
    const listed = await shop.query<{ bundle_name: string }>(`SELECT bundle_name FROM esimgo_products`);
    expect(listed.filter(({ bundle_name }) => !ids.has(bundle_name))).toEqual([]);
  });

  it('answers 404 for a place that nothing is sold for', async () => {
    expect((await shop.call('/api/esimgo/catalogue?destination=KP')).status).toBe(404);
  });

  it('is not sent again to whoever has it', async () => {
    const first = await shop.call('/api/esimgo/catalogue?destination=TH');
    const etag = first.headers.get('etag') ?? '';
    const again = await shop.call('/api/esimgo/catalogue?destination=TH', { headers: { 'if-none-match': etag } });
    expect(again.status).toBe(304);
  });
});

describe('a bundle that the supplier takes off sale', () => {
  it('cannot be ordered or paid for any more', async () => {
    const buyer = await shop.user(2_001);
    const plan = await planFor('PT');
    const before = await buyer.order(plan);
    expect(before.status).toBe(200);

    await setSupplierPrice(plan.id, null);
    await sync();

    expect((await shop.plans('PT')).map(({ id }) => id)).not.toContain(plan.id);
    const refused = await buyer.order(plan);
    expect([refused.status, refused.body]).toMatchObject([404, { error: { code: 'unknown_bundle' } }]);
    expect(await buyer.pay(before.body.invoice_url)).toEqual({
      status: 'failed',
      error: 'This plan is no longer sold. Choose another one. You have not been charged.',
    });
    const { stars } = await shop.ledger();
    expect(stars.charges.filter(({ user_id }) => user_id === buyer.id)).toEqual([]);
  });
});

describe('a price that the supplier changes', () => {
  it('shows after the next sync, and an order at the old one is refused with the new', async () => {
    const buyer = await shop.user(2_002);
    const old = await planFor('TH');
    await setSupplierPrice(old.id, 2.29);
    expect(await sync()).toMatchObject({ outcome: 'complete', counts: { repriced: 1, quarantined: 0 } });

    const repriced = (await shop.plans('TH')).find(({ id }) => id === old.id);
    // 2.29 USD and 30 % are 2.977 USD, at 0.013 USD a Star, in steps of five above a hundred.
    expect(repriced?.price_stars).toBe(230);
    expect(repriced?.price_stars).not.toBe(old.price_stars);

    const refused = await buyer.order(old);
    const problem: Problem = {
      error: {
        code: 'price_changed',
        request_id: expect.any(String),
        details: { price_stars: 230, price_usd: repriced?.price_usd },
      },
    };
    expect([refused.status, refused.body]).toEqual([409, problem]);
    expect((await buyer.order({ id: old.id, price_stars: 230 })).status).toBe(200);
  });
});

describe('a supplier that refuses its catalogue', () => {
  it.each([404, 403])('with %i leaves the last good copy on sale, with its age', async (status) => {
    const before = await destinations();
    await shop.set({ esimgo: { catalogue: status } });
    expect(await sync()).toMatchObject({ outcome: 'failed' });

    expect(await destinations()).toEqual(before);
    // An hour later the age is an hour, not that of the last try.
    await shop.query(
      `UPDATE catalogue_syncs SET started_at = started_at - interval '1 hour', finished_at = finished_at - interval '1 hour'`,
    );
    const health = await shop.call<{ catalogue_age_s: number }>('/api/health', {
      headers: { authorization: `Bearer ${shop.env['CRON_SECRET']}` },
    });
    expect(health.body.catalogue_age_s).toBeGreaterThanOrEqual(3_600);
    const buyer = await shop.user(2_010 + status);
    expect((await buyer.order(await planFor('JP'))).status).toBe(200);

    await shop.set({ esimgo: { catalogue: 'ok' } });
    expect(await sync()).toMatchObject({ outcome: 'complete' });
    expect(Date.parse((await destinations()).updated_at)).toBeGreaterThan(Date.parse(before.updated_at));
  });
});
