import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Plan } from '../../../lib/contract/catalogue.ts';
import { createEsimGoClient } from '../../../lib/esim-go/client.ts';
import { provisionOrder } from '../../../lib/orders/provision-order.ts';
import { reconcileOrders } from '../../../lib/orders/reconcile-orders.ts';
import { recordPlacement } from '../../../lib/orders/record-placement.ts';
import { expectBooksToBalance } from '../../support/invariants.ts';
import { moneySteps } from '../../support/money.ts';
import { startShop, until, type ShopUnderTest } from '../../support/shop.ts';

let shop: ShopUnderTest;
let steps: ReturnType<typeof moneySteps>;
let nextPlan: () => Plan;
const orphans: string[] = [];
const foreignOrders: string[] = [];
beforeAll(async () => {
  // The deadline is the tests' to end, by SQL: a slow machine must not end it for them.
  shop = await startShop({ RECONCILE_WINDOW_S: '5' });
  steps = moneySteps(shop);
  nextPlan = await steps.plansOf('TH', 'US', 'TR');
});
afterEach(async () => {
  await shop.faults('esimgo', []);
  await shop.faults('telegram', []);
});
afterAll(async () => {
  try {
    await steps.runJobs();
    await expectBooksToBalance(shop, { orphans, foreignOrders });
  } finally {
    await shop?.close();
  }
});

function onPurchase(plan: Plan, action: string, more: object = {}) {
  return shop.faults('esimgo', [{ match: { method: 'POST', path: '/orders', body: plan.id }, action, ...more }]);
}

/** Another client of the shop's account, which has heard nothing of the supplier yet. */
function newClient(more: Partial<Parameters<typeof createEsimGoClient>[0]>) {
  return createEsimGoClient({
    baseUrl: shop.env['ESIMGO_API_URL'] ?? '',
    apiKey: shop.env['ESIMGO_API_KEY'] ?? '',
    ratePerS: 0,
    orderIntervalMs: 0,
    userAgent: 'test',
    ...more,
  });
}

async function attemptsOf(orderId: string): Promise<string[]> {
  const rows = await shop.query<{ state: string }>(
    `SELECT state FROM provisioning_attempts WHERE order_id = $1 ORDER BY number`,
    [orderId],
  );
  return rows.map(({ state }) => state);
}

/** A purchase by another system on the same account; its eSIM carries that system's mark. */
async function buyElsewhere(plan: Plan, customerRef: string): Promise<{ reference: string; iccid: string }> {
  const headers = { 'x-api-key': shop.env['ESIMGO_API_KEY'] ?? '', 'content-type': 'application/json' };
  const order = await shop.call<{ orderReference: string; order: { esims: { iccid: string }[] }[] }>(
    '/sandbox/esimgo/v2.5/orders',
    {
      headers,
      json: {
        type: 'transaction',
        assign: true,
        order: [{ type: 'bundle', item: plan.id, quantity: 1, allowReassign: false }],
      },
    },
  );
  const iccid = order.body.order[0]?.esims[0]?.iccid ?? '';
  if (customerRef !== '') await markElsewhere(iccid, customerRef);
  return { reference: order.body.orderReference, iccid };
}

async function markElsewhere(iccid: string, customerRef: string): Promise<void> {
  await shop.call('/sandbox/esimgo/v2.5/esims', {
    method: 'PUT',
    headers: { 'x-api-key': shop.env['ESIMGO_API_KEY'] ?? '', 'content-type': 'application/json' },
    body: JSON.stringify({ iccid, customerRef }),
  });
}

/** As if the request had begun so long ago that nobody waits for its answer any more. */
async function outlive({ orderId }: { orderId: string }): Promise<void> {
  await shop.query(`UPDATE provisioning_attempts SET sent_at = now() - interval '100 seconds' WHERE order_id = $1`, [
    orderId,
  ]);
}

