import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Plan } from '../../lib/contract/catalogue.ts';
import { enqueue } from '../../lib/orders/outbox.ts';
import { moneySteps, type Buyer } from '../support/money.ts';
import { startShop, until, type ShopUnderTest } from '../support/shop.ts';

const TURNS = ['kick:drain', 'kick:sweep', 'kick:watch', 'kick:stars'];

let shop: ShopUnderTest;
let steps: ReturnType<typeof moneySteps>;
let nextPlan: () => Plan;
let passer: Buyer;
beforeAll(async () => {
  shop = await startShop();
  steps = moneySteps(shop);
  nextPlan = await steps.plansOf('TH', 'US');
  passer = await steps.newUser();
});
// An instance asks the store for a turn once in a while, by its own clock.
const { now } = performance;
let aheadMs = 0;
beforeEach(() => {
  vi.spyOn(performance, 'now').mockImplementation(() => now.call(performance) + aheadMs);
});
afterEach(async () => {
  await shop.faults('esimgo', []);
  await shop.faults('telegram', []);
  await shop.settled();
  for (const turn of TURNS) await shop.app.deps.kv.set(turn, 'held by the test');
  vi.restoreAllMocks();
});
afterAll(() => shop?.close());

/** When nobody has been here for an hour. */
async function anHourLater(): Promise<void> {
  aheadMs += 3_600_000;
  for (const turn of TURNS) await shop.app.deps.kv.delete(turn);
}

/** Somebody who has nothing to do with any of the orders opens the shop. */
async function passBy(): Promise<void> {
  await anHourLater();
  expect((await passer.get('/api/session')).status).toBe(200);
  await shop.settled();
}

const paymentsOf = (orderId: string) => shop.query(`SELECT state FROM payments WHERE order_id = $1`, [orderId]);

describe('a shop whose cron never runs', () => {
  it('finds a lost payment as soon as somebody comes, and delivers it with the next', async () => {
    const lost = await steps.paidUnheard(nextPlan());
    await passBy();
    expect(await paymentsOf(lost.orderId)).toHaveLength(1);
    await passBy();
    expect(await steps.state(lost.orderId)).toBe('paid/assigned');
  });

  it('closes orders whose time is over', async () => {
    const { orderId } = await steps.ordered(nextPlan());
    await shop.query(`UPDATE orders SET expires_at = now() - interval '1 second' WHERE id = $1`, [orderId]);
    await passBy();
    expect(await steps.row(orderId)).toMatchObject({ status: 'expired' });
  });

  it('returns the Stars of what was not delivered in time', async () => {
    const { orderId } = await steps.paidAndIdle(nextPlan());
    await shop.query(`UPDATE orders SET deliver_by = now() - interval '1 second' WHERE id = $1`, [orderId]);
    await passBy();
    expect(['refund_due/cancelled', 'refunded/cancelled']).toContain(await steps.state(orderId));
    await passBy();
    expect(await steps.state(orderId)).toBe('refunded/cancelled');
  });

  it('looks up at the supplier what a worker died over', async () => {
    const { orderId } = await steps.paidAndIdle(nextPlan());
    await steps.crashWhileSending(orderId);
    await passBy();
    expect(await steps.state(orderId)).toBe('paid/unknown');
    await shop.query(`UPDATE provisioning_attempts SET cut_at = now() - interval '1 hour' WHERE order_id = $1`, [
      orderId,
    ]);
    await steps.proveAbsence(orderId);
    await steps.runUntil(orderId, 'paid/assigned');
  });

  it('does the rest when one part fails', async () => {
    const unknown = await steps.paidAndIdle(nextPlan());
    await steps.crashWhileSending(unknown.orderId);
    const lost = await steps.paidUnheard(nextPlan());
    await shop.query(`UPDATE catalogue_syncs SET finished_at = finished_at - interval '25 hours'`);
    await shop.faults('esimgo', [{ match: { method: 'GET', path: '/v2.5/orders' }, action: 'error_500' }]);
    await passBy();
    await shop.query(`UPDATE catalogue_syncs SET finished_at = finished_at + interval '25 hours'`);
    expect(await steps.alertsOf('shop')).toContain('catalogue_stale');
    expect(await paymentsOf(lost.orderId)).toHaveLength(1);
    await shop.faults('esimgo', []);
    await shop.query(`UPDATE provisioning_attempts SET cut_at = now() - interval '1 hour' WHERE order_id = $1`, [
      unknown.orderId,
    ]);
    await steps.proveAbsence(unknown.orderId);
    await steps.runUntil(unknown.orderId, 'paid/assigned');
  });

  it('delivers an order that the supplier put off when anybody else comes', async () => {
    const plan = nextPlan();
    await shop.faults('esimgo', [
      { match: { method: 'POST', path: '/orders', body: plan.id }, action: 'rate_limit', times: 1 },
    ]);
    const { orderId } = await steps.paid(plan);
    await steps.comesTo(orderId, 'paid/claimed');
    await shop.settled();
    await shop.query(`UPDATE outbox SET run_at = now() WHERE subject_id = $1 AND done_at IS NULL`, [orderId]);
    await passBy();
    expect(await steps.state(orderId)).toBe('paid/assigned');
  });
});

describe('what is due', () => {
  let last = 0;

  async function dueJob(): Promise<() => Promise<boolean>> {
    const subjectId = `ord_due_${(last += 1)}`;
    await enqueue(shop.app.deps.db, { kind: 'refresh_order', subjectId });
    return async () => {
      const [job] = await shop.query<{ is_done: boolean }>(
        `SELECT done_at IS NOT NULL AS is_done FROM outbox WHERE subject_id = $1`,
        [subjectId],
      );
      return job?.is_done ?? false;
    };
  }

  it.each<[string, (who: Buyer) => Promise<{ status: number }>]>([
    ['opens the shop', (who) => who.get('/api/session')],
    ['chooses a language', (who) => who.post('/api/session', { action: 'choose_language', language: 'en' })],
    ['reads the catalogue past every cache', () => shop.call('/api/esimgo/catalogue')],
    ['looks at their orders', (who) => who.get('/api/esimgo/order')],
    ['looks at their eSIMs', (who) => who.get('/api/esimgo/esim')],
    ['orders', (who) => who.order(nextPlan())],
  ])('is done when anybody %s', async (_what, visit) => {
    const isDone = await dueJob();
    await anHourLater();
    expect((await visit(passer)).status).toBeLessThan(300);
    await until(isDone, (done) => done);
  });

  it('is done when anybody waits for a payment of their own', async () => {
    const { buyer, orderId } = await steps.ordered(nextPlan());
    const isDone = await dueJob();
    await anHourLater();
    await buyer.status(orderId);
    await until(isDone, (done) => done);
  });

  it('is left to whoever has the turn, in this instance and in another', async () => {
    await passBy();
    const isDone = await dueJob();
    // This instance looked a moment ago.
    for (const turn of TURNS) await shop.app.deps.kv.delete(turn);
    await passer.get('/api/session');
    await shop.settled();
    expect(await isDone()).toBe(false);
    // Another one has just looked.
    await anHourLater();
    await shop.app.deps.kv.set('kick:drain', '1');
    await passer.get('/api/session');
    await shop.settled();
    expect(await isDone()).toBe(false);
    await passBy();
    expect(await isDone()).toBe(true);
  });
});
