import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Plan } from '../../lib/contract/catalogue.ts';
import { CRON_JOBS } from '../../lib/jobs/run-cron.ts';
import { expectBooksToBalance } from './invariants.ts';
import { moneySteps } from './money.ts';
import type { ShopUnderTest } from './shop.ts';

const CROWD = 8;

/** What the shop guarantees wherever it stores things. `more` adds tests on the same shop. */
export function describePurchases(
  name: string,
  start: () => Promise<ShopUnderTest>,
  more: (running: () => { shop: ShopUnderTest; plan: Plan }) => void = () => undefined,
): void {
  describe(name, () => {
    let shop: ShopUnderTest;
    let steps: ReturnType<typeof moneySteps>;
    let plan: Plan;

    beforeAll(async () => {
      shop = await start();
      steps = moneySteps(shop);
      plan = (await steps.plansOf('TH'))();
    });

    afterAll(() => shop?.close());

    it('sells an eSIM that works', async () => {
      const { buyer, orderId } = await steps.paid(plan);
      const order = await buyer.waitFor(orderId, 'ready');
      const { esimgo } = await shop.ledger();
      const { iccid } = esimgo.orders.find((placed) => placed.order_reference === order.esimgo_order_id) ?? {};
      expect(order.activation_code).toBe(esimgo.esims.find((esim) => esim.iccid === iccid)?.lpa);
      await shop.control('esim', { iccid, action: 'install' });
      await shop.control('esim', { iccid, action: 'attach' });
      await buyer.waitFor(orderId, 'active');
    });

    it('makes one order of one that is sent twice at once', async () => {
      const buyer = await shop.user(77_001);
      const key = randomUUID();
      const answers = await Promise.all([buyer.order(plan, {}, key), buyer.order(plan, {}, key)]);
      const [first, second] = answers.map(({ body }) => body.order.id);
      expect(second).toBe(first);
    });

    it('delivers to each of many who pay at once', async () => {
      const orders = await Promise.all(Array.from({ length: CROWD }, () => steps.paid(plan)));
      const ready = await Promise.all(orders.map(({ buyer, orderId }) => buyer.waitFor(orderId, 'ready')));
      expect(new Set(ready.map((order) => order.activation_code)).size).toBe(CROWD);
    });

    it('gives the Stars back for what the supplier refuses', async () => {
      await shop.faults('esimgo', [
        { match: { method: 'POST', path: '/orders', body: '"transaction"' }, action: 'not_found' },
      ]);
      const { buyer, orderId } = await steps.paid(plan);
      await buyer.waitFor(orderId, 'refunded');
      await shop.faults('esimgo', []);
      expect(await steps.refundsOf(buyer.id)).toHaveLength(1);
    });

    it.each(CRON_JOBS)('runs the cron job %s, every part of it', async (job) => {
      const { status, body } = await shop.cron(job);
      expect({ status, body: JSON.stringify(body) }).toEqual({
        status: 200,
        body: expect.not.stringContaining('failed'),
      });
    });

    more(() => ({ shop, plan }));

    it('balances its books', async () => {
      await steps.runJobs();
      await expectBooksToBalance(shop);
    });
  });
}