describe('an order whose answer was lost', () => {
  it.each(['drop_after', 'garbage'])(
    'after it was placed (%s) is found at the supplier and delivered',
    async (action) => {
      const plan = nextPlan();
      await onPurchase(plan, action, { times: 1 });
      const { buyer, orderId } = await steps.paid(plan);
      await steps.comesTo(orderId, 'paid/unknown');
      await shop.cron('reconcile');
      await steps.runUntil(orderId, 'paid/assigned');
      await steps.isTold(buyer.id, /eSIM is ready/);
      expect(await attemptsOf(orderId)).toEqual(['placed']);
      expect(await steps.bought(plan.id)).toHaveLength(1);
      expect(await steps.refundsOf(buyer.id)).toEqual([]);
    },
  );

  it('is found although the supplier refuses to show its eSIM', async () => {
    const plan = nextPlan();
    await shop.faults('esimgo', [
      { match: { method: 'POST', path: '/orders', body: plan.id }, action: 'drop_after', times: 1 },
      { match: { method: 'GET', path: '/v2.5/esims/89' }, action: 'forbidden', times: 1 },
    ]);
    const { orderId } = await steps.paid(plan);
    await steps.comesTo(orderId, 'paid/unknown');
    await shop.cron('reconcile');
    await steps.runUntil(orderId, 'paid/assigned');
    expect(await steps.bought(plan.id)).toHaveLength(1);
  });

  it('is found by its own job, without any cron', async () => {
    const plan = nextPlan();
    await onPurchase(plan, 'drop_after', { times: 1 });
    const { orderId } = await steps.paid(plan);
    await steps.comesTo(orderId, 'paid/unknown');
    // Another order's job may have had its turn a moment ago.
    await shop.app.deps.kv.delete('reconcile:turn');
    await steps.runUntil(orderId, 'paid/assigned');
    expect(await steps.bought(plan.id)).toHaveLength(1);
  });

  it('is found also while its eSIM is still being made', async () => {
    const plan = nextPlan();
    await shop.faults('esimgo', [
      { match: { method: 'POST', path: '/orders', body: plan.id }, action: 'drop_after', times: 1 },
      { match: { path: '/esims/assignments' }, action: 'error_503', times: 2 },
    ]);
    const { orderId } = await steps.paid(plan);
    await steps.comesTo(orderId, 'paid/unknown');
    await shop.cron('reconcile');
    expect(await steps.state(orderId)).toBe('paid/placed');
    await steps.runUntil(orderId, 'paid/assigned');
    expect(await steps.bought(plan.id)).toHaveLength(1);
  });

  it.each(['drop_before', 'error_503'])(
    'before it was placed (%s) is sent once more, after two listings',
    async (action) => {
      const plan = nextPlan();
      await onPurchase(plan, action, { times: 1 });
      const { buyer, orderId } = await steps.paid(plan);
      await steps.comesTo(orderId, 'paid/unknown');
      await shop.query(
        `UPDATE provisioning_attempts SET cut_at = cut_at - interval '6 seconds' WHERE order_id = $1 AND state = 'unknown'`,
        [orderId],
      );
      await shop.cron('reconcile');
      expect(await attemptsOf(orderId)).toEqual(['unknown']);
      await shop.cron('reconcile');
      await steps.runUntil(orderId, 'paid/assigned');
      expect(await attemptsOf(orderId)).toEqual(['absent', 'placed']);
      expect(await steps.bought(plan.id)).toHaveLength(1);
      expect(await steps.refundsOf(buyer.id)).toEqual([]);
    },
  );

  it('is not given up before the window is over, however often it is looked for', async () => {
    const plan = nextPlan();
    await onPurchase(plan, 'drop_before', { times: 1 });
    const { orderId } = await steps.paid(plan);
    await steps.comesTo(orderId, 'paid/unknown');
    await shop.query(`UPDATE provisioning_attempts SET cut_at = now() + interval '1 hour' WHERE order_id = $1`, [
      orderId,
    ]);
    for (let i = 0; i < 4; i += 1) await shop.cron('reconcile');
    expect(await attemptsOf(orderId)).toEqual(['unknown']);
    await shop.query(`UPDATE provisioning_attempts SET cut_at = now() WHERE order_id = $1`, [orderId]);
    await steps.proveAbsence(orderId);
    await steps.runUntil(orderId, 'paid/assigned');
  });

  it('is not given up by a listing that failed', async () => {
    const plan = nextPlan();
    await onPurchase(plan, 'drop_after', { times: 1 });
    const { orderId } = await steps.paid(plan);
    await steps.comesTo(orderId, 'paid/unknown');
    await shop.faults('esimgo', [{ match: { method: 'GET', path: '/orders' }, action: 'garbage' }]);
    await steps.proveAbsence(orderId);
    expect(await attemptsOf(orderId)).toEqual(['unknown']);
    await shop.faults('esimgo', []);
    await shop.cron('reconcile');
    await steps.runUntil(orderId, 'paid/assigned');
    expect(await steps.bought(plan.id)).toHaveLength(1);
  });

  it('is refunded once when nothing ever comes of it, after two attempts at most', async () => {
    const plan = nextPlan();
    await onPurchase(plan, 'error_503');
    const { buyer, orderId } = await steps.paid(plan);
    for (let attempt = 1; attempt <= 2; attempt += 1) {
      await steps.runUntil(orderId, 'paid/unknown');
      await steps.proveAbsence(orderId);
    }
    await steps.runUntil(orderId, 'refunded/cancelled');
    await steps.isTold(buyer.id, /did not issue/);
    expect(await attemptsOf(orderId)).toEqual(['absent', 'absent']);
    expect(await steps.purchasesSent(plan.id)).toBe(2);
    expect(await steps.refundsOf(buyer.id)).toHaveLength(1);
    expect(await steps.bought(plan.id)).toEqual([]);
  });

  it('is not refunded while it is unknown, whatever the clock says: a human is told', async () => {
    const plan = nextPlan();
    await onPurchase(plan, 'drop_after', { times: 1 });
    const { buyer, orderId } = await steps.paid(plan);
    await steps.comesTo(orderId, 'paid/unknown');
    await shop.query(`UPDATE orders SET deliver_by = now() - interval '1 second' WHERE id = $1`, [orderId]);
    await shop.cron('expire');
    expect(await steps.state(orderId)).toBe('paid/unknown');
    expect(await steps.alertsOf(orderId)).toEqual(['late_and_not_provable']);
    expect(await steps.refundsOf(buyer.id)).toEqual([]);
    await shop.cron('reconcile');
    await steps.runUntil(orderId, 'paid/assigned');
    expect(await steps.row(orderId)).toMatchObject({ needs_human: null });
  });

  it('is refunded, not sent again, when its absence is proven too late; no human is needed any more', async () => {
    const plan = nextPlan();
    await onPurchase(plan, 'drop_before', { times: 1 });
    const { orderId } = await steps.paid(plan);
    await steps.comesTo(orderId, 'paid/unknown');
    await shop.query(`UPDATE orders SET deliver_by = now() - interval '1 second' WHERE id = $1`, [orderId]);
    await shop.cron('expire');
    await steps.proveAbsence(orderId);
    await steps.runUntil(orderId, 'refunded/cancelled');
    expect(await steps.purchasesSent(plan.id)).toBe(1);
    expect(await steps.row(orderId)).toMatchObject({ needs_human: null, failure_code: 'not_delivered_in_time' });
  });

  it('because the supplier never answered is unknown, not refused', async () => {
    const plan = nextPlan();
    const { orderId } = await steps.paidAndIdle(plan);
    await onPurchase(plan, 'hang');
    const impatient = newClient({ orderTimeoutMs: 200 });
    await provisionOrder({ ...shop.app.deps, supplier: impatient }, orderId);
    await impatient.close();
    expect(await steps.state(orderId)).toBe('paid/unknown');
    await shop.faults('esimgo', []);
    await steps.proveAbsence(orderId);
    await steps.runUntil(orderId, 'paid/assigned');
    expect(await steps.bought(plan.id)).toHaveLength(1);
  });
});

