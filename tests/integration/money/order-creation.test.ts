import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Plan } from '../../../lib/contract/catalogue.ts';
import { AppError } from '../../../lib/contract/error-codes.ts';
import { createEsimGoClient } from '../../../lib/esim-go/client.ts';
import { createOrder } from '../../../lib/orders/create-order.ts';
import { SUPPLIER_SNAPSHOT_KEY } from '../../../lib/orders/supplier-state.ts';
import { expectBooksToBalance } from '../../support/invariants.ts';
import { moneySteps } from '../../support/money.ts';
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
  await shop.set({ esimgo: { balance: 1_000_000 } });
  await shop.app.deps.kv.delete(SUPPLIER_SNAPSHOT_KEY);
});
afterAll(async () => {
  try {
    await expectBooksToBalance(shop);
  } finally {
    await shop?.close();
  }
});

async function countOrders(userId: number): Promise<number> {
  return (await shop.query(`SELECT id FROM orders WHERE telegram_user_id = $1`, [userId])).length;
}

async function makePriceOld(bundleName: string): Promise<void> {
  await shop.query(`UPDATE esimgo_products SET priced_at = now() - interval '7 hours' WHERE bundle_name = $1`, [
    bundleName,
  ]);
}

async function costOf(bundleName: string): Promise<number> {
  const [row] = await shop.query<{ cost_milli: number }>(
    `SELECT cost_milli FROM esimgo_products WHERE bundle_name = $1`,
    [bundleName],
  );
  return (row?.cost_milli ?? 0) / 1_000;
}

function priceOf({ price_stars, price_usd }: Plan) {
  return { price_stars, price_usd };
}

describe('the price of an order', () => {
  it('is refused with the new one when it is not what the buyer saw', async () => {
    const buyer = await steps.newUser();
    const plan = nextPlan();
    const answer = await buyer.order({ id: plan.id, price_stars: plan.price_stars - 1 });
    expect(answer.status).toBe(409);
    expect(answer.body).toMatchObject({ error: { code: 'price_changed', details: priceOf(plan) } });
    expect(await countOrders(buyer.id)).toBe(0);
  });

  it('is confirmed by the supplier first when it is older than six hours', async () => {
    const plan = nextPlan();
    await makePriceOld(plan.id);
    const { orderId } = await steps.ordered(plan);
    expect(orderId).toMatch(/^ord_/);
    const [product] = await shop.query<{ is_fresh: boolean }>(
      `SELECT priced_at > now() - interval '1 hour' AS is_fresh FROM esimgo_products WHERE bundle_name = $1`,
      [plan.id],
    );
    expect(product?.is_fresh).toBe(true);
  });

  it('is the supplier’s new one when the confirmation brings another', async () => {
    const plan = nextPlan();
    const buyer = await steps.newUser();
    await shop.set({ esimgo: { bundle: { name: plan.id, price: (await costOf(plan.id)) * 1.2 } } });
    await makePriceOld(plan.id);
    const answer = await buyer.order(plan);
    expect(answer).toMatchObject({ status: 409, body: { error: { code: 'price_changed' } } });
    const [error] = [answer.body as unknown as { error: { details: { price_stars: number } } }];
    expect(error.error.details.price_stars).toBeGreaterThan(plan.price_stars);
    expect((await buyer.order({ id: plan.id, price_stars: error.error.details.price_stars })).status).toBe(200);
  });

  it('is not asked for again when the supplier no longer sells the bundle', async () => {
    const plan = nextPlan();
    const buyer = await steps.newUser();
    await shop.set({ esimgo: { bundle: { name: plan.id, price: null } } });
    await makePriceOld(plan.id);
    expect(await buyer.order(plan)).toMatchObject({ status: 404, body: { error: { code: 'unknown_bundle' } } });
    expect(await countOrders(buyer.id)).toBe(0);
  });

  it('stays unconfirmed, and nothing is sold, while the supplier does not answer', async () => {
    const plan = nextPlan();
    const buyer = await steps.newUser();
    await makePriceOld(plan.id);
    await shop.faults('esimgo', [{ match: { method: 'POST', path: '/orders' }, action: 'error_500' }]);
    expect(await buyer.order(plan)).toMatchObject({
      status: 503,
      body: { error: { code: 'temporarily_unavailable' } },
    });
    expect(await countOrders(buyer.id)).toBe(0);
  });
});

