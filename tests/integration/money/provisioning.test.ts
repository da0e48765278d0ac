import { once } from 'node:events';
import { createServer } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Plan } from '../../../lib/contract/catalogue.ts';
import { createEsimGoClient } from '../../../lib/esim-go/client.ts';
import { provisionOrder } from '../../../lib/orders/provision-order.ts';
import { SUPPLIER_SNAPSHOT_KEY } from '../../../lib/orders/supplier-state.ts';
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
  await shop.faults('esimgo', []);
  await shop.faults('telegram', []);
  await shop.set({ esimgo: { balance: 1_000_000 } });
  await shop.app.deps.kv.delete(SUPPLIER_SNAPSHOT_KEY);
});
afterAll(async () => {
  try {
    await steps.runJobs();
    await expectBooksToBalance(shop);
  } finally {
    await shop?.close();
  }
});

/** Faults on purchases of one bundle only, so that one test does not meet another's. */
function onPurchase(plan: Plan, action: string, more: object = {}) {
  return shop.faults('esimgo', [{ match: { method: 'POST', path: '/orders', body: plan.id }, action, ...more }]);
}

/** A port of this machine where nobody listens. */
async function closedPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return address.port;
}

async function attemptsOf(orderId: string): Promise<string[]> {
  const rows = await shop.query<{ state: string }>(
    `SELECT state FROM provisioning_attempts WHERE order_id = $1 ORDER BY number`,
    [orderId],
  );
  return rows.map(({ state }) => state);
}

describe('an order that the supplier refuses', () => {
  it('is refunded once, and the buyer is told', async () => {
    const plan = nextPlan();
    await onPurchase(plan, 'not_found');
    const { buyer, orderId } = await steps.paid(plan);
    await steps.comesTo(orderId, 'refunded/cancelled');
    await steps.isTold(buyer.id, /operator could not issue/);
    expect(await steps.refundsOf(buyer.id)).toHaveLength(1);
    expect(await steps.purchasesSent(plan.id)).toBe(1);
    expect(await steps.row(orderId)).toMatchObject({ status: 'refunded', failure_code: 'supplier_refused' });
  });

  it('because the bundle is gone is refunded, though the balance is full', async () => {
    const plan = nextPlan();
    const { buyer, orderId, invoiceUrl } = await steps.ordered(plan);
    await shop.set({ esimgo: { bundle: { name: plan.id, price: null } } });
    await buyer.pay(invoiceUrl);
    await steps.comesTo(orderId, 'refunded/cancelled');
    expect(await attemptsOf(orderId)).toEqual(['refused']);
  });
});

describe('an order that the supplier does not take now', () => {
  it.each(['forbidden', 'rate_limit'])('waits out "%s" and is delivered without a refund', async (action) => {
    const plan = nextPlan();
    await onPurchase(plan, action, { times: 2 });
    const { buyer, orderId } = await steps.paid(plan);
    await until(
      () => attemptsOf(orderId),
      (states) => states.includes('deferred'),
    );
    await steps.runUntil(orderId, 'paid/assigned');
    expect(await attemptsOf(orderId)).toEqual(['deferred', 'deferred', 'placed']);
    expect(await steps.bought(plan.id)).toHaveLength(1);
    expect(await steps.refundsOf(buyer.id)).toEqual([]);
  });

  it('for an empty balance waits until it is filled', async () => {
    const plan = nextPlan();
    const { buyer, orderId, invoiceUrl } = await steps.ordered(plan);
    await shop.set({ esimgo: { balance: 0.001 } });
    await steps.payPastUs(buyer.id, invoiceUrl);
    await until(
      () => attemptsOf(orderId),
      (states) => states.includes('deferred'),
    );
    expect(await steps.bought(plan.id)).toEqual([]);
    await shop.set({ esimgo: { balance: 1_000_000 } });
    await steps.runUntil(orderId, 'paid/assigned');
    expect(await steps.refundsOf(buyer.id)).toEqual([]);
  });

  it('is refunded when the promised time is over before it passes', async () => {
    const plan = nextPlan();
    await onPurchase(plan, 'forbidden');
    const { buyer, orderId } = await steps.paid(plan);
    await until(
      () => attemptsOf(orderId),
      (states) => states.includes('deferred'),
    );
    await shop.query(`UPDATE orders SET deliver_by = now() - interval '1 second' WHERE id = $1`, [orderId]);
    await shop.cron('expire');
    await steps.runUntil(orderId, 'refunded/cancelled');
    await steps.isTold(buyer.id, /not issued in time/);
    expect(await steps.refundsOf(buyer.id)).toHaveLength(1);
    expect(await steps.bought(plan.id)).toEqual([]);
  });
});