describe('a worker that died while it was sending', () => {
  it('leaves an order that is left alone as long as its request may live', async () => {
    const { orderId } = await steps.paidAndIdle(nextPlan());
    await steps.crashWhileSending(orderId, 60);
    await shop.cron('reconcile');
    await provisionOrder(shop.app.deps, orderId);
    expect(await steps.state(orderId)).toBe('paid/sending');
    expect(await attemptsOf(orderId)).toEqual(['sending']);
    await shop.query(`UPDATE provisioning_attempts SET sent_at = now() - interval '2 minutes' WHERE order_id = $1`, [
      orderId,
    ]);
    await shop.cron('reconcile');
    expect(await steps.state(orderId)).toBe('paid/unknown');
    await steps.proveAbsence(orderId);
    await steps.runUntil(orderId, 'paid/assigned');
  });

  it('leaves an order that is adopted if it was placed', async () => {
    const plan = nextPlan();
    const { orderId } = await steps.paidAndIdle(plan);
    await buyElsewhere(plan, '');
    await steps.crashWhileSending(orderId);
    await shop.cron('reconcile');
    expect(await steps.state(orderId)).toBe('paid/placed');
    await steps.runUntil(orderId, 'paid/assigned');
    expect(await steps.bought(plan.id)).toHaveLength(1);
  });

  it('leaves an order that is sent again if it was not placed', async () => {
    const plan = nextPlan();
    const { orderId } = await steps.paidAndIdle(plan);
    await steps.crashWhileSending(orderId);
    await shop.cron('reconcile');
    await steps.proveAbsence(orderId);
    await steps.runUntil(orderId, 'paid/assigned');
    expect(await attemptsOf(orderId)).toEqual(['absent', 'placed']);
  });
});

