import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Plan } from '../../lib/contract/catalogue.ts';
import { sweepStars } from '../../lib/orders/sweep-stars.ts';
import { connectPg } from '../../lib/db/pg.ts';
import { takeBackup } from '../support/backup.ts';
import { createTestDatabase } from '../support/database.ts';
import { expectBooksToBalance } from '../support/invariants.ts';
import { moneySteps, type Buyer } from '../support/money.ts';
import { startShop, until, type ShopUnderTest } from '../support/shop.ts';

let shop: ShopUnderTest;
let steps: ReturnType<typeof moneySteps>;
let nextPlan: () => Plan;
/** Sold by the shop whose database is gone, of orders that the backup does not know. */
const unknownHere = { charges: [] as string[], orders: [] as string[] };
beforeAll(async () => {
  shop = await startShop({ RECONCILE_WINDOW_S: '4' });
  steps = moneySteps(shop);
  nextPlan = await steps.plansOf('TH', 'US', 'TR');
});
afterEach(async () => {
  await shop.faults('esimgo', []);
  await shop.faults('telegram', []);
});
afterAll(async () => {
  try {
    await shop.settled();
    await expectBooksToBalance(shop, { foreignCharges: unknownHere.charges, foreignOrders: unknownHere.orders });
  } finally {
    await shop?.close();
  }
});

/** As if the backup was made an hour ago, and everything since happened right after it. */
async function letAnHourPass(): Promise<void> {
  for (const [table, columns] of [
    ['orders', ['created_at', 'expires_at', 'paid_at', 'deliver_by']],
    ['payments', ['charged_at', 'recorded_at']],
    ['outbox', ['run_at']],
    ['sandbox.tg_transactions', ['at']],
  ] as const) {
    const set = columns.map((column) => `${column} = ${column} - interval '1 hour'`).join(', ');
    await shop.query(`UPDATE ${table} SET ${set}`);
  }
  await shop.query(
    `UPDATE provisioning_attempts SET sent_at = sent_at - interval '1 hour', cut_at = cut_at - interval '1 hour'`,
  );
}

/** Paid, while the supplier puts every order off: `paid/claimed`, and due again in a while. */
async function paidAndPutOff(plan: Plan, more: object = {}, who?: Buyer) {
  await shop.faults('esimgo', [{ match: { method: 'POST', path: '/orders', body: plan.id }, action: 'forbidden' }]);
  const order = await steps.paid(plan, more, who);
  await until(
    () =>
      shop.query(`SELECT number FROM provisioning_attempts WHERE order_id = $1 AND state = 'deferred'`, [
        order.orderId,
      ]),
    (rows) => rows.length > 0,
  );
  await steps.comesTo(order.orderId, 'paid/claimed');
  await shop.settled();
  // Not tried again before the test has come to where it matters, however slow the machine is.
  await shop.query(`UPDATE outbox SET run_at = now() + interval '10 minutes' WHERE job_key = 'provision:' || $1`, [
    order.orderId,
  ]);
  expect(await steps.state(order.orderId)).toBe('paid/claimed');
  await shop.faults('esimgo', []);
  return { ...order, plan };
}

/** Everything that runs by itself, until the orders are in one of the states. */
async function runEverything(orderId: string, ...states: string[]): Promise<string> {
  return until(
    async () => {
      await shop.cron('tick');
      await shop.cron('reconcile');
      await shop.settled();
      return steps.state(orderId);
    },
    (state) => states.includes(state),
    300,
  );
}

const isTagged = (orderId: string) =>
  until(
    async () => {
      await shop.cron('drain');
      return (await shop.ledger()).esimgo.esims.some(({ customer_ref: tag }) => tag.endsWith(orderId));
    },
    (tagged) => tagged,
  );

