import { randomInt } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Plan } from '../../../lib/contract/catalogue.ts';
import type { OrderAnswer, OrdersAnswer } from '../../../lib/contract/order.ts';
import { lookForPayments } from '../../../lib/jobs/look-for-payments.ts';
import { expectBooksToBalance } from '../../support/invariants.ts';
import { moneySteps } from '../../support/money.ts';
import { startShop, until, type ShopUnderTest } from '../../support/shop.ts';

let shop: ShopUnderTest;
let steps: ReturnType<typeof moneySteps>;
let nextPlan: () => Plan;
beforeAll(async () => {
  shop = await startShop();
  steps = moneySteps(shop);
  nextPlan = await steps.plansOf('TH', 'US', 'TR');
});
afterEach(async () => {
  await shop.faults('telegram', []);
  await holdLooks();
  await shop.settled();
  await shop.query(`UPDATE orders SET approved_at = NULL WHERE payment_status = 'unpaid'`);
});
afterAll(async () => {
  try {
    await expectBooksToBalance(shop);
  } finally {
    await shop?.close();
  }
});

const holdLooks = () => shop.app.deps.kv.set('look:stars', 'held by the test');
const allowLooks = () => shop.app.deps.kv.delete('look:stars');

/** Confirmed so many seconds ago. */
async function age(orderId: string, seconds: number): Promise<void> {
  const aged = await shop.query(
    `UPDATE orders SET approved_at = now() - $2::integer * interval '1 second'
     WHERE id = $1 AND approved_at IS NOT NULL RETURNING id`,
    [orderId, seconds],
  );
  expect(aged).toHaveLength(1);
}

/** The buyer confirms; Telegram asks us, and then does not charge. */
async function confirmedInVain(seconds: number) {
  const plan = nextPlan();
  const order = await steps.ordered(plan);
  await steps.postUpdate({
    update_id: randomInt(1_000_000_000),
    pre_checkout_query: {
      id: String(randomInt(1_000_000_000)),
      from: { id: order.buyer.id, is_bot: false, first_name: 'Test', language_code: 'en' },
      currency: 'XTR',
      total_amount: plan.price_stars,
      invoice_payload: `${await shop.app.deps.shopId()}:${order.orderId}`,
    },
  });
  await age(order.orderId, seconds);
  return order;
}

async function ledgerReadings(): Promise<number> {
  const { entries } = (await shop.call<{ entries: { path: string }[] }>('/sandbox/api/journal')).body;
  return entries.filter(({ path }) => path.includes('getStarTransactions')).length;
}

describe('a payment that was confirmed and not heard of', () => {
  it('is found and delivered when its buyer looks, without any cron', async () => {
    const { buyer, orderId } = await steps.paidUnheard(nextPlan());
    expect(await buyer.status(orderId)).toMatchObject({ status: 'pending', payment_in_doubt: true });
    await age(orderId, 4);
    await allowLooks();
    const order = await buyer.waitFor(orderId, 'ready');
    expect(order.payment_in_doubt).toBe(false);
    await steps.isTold(buyer.id, /eSIM is ready/);
    expect(await steps.chargesOf(buyer.id)).toHaveLength(1);
  });

  it('is found when its buyer opens the list of purchases on another device', async () => {
    const { buyer, orderId } = await steps.paidUnheard(nextPlan());
    await age(orderId, 4);
    await allowLooks();
    const list = await until(
      async () => (await buyer.get<OrdersAnswer>('/api/esimgo/order')).body.orders,
      ([order]) => order?.status !== 'pending',
    );
    expect(list.map(({ id }) => id)).toEqual([orderId]);
    await buyer.waitFor(orderId, 'ready');
  });

  it('is found by the next tick, not by the next full reading of the ledger', async () => {
    const { buyer, orderId } = await steps.paidUnheard(nextPlan());
    await age(orderId, 4);
    await allowLooks();
    await shop.app.deps.kv.set('tick:stars', 'held by the test');
    expect(await shop.cron('tick')).toMatchObject({ body: { overdue: { found: 1 } } });
    await buyer.waitFor(orderId, 'ready');
  });

  it('is not asked for a second time', async () => {
    const { buyer, orderId } = await steps.paidUnheard(nextPlan());
    const { body } = await buyer.get<OrderAnswer>(`/api/esimgo/status?order_id=${orderId}&pay=1`);
    expect(body.invoice_url).toBeUndefined();
    expect(body.order.payment_in_doubt).toBe(true);
    await shop.cron('sweep-stars');
    await steps.runUntil(orderId, 'paid/assigned');
  });
});

describe('an order that nobody confirmed', () => {
  it('is known to be unpaid: no poll of it costs a call of Telegram’s', async () => {
    const { buyer, orderId } = await steps.ordered(nextPlan());
    await allowLooks();
    const before = await ledgerReadings();
    for (let polls = 0; polls < 20; polls += 1) {
      expect(await buyer.status(orderId)).toMatchObject({ status: 'pending', payment_in_doubt: false });
    }
    await shop.settled();
    expect(await ledgerReadings()).toBe(before);
  });
});

describe('a confirmation that Telegram did not charge for', () => {
  it('is waited for, then known to have cost nothing, and the order can be paid', async () => {
    const { buyer, orderId, invoiceUrl } = await confirmedInVain(30);
    await shop.cron('sweep-stars');
    expect(await buyer.status(orderId)).toMatchObject({ status: 'pending', payment_in_doubt: true });
    await age(orderId, 61);
    await shop.cron('sweep-stars');
    expect(await buyer.status(orderId)).toMatchObject({ status: 'pending', payment_in_doubt: false });
    const { body } = await buyer.get<OrderAnswer>(`/api/esimgo/status?order_id=${orderId}&pay=1`);
    expect(body.invoice_url).toBe(invoiceUrl);
  });

  it('stays open while Telegram’s ledger cannot be read', async () => {
    const { buyer, orderId } = await confirmedInVain(61);
    await shop.faults('telegram', [{ match: { path: 'getStarTransactions' }, action: 'error_500' }]);
    expect((await shop.cron('sweep-stars')).status).toBe(500);
    expect((await buyer.status(orderId)).payment_in_doubt).toBe(true);
  });

  it('costs one reading of the ledger, however many orders are polled by however many', async () => {
    const orders = await Promise.all([confirmedInVain(10), confirmedInVain(10), confirmedInVain(10)]);
    const before = await ledgerReadings();
    await allowLooks();
    const readings = await until(
      async () => {
        const polls = Array.from({ length: 20 }, () =>
          orders.map(({ buyer, orderId }) => buyer.status(orderId).then(({ status }) => status)),
        );
        expect(new Set(await Promise.all(polls.flat()))).toEqual(new Set(['pending']));
        await shop.settled();
        return (await ledgerReadings()) - before;
      },
      (count) => count > 0,
    );
    expect(readings).toBe(1);
  });

  it('costs one reading at a time also while the store that the instances share is out', async () => {
    await confirmedInVain(10);
    const before = await ledgerReadings();
    const { deps } = shop.app;
    // What a store that is out looks like: everybody wins.
    const left = { ...deps, kv: { ...deps.kv, set: () => Promise.resolve(true) } };
    const readings = await until(
      async () => {
        for (let polls = 0; polls < 20; polls += 1) lookForPayments(left);
        await shop.settled();
        return (await ledgerReadings()) - before;
      },
      (count) => count > 0,
    );
    expect(readings).toBe(1);
  });
});