describe('equal orders whose answers were lost', () => {
  it('share what was placed: the oldest takes it, the other proves absent and is sent again', async () => {
    const plan = nextPlan();
    const [old, young] = [await steps.paidAndIdle(plan), await steps.paidAndIdle(plan)];
    await buyElsewhere(plan, '');
    await steps.crashWhileSending(old.orderId, 122);
    await steps.crashWhileSending(young.orderId, 120);
    await shop.cron('reconcile');
    expect(await steps.state(old.orderId)).toBe('paid/placed');
    expect(await steps.state(young.orderId)).toBe('paid/unknown');
    await steps.proveAbsence(young.orderId);
    await steps.runUntil(old.orderId, 'paid/assigned');
    await steps.runUntil(young.orderId, 'paid/assigned');
    expect(await attemptsOf(young.orderId)).toEqual(['absent', 'placed']);
    expect(await steps.bought(plan.id)).toHaveLength(2);
  });

  it('wait while one of them is still being sent', async () => {
    const plan = nextPlan();
    const [lost, sending] = [await steps.paidAndIdle(plan), await steps.paidAndIdle(plan)];
    await buyElsewhere(plan, '');
    await steps.crashWhileSending(lost.orderId);
    await steps.crashWhileSending(sending.orderId, 10);
    await shop.cron('reconcile');
    await steps.proveAbsence(lost.orderId);
    expect(await steps.state(lost.orderId)).toBe('paid/unknown');
    await outlive(sending);
    await shop.cron('reconcile');
    await steps.proveAbsence(sending.orderId);
    await steps.runUntil(lost.orderId, 'paid/assigned');
    await steps.runUntil(sending.orderId, 'paid/assigned');
    expect(await steps.bought(plan.id)).toHaveLength(2);
  });

  it('cost the supplier no look at an eSIM before the look decides anything', async () => {
    const plan = nextPlan();
    const [lost, sending] = [await steps.paidAndIdle(plan), await steps.paidAndIdle(plan)];
    const { iccid } = await buyElsewhere(plan, '');
    const looks = async (): Promise<number> =>
      (await steps.news()).filter(({ method, path }) => method === 'GET' && path.endsWith(`/esims/${iccid}`)).length;
    await steps.crashWhileSending(lost.orderId);
    await steps.crashWhileSending(sending.orderId, 10);
    await shop.cron('reconcile');
    await shop.cron('reconcile');
    expect(await looks()).toBe(0);
    await outlive(sending);
    await shop.cron('reconcile');
    expect(await looks()).toBe(1);
    expect(await steps.state(lost.orderId)).toBe('paid/placed');
    await steps.proveAbsence(sending.orderId);
    await steps.runUntil(lost.orderId, 'paid/assigned');
    await steps.runUntil(sending.orderId, 'paid/assigned');
  });
});