describe('an order that never left', () => {
  it('is sent again, and bought once', async () => {
    const plan = nextPlan();
    const { orderId } = await steps.paidAndIdle(plan);
    const unreachable = createEsimGoClient({
      baseUrl: `http://127.0.0.1:${await closedPort()}/v2.5`,
      apiKey: 'sandbox-key',
      ratePerS: 0,
      orderIntervalMs: 0,
      userAgent: 'test',
    });
    const result = await provisionOrder({ ...shop.app.deps, supplier: unreachable }, orderId);
    await unreachable.close();
    expect(result).toMatchObject({ kind: 'again' });
    expect(await steps.state(orderId)).toBe('paid/not_sent');
    expect(await provisionOrder(shop.app.deps, orderId)).toEqual({ kind: 'done' });
    expect(await attemptsOf(orderId)).toEqual(['not_sent', 'placed']);
    expect(await steps.bought(plan.id)).toHaveLength(1);
  });
});

describe('workers on one order', () => {
  it('buy once, however many there are', async () => {
    const plan = nextPlan();
    const { orderId } = await steps.paidAndIdle(plan);
    await Promise.allSettled(Array.from({ length: 10 }, () => provisionOrder(shop.app.deps, orderId)));
    await steps.comesTo(orderId, 'paid/assigned');
    expect(await steps.purchasesSent(plan.id)).toBe(1);
    expect(await steps.bought(plan.id)).toHaveLength(1);
  });

  it('buy once, however many drains run', async () => {
    const plan = nextPlan();
    const { orderId } = await steps.paidAndIdle(plan);
    await shop.query(`INSERT INTO outbox (job_key, kind, subject_id) VALUES ('provision:' || $1, 'provision', $1)`, [
      orderId,
    ]);
    await Promise.all(Array.from({ length: 6 }, () => shop.cron('drain')));
    await steps.comesTo(orderId, 'paid/assigned');
    expect(await steps.purchasesSent(plan.id)).toBe(1);
  });

  it('come back when another was faster, in case that one fails to send', async () => {
    const plan = nextPlan();
    const { orderId } = await steps.paidAndIdle(plan);
    const supplier: typeof shop.app.deps.supplier = {
      ...shop.app.deps.supplier,
      async placeOrder(request, options) {
        await steps.crashWhileSending(orderId, 1);
        return shop.app.deps.supplier.placeOrder(request, options);
      },
    };
    expect(await provisionOrder({ ...shop.app.deps, supplier }, orderId)).toMatchObject({ kind: 'again' });
    expect(await steps.purchasesSent(plan.id)).toBe(0);
    await shop.query(`UPDATE provisioning_attempts SET state = 'deferred' WHERE order_id = $1`, [orderId]);
    await shop.query(`UPDATE orders SET provisioning = 'claimed' WHERE id = $1`, [orderId]);
    expect(await provisionOrder(shop.app.deps, orderId)).toEqual({ kind: 'done' });
    expect(await steps.bought(plan.id)).toHaveLength(1);
  });

  it('change nothing with late news of an attempt that was given up long ago', async () => {
    const plan = nextPlan();
    const { orderId } = await steps.paidAndIdle(plan);
    await onPurchase(plan, 'forbidden', { times: 1 });
    // While the first worker hears "not now", its attempt counts as lost and another one is being sent.
    const supplier: typeof shop.app.deps.supplier = {
      ...shop.app.deps.supplier,
      async placeOrder(request, options) {
        try {
          return await shop.app.deps.supplier.placeOrder(request, options);
        } finally {
          await shop.query(`UPDATE provisioning_attempts SET state = 'absent', ended_at = now() WHERE order_id = $1`, [
            orderId,
          ]);
          await shop.query(`INSERT INTO provisioning_attempts (order_id, number, state) VALUES ($1, 2, 'sending')`, [
            orderId,
          ]);
        }
      },
    };
    await provisionOrder({ ...shop.app.deps, supplier }, orderId);
    expect(await steps.state(orderId)).toBe('paid/sending');
    expect(await attemptsOf(orderId)).toEqual(['absent', 'sending']);
    await shop.query(`UPDATE provisioning_attempts SET sent_at = now() - interval '1 hour' WHERE order_id = $1`, [
      orderId,
    ]);
    await shop.cron('reconcile');
    await steps.proveAbsence(orderId);
    await steps.runUntil(orderId, 'refunded/cancelled');
    expect(await steps.bought(plan.id)).toEqual([]);
  });
});

