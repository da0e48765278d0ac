import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Plan } from '../../../lib/contract/catalogue.ts';
import { preCheckoutMessages } from '../../../lib/i18n/pre-checkout-messages.ts';
import { checkCapacity } from '../../../lib/orders/supplier-capacity.ts';
import { databaseNowMs, SUPPLIER_SNAPSHOT_KEY, type SupplierState } from '../../../lib/orders/supplier-state.ts';
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
  await shop.settled();
  await forget();
  await shop.query(`DELETE FROM outbox WHERE kind = 'alert'`);
});
afterAll(async () => {
  try {
    await expectBooksToBalance(shop);
  } finally {
    await shop?.close();
  }
});

const UNAVAILABLE = { status: 503, body: { error: { code: 'temporarily_unavailable' } } };

async function forget(): Promise<void> {
  for (const key of [SUPPLIER_SNAPSHOT_KEY, 'supplier:look']) await shop.app.deps.kv.delete(key);
}

async function known(): Promise<SupplierState | null> {
  const text = await shop.app.deps.kv.get(SUPPLIER_SNAPSHOT_KEY);
  return text === null ? null : JSON.parse(text);
}

type Known = { state: 'up'; balanceMilli: number } | { state: 'down'; reason: 'unreachable' | 'refuses_key' };

/** What the instances know, learned so many seconds ago. */
async function know(state: Known, secondsAgo: number): Promise<void> {
  const atMs = (await databaseNowMs(shop.app.deps.db)) - secondsAgo * 1_000;
  await shop.app.deps.kv.delete('supplier:look');
  await shop.app.deps.kv.set(SUPPLIER_SNAPSHOT_KEY, JSON.stringify({ ...state, atMs }));
}

const UP: Known = { state: 'up', balanceMilli: 1_000_000_000 };
const DOWN: Known = { state: 'down', reason: 'unreachable' };

/** How often the supplier was asked for its balance. */
async function looks(): Promise<number> {
  const { entries } = (await shop.call<{ entries: { direction: string; path: string }[] }>('/sandbox/api/journal'))
    .body;
  return entries.filter(({ direction, path }) => direction === 'in' && path.endsWith('/organisation')).length;
}

/** Paid, with the job that buys it due but not begun. */
async function paidWaiting(plan: Plan): Promise<string> {
  const { orderId } = await steps.paidAndIdle(plan);
  await shop.query(`INSERT INTO outbox (job_key, kind, subject_id) VALUES ('provision:' || $1, 'provision', $1)`, [
    orderId,
  ]);
  return orderId;
}

describe('an open circuit', () => {
  it('takes no order, lets nobody pay, and asks nobody', async () => {
    const { buyer, invoiceUrl } = await steps.ordered(nextPlan());
    await know(DOWN, 1);
    const before = await looks();
    expect(await buyer.order(nextPlan())).toMatchObject(UNAVAILABLE);
    expect(await buyer.pay(invoiceUrl)).toEqual({ status: 'failed', error: preCheckoutMessages.en.unavailable });
    expect(await looks()).toBe(before);
  });

  it('keeps a paid order claimed, and buys once it is closed', async () => {
    const plan = nextPlan();
    const orderId = await paidWaiting(plan);
    await know(DOWN, 1);
    await steps.runJobs();
    expect(await steps.state(orderId)).toBe('paid/claimed');
    expect(await steps.purchasesSent(plan.id)).toBe(0);
    await know(DOWN, 6);
    await steps.runUntil(orderId, 'paid/assigned');
    expect(await steps.purchasesSent(plan.id)).toBe(1);
  });

  it('is closed by one look, however many come at once', async () => {
    await know(DOWN, 6);
    const before = await looks();
    const buyers = await Promise.all(Array.from({ length: 10 }, () => steps.newUser()));
    const plan = nextPlan();
    const answers = await Promise.all(buyers.map((buyer) => buyer.order(plan)));
    expect(answers.map(({ status }) => status)).toEqual(Array(10).fill(200));
    expect(await looks()).toBe(before + 1);
    expect(await known()).toMatchObject({ state: 'up' });
  });

  it('stays open when that look fails, and the admins hear of it once', async () => {
    await shop.faults('esimgo', [{ match: {}, action: 'error_500' }]);
    const buyer = await steps.newUser();
    expect(await buyer.order(nextPlan())).toMatchObject(UNAVAILABLE);
    expect(await steps.alertsOf('supplier')).toEqual([]);
    for (let look = 0; look < 2; look += 1) {
      await know(DOWN, 6);
      expect(await buyer.order(nextPlan())).toMatchObject(UNAVAILABLE);
    }
    expect(await known()).toMatchObject({ state: 'down', reason: 'unreachable' });
    expect(await steps.alertsOf('supplier')).toEqual(['supplier_unreachable']);
  });

  it('says at once that the key is refused', async () => {
    await shop.faults('esimgo', [{ match: {}, action: 'forbidden' }]);
    expect(await (await steps.newUser()).order(nextPlan())).toMatchObject(UNAVAILABLE);
    expect(await known()).toMatchObject({ state: 'down', reason: 'refuses_key' });
    expect(await steps.alertsOf('supplier')).toEqual(['supplier_refuses_key']);
  });
});