describe('an order of another system on the same account', () => {
  it('is never adopted: its eSIM is marked as somebody else’s', async () => {
    const plan = nextPlan();
    const { orderId } = await steps.paidAndIdle(plan);
    const foreign = await buyElsewhere(plan, 'another-system:1');
    foreignOrders.push(foreign.reference);
    await steps.crashWhileSending(orderId);
    await shop.cron('reconcile');
    await steps.proveAbsence(orderId);
    await steps.runUntil(orderId, 'paid/assigned');
    expect((await steps.row(orderId)).esimgo_order_id).not.toBe(foreign.reference);
  });

  it('is neither adopted nor taken for absence while its eSIM cannot be read, and holds up nobody else', async () => {
    const [plan, otherPlan] = [nextPlan(), nextPlan()];
    const { orderId } = await steps.paidAndIdle(plan);
    const other = await steps.paidAndIdle(otherPlan);
    const foreign = await buyElsewhere(plan, 'another-system:3');
    foreignOrders.push(foreign.reference);
    const { reference } = await buyElsewhere(otherPlan, '');
    await steps.crashWhileSending(orderId);
    await steps.crashWhileSending(other.orderId);
    for (const action of ['forbidden', 'not_found', 'error_500', 'garbage']) {
      await shop.faults('esimgo', [{ match: { method: 'GET', path: `/esims/${foreign.iccid}` }, action }]);
      expect((await shop.cron('reconcile')).status, action).toBe(200);
      await steps.proveAbsence(orderId);
      expect(await steps.state(orderId), action).toBe('paid/unknown');
    }
    expect((await steps.row(other.orderId)).esimgo_order_id).toBe(reference);
    await shop.faults('esimgo', []);
    await steps.proveAbsence(orderId);
    await steps.runUntil(orderId, 'paid/assigned');
    await steps.runUntil(other.orderId, 'paid/assigned');
    expect((await steps.row(orderId)).esimgo_order_id).not.toBe(foreign.reference);
    expect(await steps.bought(plan.id)).toHaveLength(2);
  });

  it('is never adopted: its eSIM was marked while an equal order of ours was being sent', async () => {
    const plan = nextPlan();
    const [lost, sending] = [await steps.paidAndIdle(plan), await steps.paidAndIdle(plan)];
    const foreign = await buyElsewhere(plan, '');
    foreignOrders.push(foreign.reference);
    await steps.crashWhileSending(lost.orderId);
    await steps.crashWhileSending(sending.orderId, 10);
    await shop.cron('reconcile');
    await markElsewhere(foreign.iccid, 'another-system:2');
    await outlive(sending);
    await shop.cron('reconcile');
    expect(await steps.state(lost.orderId)).toBe('paid/unknown');
    for (const { orderId } of [lost, sending]) {
      await steps.proveAbsence(orderId);
      await steps.runUntil(orderId, 'paid/assigned');
      expect((await steps.row(orderId)).esimgo_order_id).not.toBe(foreign.reference);
    }
  });

  it('is never adopted: its eSIM is in our hands already', async () => {
    const plan = nextPlan();
    const sold = await steps.paid(plan);
    await sold.buyer.waitFor(sold.orderId, 'ready');
    const [esim] = await shop.query<{ iccid: string }>(
      `SELECT iccid FROM esims JOIN orders ON orders.esim_id = esims.id WHERE orders.id = $1`,
      [sold.orderId],
    );
    const headers = { 'x-api-key': shop.env['ESIMGO_API_KEY'] ?? '' };
    const order = [{ type: 'bundle', item: plan.id, quantity: 1, allowReassign: false, iccids: [esim?.iccid] }];
    const foreign = await shop.call<{ orderReference: string }>('/sandbox/esimgo/v2.5/orders', {
      headers,
      json: { type: 'transaction', assign: true, order },
    });
    foreignOrders.push(foreign.body.orderReference);
    const lost = await steps.paidAndIdle(plan);
    await steps.crashWhileSending(lost.orderId);
    await shop.cron('reconcile');
    await steps.proveAbsence(lost.orderId);
    await steps.runUntil(lost.orderId, 'paid/assigned');
    expect((await steps.row(lost.orderId)).esimgo_order_id).not.toBe(foreign.body.orderReference);
  });
});