describe('the confirmation of an old price', () => {
  /** Orders from a supplier that confirms with this, on a server of the test's own. */
  async function orderConfirmedWith(plan: Plan, changes: object): Promise<string> {
    const confirmation = {
      order: [{ type: 'bundle', item: plan.id, quantity: 1, subTotal: 1, pricePerUnit: 1, AllowReassign: false }],
      total: await costOf(plan.id),
      valid: true,
      currency: 'USD',
      ...changes,
    };
    const server = createServer((_request, response) => {
      response.setHeader('content-type', 'application/json').end(JSON.stringify(confirmation));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const supplier = createEsimGoClient({
      baseUrl: `http://127.0.0.1:${port}/v2.5`,
      apiKey: 'any',
      ratePerS: 0,
      orderIntervalMs: 0,
      userAgent: 'test',
    });
    try {
      const { id } = await steps.newUser();
      const { order } = await createOrder(
        { ...shop.app.deps, supplier },
        {
          user: { id, languageCode: 'en' },
          body: { bundle_id: plan.id, expected_stars: plan.price_stars },
          idempotencyKey: randomUUID(),
        },
      );
      return order.status;
    } catch (error) {
      if (error instanceof AppError) return error.code;
      throw error;
    } finally {
      await supplier.close();
      server.close();
    }
  }

  it.each([
    ['a yes', {}, 'pending'],
    ['a no', { valid: false }, 'unknown_bundle'],
    ['a price in a currency without a rate', { currency: 'EUR' }, 'unknown_bundle'],
    [
      'the price of another bundle',
      { order: [{ type: 'bundle', item: 'esim_1GB_7D_FR_V2', quantity: 1 }] },
      'temporarily_unavailable',
    ],
  ])('is %s', async (_what, changes, outcome) => {
    const plan = nextPlan();
    await shop.app.deps.kv.delete(SUPPLIER_SNAPSHOT_KEY);
    // What is known of the supplier is fresh, so that only the confirmation is asked for.
    await steps.ordered(plan);
    await makePriceOld(plan.id);
    expect(await orderConfirmedWith(plan, changes)).toBe(outcome);
  });
});

describe('a bundle', () => {
  it('that never was is unknown', async () => {
    const answer = await (await steps.newUser()).order({ id: 'esim_1GB_7D_XX_V2', price_stars: 100 });
    expect(answer).toMatchObject({ status: 404, body: { error: { code: 'unknown_bundle' } } });
  });

  it.each(['delisted', 'hidden', 'quarantined'])('that is %s is not sold', async (state) => {
    const plan = nextPlan();
    const buyer = await steps.newUser();
    await shop.query(`UPDATE esimgo_products SET state = $2 WHERE bundle_name = $1`, [plan.id, state]);
    expect(await buyer.order(plan)).toMatchObject({ status: 404, body: { error: { code: 'unknown_bundle' } } });
    expect(await countOrders(buyer.id)).toBe(0);
  });
});

describe('the idempotency key of an order', () => {
  it('gives the same order and the same link again', async () => {
    const [buyer, plan, key] = [await steps.newUser(), nextPlan(), randomUUID()];
    const first = await buyer.order(plan, {}, key);
    const second = await buyer.order(plan, {}, key);
    expect(second).toMatchObject({ status: 200, body: first.body });
    expect(await countOrders(buyer.id)).toBe(1);
  });

  it('gives the order as it is now, also when the price has changed meanwhile', async () => {
    const [buyer, plan, key] = [await steps.newUser(), nextPlan(), randomUUID()];
    const first = await buyer.order(plan, {}, key);
    await buyer.pay(first.body.invoice_url);
    await buyer.waitFor(first.body.order.id, 'ready');
    await shop.query(`UPDATE esimgo_products SET state = 'hidden' WHERE bundle_name = $1`, [plan.id]);
    const again = await buyer.order(plan, {}, key);
    expect(again).toMatchObject({ status: 200, body: { order: { id: first.body.order.id, status: 'ready' } } });
  });

  it('brings back a link that a crash lost, and the order with it', async () => {
    const [buyer, plan, key] = [await steps.newUser(), nextPlan(), randomUUID()];
    await shop.faults('telegram', [{ match: { path: 'createInvoiceLink' }, action: 'error_500' }]);
    expect(await buyer.order(plan, {}, key)).toMatchObject({ status: 503 });
    expect(await countOrders(buyer.id)).toBe(1);
    await shop.faults('telegram', []);

    const answer = await buyer.order(plan, {}, key);
    expect(answer.status).toBe(200);
    expect(await countOrders(buyer.id)).toBe(1);
    expect(await buyer.pay(answer.body.invoice_url)).toEqual({ status: 'paid' });
    await buyer.waitFor(answer.body.order.id, 'ready');
  });

  it('gives no link any more once the price cannot be kept, but the new price, which can be paid', async () => {
    const [buyer, plan, key] = [await steps.newUser(), nextPlan(), randomUUID()];
    const first = await buyer.order(plan, {}, key);
    await shop.query(`UPDATE esimgo_products SET cost_milli = cost_milli * 3 WHERE bundle_name = $1`, [plan.id]);
    expect(await buyer.pay(first.body.invoice_url)).toMatchObject({ status: 'failed' });

    const again = await buyer.order(plan, {}, key);
    expect(again).toMatchObject({ status: 409, body: { error: { code: 'price_changed' } } });
    const { error } = again.body as unknown as { error: { details: { price_stars: number; price_usd: string } } };
    expect(error.details.price_stars).toBeGreaterThan(plan.price_stars);
    expect(Number(error.details.price_usd)).toBeGreaterThan(Number(plan.price_usd));
    expect(again.body).not.toHaveProperty('invoice_url');

    const anew = await buyer.order({ id: plan.id, price_stars: error.details.price_stars });
    expect(anew.body.order.price_usd).toBe(error.details.price_usd);
    expect(await buyer.pay(anew.body.invoice_url)).toEqual({ status: 'paid' });
    await buyer.waitFor(anew.body.order.id, 'ready');
  });

  it('gives no link for what is no longer sold, or could not be delivered now', async () => {
    const [buyer, plan, key] = [await steps.newUser(), nextPlan(), randomUUID()];
    const first = await buyer.order(plan, {}, key);
    await shop.set({ esimgo: { balance: 0.001 } });
    await shop.app.deps.kv.delete(SUPPLIER_SNAPSHOT_KEY);
    expect(await buyer.order(plan, {}, key)).toMatchObject({
      status: 503,
      body: { error: { code: 'temporarily_unavailable' } },
    });
    await shop.set({ esimgo: { balance: 1_000_000 } });
    await shop.app.deps.kv.delete(SUPPLIER_SNAPSHOT_KEY);
    expect(await buyer.order(plan, {}, key)).toMatchObject({ status: 200, body: first.body });
    await shop.query(`UPDATE esimgo_products SET state = 'hidden' WHERE bundle_name = $1`, [plan.id]);
    expect(await buyer.order(plan, {}, key)).toMatchObject({
      status: 404,
      body: { error: { code: 'unknown_bundle' } },
    });
  });

  it('gives an order whose time is over as over', async () => {
    const [buyer, plan, key] = [await steps.newUser(), nextPlan(), randomUUID()];
    const first = await buyer.order(plan, {}, key);
    await shop.query(`UPDATE orders SET expires_at = now() - interval '1 second' WHERE id = $1`, [first.body.order.id]);
    expect(await buyer.order(plan, {}, key)).toMatchObject({
      status: 200,
      body: { order: { id: first.body.order.id, status: 'expired' } },
    });
  });

  it('belongs to one body', async () => {
    const [buyer, plan, key] = [await steps.newUser(), nextPlan(), randomUUID()];
    await buyer.order(plan, {}, key);
    const other = await buyer.order(plan, { email: 'buyer@example.com' }, key);
    expect(other).toMatchObject({ status: 409, body: { error: { code: 'idempotency_conflict' } } });
    expect(await countOrders(buyer.id)).toBe(1);
  });

  it('belongs to one person', async () => {
    const [plan, key] = [nextPlan(), randomUUID()];
    const [first, second] = [await steps.newUser(), await steps.newUser()];
    const ids = [(await first.order(plan, {}, key)).body.order.id, (await second.order(plan, {}, key)).body.order.id];
    expect(new Set(ids).size).toBe(2);
  });

  it('makes one order with one link of ten requests at once', async () => {
    const [buyer, plan, key] = [await steps.newUser(), nextPlan(), randomUUID()];
    const answers = await Promise.all(Array.from({ length: 10 }, () => buyer.order(plan, {}, key)));
    expect(answers.map(({ status }) => status)).toEqual(Array(10).fill(200));
    expect(new Set(answers.map(({ body }) => body.order.id)).size).toBe(1);
    expect(new Set(answers.map(({ body }) => body.invoice_url)).size).toBe(1);
    expect(await countOrders(buyer.id)).toBe(1);
  });
});

describe('a shop that could not deliver', () => {
  it('takes no order when the balance at the supplier is below the cost', async () => {
    const [buyer, plan] = [await steps.newUser(), nextPlan()];
    await shop.set({ esimgo: { balance: 0.001 } });
    await shop.app.deps.kv.delete(SUPPLIER_SNAPSHOT_KEY);
    expect(await buyer.order(plan)).toMatchObject({
      status: 503,
      body: { error: { code: 'temporarily_unavailable' } },
    });
    expect(await countOrders(buyer.id)).toBe(0);
  });

  it('counts what is paid and not placed yet against the balance', async () => {
    const [plan, other] = [nextPlan(), nextPlan()];
    const waiting = await steps.paidAndIdle(plan);
    await shop.set({ esimgo: { balance: (await costOf(plan.id)) + (await costOf(other.id)) - 0.01 } });
    await shop.app.deps.kv.delete(SUPPLIER_SNAPSHOT_KEY);
    const buyer = await steps.newUser();
    expect(await buyer.order(other)).toMatchObject({ status: 503 });
    await shop.query(`INSERT INTO outbox (job_key, kind, subject_id) VALUES ('provision:' || $1, 'provision', $1)`, [
      waiting.orderId,
    ]);
    await steps.runUntil(waiting.orderId, 'paid/assigned');
  });

  it('takes no order while the supplier does not answer', async () => {
    const [buyer, plan] = [await steps.newUser(), nextPlan()];
    await shop.faults('esimgo', [{ match: {}, action: 'error_500' }]);
    expect(await buyer.order(plan)).toMatchObject({
      status: 503,
      body: { error: { code: 'temporarily_unavailable' } },
    });
    expect(await countOrders(buyer.id)).toBe(0);
  });
});