describe('purchases that get no usable answer', () => {
  it('open the circuit as soon as a look confirms it, and the order waits', async () => {
    const plan = nextPlan();
    const orderId = await paidWaiting(plan);
    await shop.faults('esimgo', [{ match: {}, action: 'forbidden' }]);
    for (let attempt = 0; attempt < 3; attempt += 1) await steps.runJobs();
    expect(await known()).toMatchObject({ state: 'down', reason: 'refuses_key' });
    const sent = await steps.purchasesSent(plan.id);
    await steps.runJobs();
    expect(await steps.purchasesSent(plan.id)).toBe(sent);
    expect(await steps.state(orderId)).toBe('paid/claimed');
    await shop.faults('esimgo', []);
    await know(DOWN, 6);
    await steps.runUntil(orderId, 'paid/assigned');
  });

  it('open it in the end although everything else answers', async () => {
    const plan = nextPlan();
    const orderId = await paidWaiting(plan);
    await shop.faults('esimgo', [{ match: { method: 'POST', path: '/orders' }, action: 'forbidden' }]);
    for (let attempt = 0; attempt < 7; attempt += 1) await steps.runJobs();
    expect(await known()).toMatchObject({ state: 'up' });
    await steps.runJobs();
    expect(await known()).toMatchObject({ state: 'down' });
    expect(await (await steps.newUser()).order(nextPlan())).toMatchObject(UNAVAILABLE);
    await shop.faults('esimgo', []);
    await know(DOWN, 6);
    await steps.runUntil(orderId, 'paid/assigned');
  });
});

describe('what is known of the supplier', () => {
  it('is good for a minute, and looked at anew behind the sales from half of it', async () => {
    await know(UP, 40);
    const before = await looks();
    expect((await (await steps.newUser()).order(nextPlan())).status).toBe(200);
    await until(looks, (count) => count === before + 1);
    await shop.settled();
    expect((await databaseNowMs(shop.app.deps.db)) - ((await known())?.atMs ?? 0)).toBeLessThan(20_000);
  });

  it('is not thrown away because the look behind the sales failed', async () => {
    await shop.faults('esimgo', [{ match: {}, action: 'error_500' }]);
    await know(UP, 40);
    expect((await (await steps.newUser()).order(nextPlan())).status).toBe(200);
    await shop.settled();
    expect((await (await steps.newUser()).order(nextPlan())).status).toBe(200);
  });

  it('is not believed when it is older than a minute', async () => {
    await shop.faults('esimgo', [{ match: {}, action: 'hang' }]);
    await know(UP, 61);
    expect(await (await steps.newUser()).order(nextPlan())).toMatchObject(UNAVAILABLE);
  });

  it('is asked for once by all who wait for it', async () => {
    await forget();
    const before = await looks();
    const plan = nextPlan();
    const buyers = await Promise.all(Array.from({ length: 20 }, () => steps.newUser()));
    const answers = await Promise.all(buyers.map((buyer) => buyer.order(plan)));
    expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(200));
    expect(await looks()).toBe(before + 1);
  });

  it('does not depend on the clock of this process', async () => {
    await know(UP, 20);
    const before = await looks();
    const late = { ...shop.app.deps, now: () => new Date(Date.now() + 600_000) };
    expect(await checkCapacity(late, 1_000)).toEqual({ ok: true });
    expect(await looks()).toBe(before);
  });

  it('says when the balance is too low, and the admins hear of it once', async () => {
    await know({ state: 'up', balanceMilli: 10 }, 1);
    for (let ask = 0; ask < 2; ask += 1) {
      expect(await (await steps.newUser()).order(nextPlan())).toMatchObject(UNAVAILABLE);
    }
    expect(await steps.alertsOf('supplier')).toEqual(['supplier_balance_low']);
  });
});

describe('the queue of paid orders', () => {
  it('closes the sale when the next one would wait longer than three minutes, whichever instance holds it', async () => {
    const waiting = [await paidWaiting(nextPlan()), await paidWaiting(nextPlan())];
    await know(UP, 1);
    const { config } = shop.app.deps;
    const slow = (orderIntervalMs: number) => ({
      ...shop.app.deps,
      config: { ...config, esimGo: { ...config.esimGo, orderIntervalMs } },
    });
    expect(await checkCapacity(slow(89_000), 1_000)).toEqual({ ok: true });
    expect(await checkCapacity(slow(91_000), 1_000)).toEqual({ ok: false, reason: 'queue_long' });
    for (const orderId of waiting) await steps.runUntil(orderId, 'paid/assigned');
  });
});