describe('an answer that comes after its absence was proven', () => {
  it('is stored as an orphan, with an alert, once a later attempt has bought', async () => {
    const plan = nextPlan();
    const { buyer, orderId } = await steps.paidAndIdle(plan);
    // The supplier holds the request back for an hour, and its worker waits.
    await onPurchase(plan, 'delay', { delay_ms: 3_600_000, times: 1 });
    const slow = provisionOrder(shop.app.deps, orderId);
    await until(
      () => attemptsOf(orderId),
      (states) => states.includes('sending'),
    );
    await shop.query(`UPDATE provisioning_attempts SET sent_at = now() - interval '2 minutes' WHERE order_id = $1`, [
      orderId,
    ]);
    await shop.cron('reconcile');
    await steps.proveAbsence(orderId);
    await steps.runUntil(orderId, 'paid/assigned');
    const delivered = await steps.row(orderId);

    await shop.set({ clock: { advance_s: 3_600 } });
    await slow;
    expect(await attemptsOf(orderId)).toEqual(['placed', 'placed']);
    expect(await steps.row(orderId)).toMatchObject({ esimgo_order_id: delivered.esimgo_order_id, status: 'ready' });
    expect(await steps.alertsOf(orderId)).toEqual(['orphan']);
    const [late] = await shop.query<{ esimgo_order_id: string }>(
      `SELECT esimgo_order_id FROM provisioning_attempts WHERE order_id = $1 AND number = 1`,
      [orderId],
    );
    orphans.push(late?.esimgo_order_id ?? '');
    expect(await steps.bought(plan.id)).toHaveLength(2);
    expect(await steps.refundsOf(buyer.id)).toEqual([]);
  });

  it('delivers the order if nothing newer was sent', async () => {
    const plan = nextPlan();
    const { orderId } = await steps.paidAndIdle(plan);
    const { reference } = await buyElsewhere(plan, '');
    await steps.crashWhileSending(orderId);
    await shop.query(`UPDATE provisioning_attempts SET state = 'absent', ended_at = now() WHERE order_id = $1`, [
      orderId,
    ]);
    await shop.query(`UPDATE orders SET provisioning = 'absent' WHERE id = $1`, [orderId]);
    const placed = await shop.app.deps.supplier.getOrder(reference);
    await recordPlacement(shop.app.deps, { orderId, number: 1 }, placed);
    await steps.runUntil(orderId, 'paid/assigned');
    expect(await steps.row(orderId)).toMatchObject({ esimgo_order_id: reference });
  });

  it('changes nothing when the reconciler has found that order already', async () => {
    const plan = nextPlan();
    const { orderId } = await steps.paidAndIdle(plan);
    const { reference } = await buyElsewhere(plan, '');
    await steps.crashWhileSending(orderId);
    await shop.cron('reconcile');
    expect(await steps.state(orderId)).toBe('paid/placed');
    const placed = await shop.app.deps.supplier.getOrder(reference);
    await recordPlacement(shop.app.deps, { orderId, number: 1 }, placed);
    await steps.runUntil(orderId, 'paid/assigned');
    expect(await steps.alertsOf(orderId)).toEqual([]);
    expect(await steps.row(orderId)).toMatchObject({ esimgo_order_id: reference, needs_human: null });
  });
});

describe('an order whose answer was lost to a process with a wrong clock', () => {
  /** As after a start. */
  function startedWith(clockOffsetMs: number) {
    const now = (): number => Date.now() + clockOffsetMs;
    return { ...shop.app.deps, supplier: newClient({ now }), now: () => new Date(now()) };
  }

  it.each([10, -10])('is found by another such process, however often it is restarted: %i minutes', async (minutes) => {
    const plan = nextPlan();
    const { orderId } = await steps.paidAndIdle(plan);
    await onPurchase(plan, 'drop_after', { times: 1 });
    const sender = startedWith(minutes * 60_000);
    await provisionOrder(sender, orderId);
    await sender.supplier.close();
    expect(await steps.state(orderId)).toBe('paid/unknown');
    // Long enough for absence, if the listings said so.
    await shop.query(
      `UPDATE provisioning_attempts SET sent_at = sent_at - interval '6 seconds', cut_at = cut_at - interval '6 seconds'
       WHERE order_id = $1`,
      [orderId],
    );
    for (let starts = 1; starts <= 2; starts += 1) {
      const started = startedWith(minutes * 60_000);
      await reconcileOrders(started);
      await started.supplier.close();
    }
    await steps.runUntil(orderId, 'paid/assigned');
    expect(await steps.bought(plan.id)).toHaveLength(1);
  });
});