describe('a database restored from a backup', () => {
  it('refunds nothing that was delivered, buys nothing again, and says that it is old', async () => {
    // What the backup knows of each purchase.
    const delivered = await steps.paid(nextPlan());
    await delivered.buyer.waitFor(delivered.orderId, 'ready');
    const { esim_id: esimId } = await steps.row(delivered.orderId);
    const unpaidPlan = nextPlan();
    const unpaid = await steps.ordered(unpaidPlan);
    const expiredPlan = nextPlan();
    const expired = await steps.ordered(expiredPlan);
    const putOff = await paidAndPutOff(nextPlan());
    const topUpPlan =
      (await shop.plans('TH')).find(({ id }) => id !== putOff.plan.id && id !== unpaidPlan.id) ?? nextPlan();
    const topUp = await paidAndPutOff(topUpPlan, { iccid: esimId }, delivered.buyer);
    const unheardPlan = nextPlan();
    const unheard = { ...(await steps.paidUnheard(unheardPlan)), plan: unheardPlan };
    const lostPlan = nextPlan();
    await shop.faults('esimgo', [
      { match: { method: 'POST', path: '/orders', body: lostPlan.id }, action: 'drop_after', times: 1 },
    ]);
    const lost = await steps.paid(lostPlan);
    await steps.comesTo(lost.orderId, 'paid/unknown');
    await shop.settled();
    const restore = await takeBackup(shop);

    // What happened after it.
    await unpaid.buyer.pay(unpaid.invoiceUrl);
    await expired.buyer.pay(expired.invoiceUrl);
    for (const { orderId } of [unpaid, expired]) await steps.runUntil(orderId, 'paid/assigned');
    for (const { orderId } of [putOff, topUp, lost]) {
      await shop.cron('reconcile');
      await steps.runUntil(orderId, 'paid/assigned');
    }
    const created = await steps.paid(nextPlan());
    await created.buyer.waitFor(created.orderId, 'ready');
    for (const { orderId } of [unpaid, expired, putOff, lost, created]) await isTagged(orderId);
    const [charge] = await steps.chargesOf(created.buyer.id);
    unknownHere.charges.push(charge?.charge_id ?? '');
    const [{ reference } = { reference: '' }] = await shop.query<{ reference: string }>(
      `SELECT esimgo_order_id AS reference FROM orders WHERE id = $1`,
      [created.orderId],
    );
    unknownHere.orders.push(reference);
    const before = await shop.ledger();

    await restore();
    await shop.query(`UPDATE orders SET provisioning = 'cancelled', failure_code = 'expired' WHERE id = $1`, [
      expired.orderId,
    ]);
    await letAnHourPass();
    expect(await steps.state(unpaid.orderId)).toBe('unpaid/none');
    expect(await steps.state(expired.orderId)).toBe('unpaid/cancelled');
    expect(await steps.state(putOff.orderId)).toBe('paid/claimed');
    expect(await steps.state(topUp.orderId)).toBe('paid/claimed');
    expect(await steps.state(lost.orderId)).toBe('paid/unknown');

    for (const { orderId } of [unpaid, expired, putOff, topUp, lost]) await runEverything(orderId, 'paid/assigned');
    const after = await shop.ledger();
    const boughtFor = (plan: Pick<Plan, 'id'>) => after.esimgo.orders.filter(({ item }) => item === plan.id).length;
    for (const plan of [unpaidPlan, expiredPlan, putOff.plan, lostPlan]) expect(boughtFor(plan)).toBe(1);
    expect(boughtFor(topUpPlan)).toBe(before.esimgo.orders.filter(({ item }) => item === topUpPlan.id).length);
    const refunded = new Set(after.stars.refunds.map(({ charge_id: id }) => id));
    const refundedBuyers = after.stars.charges
      .filter(({ charge_id: id }) => refunded.has(id))
      .map((each) => each.user_id);
    for (const { buyer } of [delivered, unpaid, expired, putOff, lost, created]) {
      expect(refundedBuyers).not.toContain(buyer.id);
    }
    // The eSIM that was sold for it, not another one.
    const owned = await shop.query<{ iccid: string }>(`SELECT iccid FROM esims WHERE telegram_user_id = $1`, [
      putOff.buyer.id,
    ]);
    const [sold] = before.esimgo.orders.filter(({ item }) => item === putOff.plan.id);
    expect(owned).toEqual([{ iccid: sold?.iccid }]);
    expect(await steps.alertsOf('shop')).toContain('database_restored');
    expect(await shop.query(`SELECT state FROM payments WHERE telegram_user_id = $1`, [created.buyer.id])).toEqual([
      { state: 'needs_human' },
    ]);

    // What nobody had heard of in time, and nothing was bought for, goes back.
    await runEverything(unheard.orderId, 'refunded/cancelled');
    expect(await steps.bought(unheard.plan.id)).toEqual([]);
    expect(await steps.refundsOf(unheard.buyer.id)).toHaveLength(1);
  });

  it('sends nothing for Stars that went back after the backup', async () => {
    const putOff = await paidAndPutOff(nextPlan());
    const restore = await takeBackup(shop);
    await shop.query(`UPDATE orders SET deliver_by = now() - interval '1 second' WHERE id = $1`, [putOff.orderId]);
    await shop.cron('expire');
    await steps.runUntil(putOff.orderId, 'refunded/cancelled');
    const sent = await steps.purchasesSent(putOff.plan.id);
    await restore();
    await letAnHourPass();
    await shop.query(`UPDATE orders SET deliver_by = now() + interval '10 minutes' WHERE id = $1`, [putOff.orderId]);
    expect(await steps.state(putOff.orderId)).toBe('paid/claimed');
    await runEverything(putOff.orderId, 'refunded/cancelled');
    expect(await steps.purchasesSent(putOff.plan.id)).toBe(sent);
    expect(await steps.refundsOf(putOff.buyer.id)).toHaveLength(1);
  });

  it.each(['its turn was taken just before', 'the ledger cannot be read'])(
    'sends nothing for Stars that went back, also when the backup was made while it was being sent and %s',
    async (why) => {
      const plan = nextPlan();
      const { orderId, buyer } = await steps.paidAndIdle(plan);
      await steps.crashWhileSending(orderId, 10);
      const restore = await takeBackup(shop);
      await shop.query(
        `UPDATE provisioning_attempts SET sent_at = now() - interval '100 seconds' WHERE order_id = $1`,
        [orderId],
      );
      await shop.faults('esimgo', [{ match: { method: 'POST', path: '/orders', body: plan.id }, action: 'not_found' }]);
      await shop.cron('reconcile');
      await steps.proveAbsence(orderId);
      await steps.runUntil(orderId, 'refunded/cancelled');
      await shop.faults('esimgo', []);
      const sent = await steps.purchasesSent(plan.id);
      await restore();
      await letAnHourPass();
      await shop.app.deps.kv.set('tick:stars', '1', { ttlS: 600 });
      if (why === 'the ledger cannot be read') {
        await shop.faults('telegram', [{ match: { path: '/getStarTransactions' }, action: 'error_500' }]);
      }
      for (let round = 1; round <= 8; round += 1) {
        await steps.proveAbsence(orderId);
        await steps.runJobs();
      }
      expect(await steps.purchasesSent(plan.id)).toBe(sent);
      await shop.faults('telegram', []);
      await steps.runUntil(orderId, 'refunded/cancelled');
      expect(await steps.purchasesSent(plan.id)).toBe(sent);
      expect(await steps.refundsOf(buyer.id)).toHaveLength(1);
    },
  );

  it('delivers once what was left lying and that nobody bought', async () => {
    const putOff = await paidAndPutOff(nextPlan());
    await letAnHourPass();
    await shop.query(`UPDATE orders SET deliver_by = now() + interval '10 minutes' WHERE id = $1`, [putOff.orderId]);
    await runEverything(putOff.orderId, 'paid/assigned');
    expect(await steps.bought(putOff.plan.id)).toHaveLength(1);
    expect(await steps.refundsOf(putOff.buyer.id)).toEqual([]);
  });
});

