import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Plan } from '../../../lib/contract/catalogue.ts';
import { watchRefunds } from '../../../lib/jobs/watch-refunds.ts';
import { refundPayment } from '../../../lib/orders/refund-payment.ts';
import { expectBooksToBalance } from '../../support/invariants.ts';
import { moneySteps } from '../../support/money.ts';
import { startShop, until, type ShopUnderTest } from '../../support/shop.ts';

let shop: ShopUnderTest;
let steps: ReturnType<typeof moneySteps>;
let nextPlan: () => Plan;
const takenBack: string[] = [];
beforeAll(async () => {
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
    await expectBooksToBalance(shop, { takenBack });
  } finally {
    await shop?.close();
  }
});

interface PaymentState {
  id: string;
  state: string;
  refunded_by: string | null;
  telegram_payment_charge_id: string;
}

async function paymentOf(orderId: string): Promise<PaymentState> {
  const [payment] = await shop.query<PaymentState>(`SELECT * FROM payments WHERE order_id = $1 AND pays_for_order`, [
    orderId,
  ]);
  if (payment === undefined) throw new Error(`nothing was paid for ${orderId}`);
  return payment;
}

async function takeBack(orderId: string): Promise<void> {
  const { telegram_payment_charge_id: chargeId } = await paymentOf(orderId);
  await shop.set({ telegram: { refund: { charge_id: chargeId } } });
  await until(
    () => paymentOf(orderId),
    ({ state }) => state === 'refunded',
  );
}

async function eventsOf(orderId: string, type: string): Promise<number> {
  return (await shop.query(`SELECT id FROM order_events WHERE order_id = $1 AND type = $2`, [orderId, type])).length;
}

/** Refused by the supplier, while Telegram answers refunds as said. */
async function refundWith(action: string, times: number) {
  const plan = nextPlan();
  await shop.faults('esimgo', [{ match: { method: 'POST', path: '/orders', body: plan.id }, action: 'not_found' }]);
  await shop.faults('telegram', [{ match: { path: 'refundStarPayment' }, action, times }]);
  const order = await steps.paid(plan);
  await steps.comesTo(order.orderId, 'refund_due/cancelled', 'refunded/cancelled');
  return order;
}

describe('a refund', () => {
  it.each([
    ['was not heard', 'error_500'],
    ['was cut off', 'drop_before'],
    ['was limited', 'rate_limit'],
  ])('whose call %s is tried again and happens once', async (_what, action) => {
    const { buyer, orderId } = await refundWith(action, 2);
    await steps.runUntil(orderId, 'refunded/cancelled');
    expect(await steps.refundsOf(buyer.id)).toHaveLength(1);
    expect(await paymentOf(orderId)).toMatchObject({ state: 'refunded', refunded_by: 'shop' });
    await steps.isTold(buyer.id, /returned/);
  });

  it.each(['drop_after', 'garbage'])(
    'that happened although its answer was lost (%s) is not done twice',
    async (action) => {
      const { buyer, orderId } = await refundWith(action, 1);
      await steps.runUntil(orderId, 'refunded/cancelled');
      const { id } = await paymentOf(orderId);
      expect(await steps.refundsOf(buyer.id)).toHaveLength(1);
      expect(await refundPayment(shop.app.deps, id)).toEqual({ kind: 'done' });
      expect(await paymentOf(orderId)).toMatchObject({ refunded_by: 'shop' });
      expect(await eventsOf(orderId, 'order.refunded')).toBe(1);
    },
  );

  it('that Telegram refuses is tried again, and a human hears of it at once', async () => {
    const { buyer, orderId } = await refundWith('forbidden', 1);
    const { id } = await paymentOf(orderId);
    await until(
      () => steps.alertsOf(id),
      (alerts) => alerts.includes('refund_failed'),
    );
    await steps.runUntil(orderId, 'refunded/cancelled');
    expect(await steps.refundsOf(buyer.id)).toHaveLength(1);
  });

  it('that Telegram had done already counts as done', async () => {
    // Telegram's own news of it is lost, so that the answer to the repeated call must say it.
    const plan = nextPlan();
    await shop.faults('esimgo', [{ match: { method: 'POST', path: '/orders', body: plan.id }, action: 'not_found' }]);
    await shop.faults('telegram', [
      { match: { path: 'webhook', body: 'refunded_payment' }, action: 'lose' },
      { match: { path: 'refundStarPayment' }, action: 'drop_after', times: 1 },
    ]);
    const { buyer, orderId } = await steps.paid(plan);
    await until(
      () => steps.refundsOf(buyer.id),
      (all) => all.length === 1,
    );
    expect(await steps.state(orderId)).toBe('refund_due/cancelled');
    await steps.runUntil(orderId, 'refunded/cancelled');
    expect(await steps.refundsOf(buyer.id)).toHaveLength(1);
  });

  it('of our own is booked and told once, though Telegram reports it too', async () => {
    const { buyer, orderId } = await refundWith('delay', 1);
    await steps.runUntil(orderId, 'refunded/cancelled');
    await steps.runJobs();
    expect(await eventsOf(orderId, 'order.refunded')).toBe(1);
    expect(await paymentOf(orderId)).toMatchObject({ refunded_by: 'shop' });
    const told = (await steps.texts(buyer.id)).filter((text) => /operator could not issue/.test(text));
    expect(told).toHaveLength(1);
  });

  it('asked for by ten workers at once happens once', async () => {
    const { buyer, orderId } = await refundWith('error_500', 1);
    const { id } = await paymentOf(orderId);
    await Promise.allSettled(Array.from({ length: 10 }, () => refundPayment(shop.app.deps, id)));
    await steps.runUntil(orderId, 'refunded/cancelled');
    expect(await steps.refundsOf(buyer.id)).toHaveLength(1);
    expect(await eventsOf(orderId, 'order.refunded')).toBe(1);
  });

  it('to somebody who blocked the bot happens all the same', async () => {
    const plan = nextPlan();
    const { buyer, orderId, charge } = await steps.paidUnheard(plan);
    await shop.set({ telegram: { user: { id: buyer.id, blocked: true } } });
    await shop.faults('esimgo', [{ match: { method: 'POST', path: '/orders', body: plan.id }, action: 'not_found' }]);
    await steps.postUpdate(steps.paymentUpdate(charge));
    await steps.comesTo(orderId, 'refunded/cancelled');
    await steps.runJobs();
    expect(await shop.query(`SELECT id FROM outbox WHERE dead_at IS NOT NULL`)).toEqual([]);
    expect(await steps.refundsOf(buyer.id)).toHaveLength(1);
  });
});

