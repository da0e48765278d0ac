import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Plan } from '../../../lib/contract/catalogue.ts';
import type { Order, OrderAnswer } from '../../../lib/contract/order.ts';
import { SUPPLIER_SNAPSHOT_KEY } from '../../../lib/orders/supplier-state.ts';
import { expectBooksToBalance } from '../../support/invariants.ts';
import { moneySteps, type Buyer } from '../../support/money.ts';
import { startShop, type ShopUnderTest } from '../../support/shop.ts';

let shop: ShopUnderTest;
let steps: ReturnType<typeof moneySteps>;
let nextPlan: () => Plan;
beforeAll(async () => {
  shop = await startShop();
  steps = moneySteps(shop);
  nextPlan = await steps.plansOf('TH', 'US', 'TR');
});
afterEach(async () => {
  await shop.faults('esimgo', []);
  await shop.faults('telegram', []);
  await shop.app.deps.kv.delete(SUPPLIER_SNAPSHOT_KEY);
});
afterAll(async () => {
  try {
    await expectBooksToBalance(shop);
  } finally {
    await shop?.close();
  }
});

/** From whichever device: nothing but the order's id and the proof of who asks. */
const goOn = (buyer: Buyer, orderId: string) => buyer.get<OrderAnswer>(`/api/esimgo/status?order_id=${orderId}&pay=1`);

async function ordersOf(buyer: Buyer): Promise<number> {
  return (await buyer.get<{ orders: Order[] }>('/api/esimgo/order')).body.orders.length;
}

async function linksMade(orderId: string): Promise<number> {
  const { entries } = (await shop.call<{ entries: { path: string; request?: string }[] }>('/sandbox/api/journal')).body;
  return entries.filter(({ path, request = '' }) => path.includes('createInvoiceLink') && request.includes(orderId))
    .length;
}

describe('an order that waits for its payment', () => {
  it('is paid from another device of its buyer, which makes no second one', async () => {
    const { buyer, orderId, invoiceUrl } = await steps.ordered(nextPlan());
    const answer = await goOn(buyer, orderId);
    expect(answer).toMatchObject({ status: 200, body: { order: { id: orderId }, invoice_url: invoiceUrl } });
    expect(await buyer.pay(answer.body.invoice_url ?? '')).toEqual({ status: 'paid' });
    await buyer.waitFor(orderId, 'ready');
    expect(await ordersOf(buyer)).toBe(1);
  });

  it('gets a link that a crash lost back, once, and only for who wants to pay', async () => {
    const { buyer, orderId } = await steps.ordered(nextPlan());
    await shop.query(`UPDATE orders SET invoice_url = NULL WHERE id = $1`, [orderId]);
    const before = await linksMade(orderId);
    for (let polls = 0; polls < 5; polls += 1) {
      const { body } = await buyer.get<OrderAnswer>(`/api/esimgo/status?order_id=${orderId}`);
      expect(body.invoice_url).toBeUndefined();
    }
    expect(await linksMade(orderId)).toBe(before);

    const { body } = await goOn(buyer, orderId);
    expect((await goOn(buyer, orderId)).body.invoice_url).toBe(body.invoice_url);
    expect(await linksMade(orderId)).toBe(before + 1);
    expect(await buyer.pay(body.invoice_url ?? '')).toEqual({ status: 'paid' });
    await buyer.waitFor(orderId, 'ready');
  });

  it('has one link, however many ask at once', async () => {
    const { buyer, orderId } = await steps.ordered(nextPlan());
    await shop.query(`UPDATE orders SET invoice_url = NULL WHERE id = $1`, [orderId]);
    const answers = await Promise.all(Array.from({ length: 5 }, () => goOn(buyer, orderId)));
    const links = new Set(answers.map(({ body }) => body.invoice_url));
    expect(links.size).toBe(1);
    expect(links).not.toContain(undefined);
  });

  it('is paid by nobody else', async () => {
    const { orderId } = await steps.ordered(nextPlan());
    expect(await goOn(await steps.newUser(), orderId)).toMatchObject({
      status: 404,
      body: { error: { code: 'not_found' } },
    });
  });

  it('costs what it was ordered for, as long as that is possible', async () => {
    const plan = nextPlan();
    const { buyer, orderId } = await steps.ordered(plan);
    await shop.query(`UPDATE esimgo_products SET cost_milli = cost_milli * 0.9 WHERE bundle_name = $1`, [plan.id]);
    const { body } = await goOn(buyer, orderId);
    await buyer.pay(body.invoice_url ?? '');
    await buyer.waitFor(orderId, 'ready');
    expect((await steps.chargesOf(buyer.id)).map(({ amount }) => amount)).toEqual([plan.price_stars]);
  });

  it('is refused before the sheet opens, with the new price, once its own is too low', async () => {
    const plan = nextPlan();
    const { buyer, orderId } = await steps.ordered(plan);
    await shop.query(`UPDATE esimgo_products SET cost_milli = cost_milli * 3 WHERE bundle_name = $1`, [plan.id]);
    const answer = await goOn(buyer, orderId);
    expect(answer).toMatchObject({ status: 409, body: { error: { code: 'price_changed' } } });
    const { error } = answer.body as unknown as { error: { details: { price_stars: number } } };
    expect(error.details.price_stars).toBeGreaterThan(plan.price_stars);
    expect((await buyer.order({ id: plan.id, price_stars: error.details.price_stars })).status).toBe(200);
  });

  it('is refused once its plan is not sold any more', async () => {
    const plan = nextPlan();
    const { buyer, orderId } = await steps.ordered(plan);
    await shop.query(`UPDATE esimgo_products SET state = 'delisted' WHERE bundle_name = $1`, [plan.id]);
    expect(await goOn(buyer, orderId)).toMatchObject({ status: 404, body: { error: { code: 'unknown_bundle' } } });
  });

  it('has to wait while the supplier does not answer', async () => {
    const { buyer, orderId } = await steps.ordered(nextPlan());
    await shop.app.deps.kv.delete(SUPPLIER_SNAPSHOT_KEY);
    await shop.faults('esimgo', [{ match: {}, action: 'error_500' }]);
    expect(await goOn(buyer, orderId)).toMatchObject({
      status: 503,
      body: { error: { code: 'temporarily_unavailable' } },
    });
  });

  it('is over, and has no link, from the second on at which its time is', async () => {
    const { buyer, orderId } = await steps.ordered(nextPlan());
    await shop.query(`UPDATE orders SET expires_at = now() - interval '1 second' WHERE id = $1`, [orderId]);
    const { status, body } = await goOn(buyer, orderId);
    expect(status).toBe(200);
    expect(body.order.status).toBe('expired');
    expect(body.invoice_url).toBeUndefined();
  });
});

describe('an order whose time is over', () => {
  it('is closed by whoever looks at it, without any cron', async () => {
    const { buyer, orderId } = await steps.ordered(nextPlan());
    await shop.query(`UPDATE orders SET expires_at = now() - interval '1 second' WHERE id = $1`, [orderId]);
    await buyer.waitFor(orderId, 'expired');
  });
});

describe('an order that is paid', () => {
  it('has no link any more, and shows its code', async () => {
    const { buyer, orderId } = await steps.paid(nextPlan());
    await buyer.waitFor(orderId, 'ready');
    const { body } = await goOn(buyer, orderId);
    expect(body.order.activation_code).toMatch(/^LPA:1\$/);
    expect(body.invoice_url).toBeUndefined();
  });
});