describe('a placed order', () => {
  it('becomes ready when its install details come late', async () => {
    const plan = nextPlan();
    await onPurchase(plan, 'assignment_delay', { delay_ms: 120_000, times: 1 });
    const { buyer, orderId } = await steps.paid(plan);
    await steps.comesTo(orderId, 'paid/placed');
    await steps.runJobs();
    expect(await steps.state(orderId)).toBe('paid/placed');
    expect((await buyer.status(orderId)).activation_code).toBeNull();
    await shop.set({ clock: { advance_s: 121 } });
    await steps.runUntil(orderId, 'paid/assigned');
    expect((await buyer.status(orderId)).activation_code).toMatch(/^LPA:1\$/);
    expect(await steps.bought(plan.id)).toHaveLength(1);
  });

  it('is never refunded by the clock: a human is told, and it still arrives', async () => {
    const plan = nextPlan();
    await onPurchase(plan, 'assignment_delay', { delay_ms: 3_600_000, times: 1 });
    const { buyer, orderId } = await steps.paid(plan);
    await steps.comesTo(orderId, 'paid/placed');
    await shop.query(`UPDATE orders SET deliver_by = now() - interval '1 second' WHERE id = $1`, [orderId]);
    await steps.runJobs();
    await shop.cron('expire');
    expect(await steps.state(orderId)).toBe('paid/placed');
    expect(await steps.row(orderId)).toMatchObject({ needs_human: 'install_details_missing' });
    expect(await steps.alertsOf(orderId)).toContain('install_details_missing');
    expect(await steps.refundsOf(buyer.id)).toEqual([]);
    await shop.set({ clock: { advance_s: 3_601 } });
    await steps.runUntil(orderId, 'paid/assigned');
    expect(await steps.row(orderId)).toMatchObject({ needs_human: null });
  });

  it('waits while the supplier answers 503 for its install details', async () => {
    const plan = nextPlan();
    await shop.faults('esimgo', [
      { match: { method: 'POST', path: '/orders', body: plan.id }, action: 'assignment_delay', delay_ms: 1, times: 1 },
      { match: { path: '/esims/assignments' }, action: 'error_503', times: 2 },
    ]);
    const { orderId } = await steps.paid(plan);
    await steps.comesTo(orderId, 'paid/placed', 'paid/assigned');
    await steps.runUntil(orderId, 'paid/assigned');
    expect(await steps.bought(plan.id)).toHaveLength(1);
  });
});

describe('a price that moved between the sync and the purchase', () => {
  const costOf = async (bundle: string) =>
    (
      await shop.query<{ cost_milli: number; state: string }>(
        `SELECT cost_milli, state FROM esimgo_products WHERE bundle_name = $1`,
        [bundle],
      )
    )[0];

  /** Bought at so many times the price of the sync. */
  async function boughtAt(factor: number) {
    const plan = nextPlan();
    const before = (await costOf(plan.id))?.cost_milli ?? 0;
    const { buyer, invoiceUrl, orderId } = await steps.ordered(plan);
    await shop.set({ esimgo: { bundle: { name: plan.id, price: (before * factor) / 1_000 } } });
    await buyer.pay(invoiceUrl);
    await buyer.waitFor(orderId, 'ready');
    await shop.settled();
    return { orderId, before, now: await costOf(plan.id) };
  }

  it('is in the books of the order, and what the next buyer pays by', async () => {
    const { orderId, before, now } = await boughtAt(1.2);
    const [order] = await shop.query<{ cost_milli: number }>(`SELECT cost_milli FROM orders WHERE id = $1`, [orderId]);
    expect(order?.cost_milli).toBe(before * 1.2);
    expect(now).toEqual({ cost_milli: before * 1.2, state: 'listed' });
  });

  it('is for an admin to decide when it moved far, and nobody pays by it meanwhile', async () => {
    const { now } = await boughtAt(3);
    expect(now?.state).toBe('quarantined');
    expect(await steps.alertsOf('shop')).toContain('prices_quarantined');
  });
});