describe('the watch over refunds', () => {
  const moveDue = (paymentId: string, hours: number) =>
    shop.query(
      `UPDATE outbox SET created_at = created_at - $2::integer * interval '1 hour' WHERE job_key = 'refund:' || $1`,
      [paymentId, hours],
    );

  it('tells of one that has not succeeded for an hour, whatever Telegram answers, and again each day', async () => {
    const { buyer, orderId } = await refundWith('error_500', 1_000);
    await shop.settled();
    const { id } = await paymentOf(orderId);
    expect(await watchRefunds(shop.app.deps)).toBe(0);
    await moveDue(id, 1);
    expect(await watchRefunds(shop.app.deps)).toBe(1);
    expect(await watchRefunds(shop.app.deps)).toBe(0);
    expect(await steps.alertsOf(id)).toEqual(['refund_failed']);
    await moveDue(id, 24);
    expect(await watchRefunds(shop.app.deps)).toBe(1);
    await moveDue(id, 23);
    expect(await watchRefunds(shop.app.deps)).toBe(0);
    expect(await steps.alertsOf(id)).toEqual(['refund_failed', 'refund_failed']);
    await shop.faults('telegram', []);
    await steps.runUntil(orderId, 'refunded/cancelled');
    expect(await steps.refundsOf(buyer.id)).toHaveLength(1);
  });

  it('is part of the tick', async () => {
    const { orderId } = await refundWith('error_500', 1_000);
    await shop.settled();
    const { id } = await paymentOf(orderId);
    await moveDue(id, 1);
    await shop.app.deps.kv.delete('tick:watch');
    expect(await shop.cron('tick')).toMatchObject({ body: { refunds: 1 } });
    await shop.faults('telegram', []);
    await steps.runUntil(orderId, 'refunded/cancelled');
  });

  it('compares what is booked as returned with Telegram’s ledger, where that was read', async () => {
    const { orderId } = await refundWith('error_500', 1);
    await steps.runUntil(orderId, 'refunded/cancelled');
    const { id, telegram_payment_charge_id: chargeId } = await paymentOf(orderId);
    const bookedBefore = (minutes: number) =>
      shop.query(`UPDATE payments SET refunded_at = now() - $2::integer * interval '1 minute' WHERE id = $1`, [
        id,
        minutes,
      ]);
    const rename = (from: string, to: string) =>
      shop.query(`UPDATE sandbox.tg_transactions SET charge_id = $2 WHERE charge_id = $1 AND kind = 'refund'`, [
        from,
        to,
      ]);
    const fill = async (entries: number) => {
      await shop.query(
        `INSERT INTO sandbox.tg_transactions (kind, charge_id, user_id, amount, payload, at)
         SELECT 'charge', 'filler-' || number, 1, 1, 'tip', now() FROM generate_series(1, $1::integer) AS number`,
        [entries],
      );
      await shop.query(`UPDATE shop SET stars_offset = (SELECT count(*) FROM sandbox.tg_transactions)`);
    };
    const empty = () => shop.query(`DELETE FROM sandbox.tg_transactions WHERE starts_with(charge_id, 'filler-')`);
    try {
      await bookedBefore(61);
      await fill(150);
      expect(await watchRefunds(shop.app.deps)).toBe(0);
      await empty();
      // Telegram returned nothing, whatever it answered.
      await rename(chargeId, 'hidden');
      await fill(2_100);
      expect(await watchRefunds(shop.app.deps)).toBe(0);
      await empty();
      await fill(150);
      await bookedBefore(59);
      expect(await watchRefunds(shop.app.deps)).toBe(0);
      await bookedBefore(61);
      expect(await watchRefunds(shop.app.deps)).toBe(1);
      expect(await watchRefunds(shop.app.deps)).toBe(0);
      expect(await steps.alertsOf(id)).toEqual(['refund_not_in_ledger']);
    } finally {
      await empty();
      await rename('hidden', chargeId);
      await shop.query(`UPDATE shop SET stars_offset = 0`);
    }
  });
});

