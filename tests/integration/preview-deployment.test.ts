import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ShopDeps } from '../../lib/deps.ts';
import { kick } from '../../lib/jobs/kick.ts';
import { CRON_JOBS, runCron } from '../../lib/jobs/run-cron.ts';
import { judgePreCheckout } from '../../lib/orders/answer-pre-checkout.ts';
import { createOrder } from '../../lib/orders/create-order.ts';
import { startShop, type ShopUnderTest } from '../support/shop.ts';

let shop: ShopUnderTest;
/** The same database, key and bot, under the settings of a preview. */
let preview: ShopDeps;
beforeAll(async () => {
  shop = await startShop();
  const { deps } = shop.app;
  preview = { ...deps, config: { ...deps.config, runsJobs: false } };
});
afterAll(() => shop?.close());

describe('a preview deployment', () => {
  it('takes no order, so that it spends no balance', async () => {
    const [plan] = await shop.plans('TH');
    if (plan === undefined) throw new Error('no plan for TH');
    const order = createOrder(preview, {
      user: { id: 7_001, languageCode: 'en' },
      body: { bundle_id: plan.id, expected_stars: plan.price_stars },
      idempotencyKey: randomUUID(),
    });
    await expect(order).rejects.toMatchObject({ code: 'temporarily_unavailable' });
    expect(await shop.query('SELECT id FROM orders')).toEqual([]);
  });

  it('lets no payment through for an order of the real shop', async () => {
    const buyer = await shop.user(7_002);
    const [plan] = await shop.plans('TH');
    if (plan === undefined) throw new Error('no plan for TH');
    const { order } = (await buyer.order(plan)).body;
    const query = {
      queryId: '1',
      userId: buyer.id,
      languageCode: null,
      currency: 'XTR',
      totalAmount: order.price_stars,
      payload: `${await preview.shopId()}:${order.id}`,
    };
    expect(await judgePreCheckout(preview, query)).toBe('unavailable');
    expect(await judgePreCheckout(shop.app.deps, query)).toBeNull();
  });

  it.each(CRON_JOBS)('does not run the job %s', async (job) => {
    expect(await runCron({ ...shop.app, deps: preview }, job)).toEqual({ skipped: 'preview' });
  });

  it('starts no work behind an answer', () => {
    const works: Promise<unknown>[] = [];
    kick({ ...preview, background: (work) => void works.push(work) });
    expect(works).toEqual([]);
  });
});