describe('a second database on the same bot', () => {
  it('leaves the charges of the first to a human, stops at more than three, and refunds none', async () => {
    const { database, db, deps } = await openSecondShop();
    try {
      // Both have been there all the while; what is older than a shop is never taken for its own.
      await db.query(`UPDATE shop SET created_at = now() - interval '1 day'`);
      const { buyer, orderId } = await steps.paid(nextPlan());
      await buyer.waitFor(orderId, 'ready');
      const { length: refunds } = (await shop.ledger()).stars.refunds;
      const { length: charges } = (await shop.ledger()).stars.charges;
      expect(charges).toBeGreaterThan(3);
      expect(await sweepStars(deps)).toMatchObject({ found: 0 });
      expect(await db.query(`SELECT id FROM payments`)).toEqual([]);
      expect(await db.query(`SELECT job_key FROM outbox`)).toEqual([
        { job_key: expect.stringContaining('foreign_charges_stopped_sweep') },
      ]);

      // All but the last two are known to it, as they would be one by one.
      const ledger = (await shop.ledger()).stars.charges;
      for (const charge of ledger.slice(0, -2)) {
        await db.query(
          `INSERT INTO payments (id, telegram_payment_charge_id, telegram_user_id, amount_stars, charged_at, pays_for_order, state)
           VALUES ('pay_' || substr(md5($1), 1, 20), $1, $2, $3, now(), false, 'needs_human')`,
          [charge.charge_id, charge.user_id, charge.amount],
        );
      }
      expect(await sweepStars(deps)).toMatchObject({ found: 2 });
      const states = await db.query<{ state: string }>(`SELECT DISTINCT state FROM payments WHERE order_id IS NULL`);
      expect(states.map(({ state }) => state)).toContain('needs_human');
      expect(states.map(({ state }) => state)).not.toContain('refund_due');
      expect(await db.query(`SELECT id FROM outbox WHERE kind <> 'alert'`)).toEqual([]);
      expect((await shop.ledger()).stars.refunds).toHaveLength(refunds);
    } finally {
      await db.close();
      await database.drop();
    }
  });

  async function openSecondShop() {
    const database = await createTestDatabase();
    const db = connectPg({ url: database.url, max: 2 });
    await db.query(`UPDATE shop SET id = 'shop_zzzzzzzzzzzz'`);
    const deps = { ...shop.app.deps, db, shopId: () => Promise.resolve('shop_zzzzzzzzzzzz') };
    return { database, db, deps };
  }
});