describe('Stars that Telegram takes back', () => {
  it('after the delivery end the order as refunded, with an alert', async () => {
    const { buyer, orderId } = await steps.paid(nextPlan());
    await buyer.waitFor(orderId, 'ready');
    await takeBack(orderId);
    takenBack.push((await paymentOf(orderId)).telegram_payment_charge_id);
    expect(await steps.state(orderId)).toBe('refunded/assigned');
    expect(await paymentOf(orderId)).toMatchObject({ refunded_by: 'telegram' });
    expect(await steps.alertsOf(orderId)).toContain('charged_back_after_delivery');
    expect((await buyer.status(orderId)).activation_code).toBeNull();
  });

  it('before anything was sent end the order, and nothing is bought', async () => {
    const plan = nextPlan();
    const { orderId } = await steps.paidAndIdle(plan);
    await takeBack(orderId);
    expect(await steps.state(orderId)).toBe('refunded/cancelled');
    await shop.query(`INSERT INTO outbox (job_key, kind, subject_id) VALUES ('provision:' || $1, 'provision', $1)`, [
      orderId,
    ]);
    await steps.runJobs();
    expect(await steps.purchasesSent(plan.id)).toBe(0);
  });

  it('while the order is with the supplier are settled when it is delivered', async () => {
    const plan = nextPlan();
    await shop.faults('esimgo', [
      { match: { method: 'POST', path: '/orders', body: plan.id }, action: 'drop_after', times: 1 },
    ]);
    const { buyer, orderId } = await steps.paid(plan);
    await steps.comesTo(orderId, 'paid/unknown');
    await takeBack(orderId);
    takenBack.push((await paymentOf(orderId)).telegram_payment_charge_id);
    expect(await steps.state(orderId)).toBe('paid/unknown');
    expect(await steps.alertsOf(orderId)).toContain('charged_back_under_way');
    await shop.cron('reconcile');
    await steps.runUntil(orderId, 'refunded/assigned');
    expect(await steps.refundsOf(buyer.id)).toHaveLength(1);
    expect(await steps.alertsOf(orderId)).toContain('charged_back_after_delivery');
    expect((await buyer.status(orderId)).activation_code).toBeNull();
  });

  it('while the order is with the supplier end it when nothing was bought, and it is not sent again', async () => {
    const plan = nextPlan();
    await shop.faults('esimgo', [
      { match: { method: 'POST', path: '/orders', body: plan.id }, action: 'drop_before', times: 1 },
    ]);
    const { buyer, orderId } = await steps.paid(plan);
    await steps.comesTo(orderId, 'paid/unknown');
    await takeBack(orderId);
    await steps.proveAbsence(orderId);
    await steps.runUntil(orderId, 'refunded/cancelled');
    expect(await steps.purchasesSent(plan.id)).toBe(1);
    expect(await steps.refundsOf(buyer.id)).toHaveLength(1);
    expect(await steps.row(orderId)).toMatchObject({ needs_human: null, failure_code: 'charged_back' });
  });

  it('are found in Telegram’s ledger when its news is lost', async () => {
    const { buyer, orderId } = await steps.paid(nextPlan());
    await buyer.waitFor(orderId, 'ready');
    await shop.faults('telegram', [{ match: { path: 'webhook', body: 'refunded_payment' }, action: 'lose' }]);
    const { telegram_payment_charge_id: chargeId } = await paymentOf(orderId);
    takenBack.push(chargeId);
    await shop.set({ telegram: { refund: { charge_id: chargeId } } });
    await shop.cron('sweep-stars');
    expect(await steps.state(orderId)).toBe('refunded/assigned');
    expect(await steps.refundsOf(buyer.id)).toEqual([chargeId]);
  });
});
