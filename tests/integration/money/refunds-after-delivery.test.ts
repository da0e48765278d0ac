import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Plan } from '../../../lib/contract/catalogue.ts';
import { refreshEsim } from '../../../lib/esims/refresh-esim.ts';
import { drainOutbox } from '../../../lib/jobs/drain-outbox.ts';
import { runJob } from '../../../lib/jobs/run-job.ts';
import { takeBackOrder } from '../../../lib/orders/take-back-order.ts';
import { withdrawEsim } from '../../../lib/orders/withdraw-esim.ts';
import { expectBooksToBalance } from '../../support/invariants.ts';
import { moneySteps } from '../../support/money.ts';
import { startShop, until, type ShopUnderTest } from '../../support/shop.ts';

const ADMIN = 900;

let shop: ShopUnderTest;
let steps: ReturnType<typeof moneySteps>;
let nextPlan: () => Plan;
const takenBack: string[] = [];
beforeAll(async () => {
  shop = await startShop();
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

async function delivered(plan = nextPlan()) {
  const order = await steps.paid(plan);
  await order.buyer.waitFor(order.orderId, 'ready');
  const [esim] = await shop.query<{ id: string; iccid: string }>(
    `SELECT e.id, e.iccid FROM esims e JOIN orders o ON o.esim_id = e.id WHERE o.id = $1`,
    [order.orderId],
  );
  const [charge] = await steps.chargesOf(order.buyer.id);
  if (esim === undefined || charge === undefined) throw new Error('it was not delivered');
  takenBack.push(charge.charge_id);
  return { ...order, plan, esim, chargeId: charge.charge_id };
}

const takeBack = (orderId: string) => takeBackOrder(shop.app.deps, { orderId, adminId: ADMIN, reason: 'not_working' });
const takenByTelegram = (chargeId: string) => shop.set({ telegram: { refund: { charge_id: chargeId } } });

interface Withdrawn {
  how: string;
  credited: boolean | null;
  loss_milli: number;
  currency: string;
}

async function withdrawalsOf(orderId: string): Promise<Withdrawn[]> {
  const events = await shop.query<{ details: Withdrawn }>(
    `SELECT details FROM order_events WHERE order_id = $1 AND type = 'eSIM.withdrawn'`,
    [orderId],
  );
  return events.map(({ details }) => details);
}

/** The jobs run until the plan of the order is withdrawn. */
const withdrawal = (orderId: string) =>
  until(
    async () => {
      await steps.runJobs();
      return (await withdrawalsOf(orderId))[0];
    },
    (details) => details !== undefined,
    100,
  );

async function costOf(orderId: string): Promise<number> {
  const [order] = await shop.query<{ cost_milli: number }>(`SELECT cost_milli FROM orders WHERE id = $1`, [orderId]);
  return order?.cost_milli ?? 0;
}

const bundleStates = async (iccid: string) =>
  (await shop.app.deps.supplier.listEsimBundles(iccid, { includeUsed: true })).map(({ state }) => state);
const isSuspended = async (iccid: string) => (await shop.app.deps.supplier.getEsim(iccid)).state === 'suspended';
const balance = async () => (await shop.ledger()).esimgo.balance;

/** Telegram has taken the Stars back, and nothing of the eSIM's can be withdrawn until the faults are over. */
async function takenBackInAnOutage() {
  const order = await delivered();
  await shop.faults('esimgo', [{ match: { path: `${order.esim.iccid}/bundles` }, action: 'error_500' }]);
  await takenByTelegram(order.chargeId);
  await steps.comesTo(order.orderId, 'refunded/assigned');
  await shop.settled();
  return order;
}

describe('an admin’s refund of a delivered order', () => {
  it('returns the Stars once, says who and why, and revokes the unstarted bundle for its price', async () => {
    const { buyer, orderId, esim } = await delivered();
    const before = await balance();
    expect(await takeBack(orderId)).toMatchObject({ outcome: 'refund_due' });
    expect(await takeBack(orderId)).toEqual({ outcome: 'not_delivered' });
    await steps.runUntil(orderId, 'refunded/assigned');
    expect(await withdrawal(orderId)).toEqual({ how: 'revoked', credited: true, loss_milli: 0, currency: 'USD' });
    expect(await bundleStates(esim.iccid)).toEqual(['revoked']);
    expect(Math.round(((await balance()) - before) * 1_000)).toBe(await costOf(orderId));
    expect(await steps.refundsOf(buyer.id)).toHaveLength(1);

    const [payment] = await shop.query(`SELECT refunded_by FROM payments WHERE order_id = $1`, [orderId]);
    expect(payment).toEqual({ refunded_by: 'admin' });
    expect(
      await shop.query(`SELECT actor, details FROM order_events WHERE order_id = $1 AND type = 'order.taken_back'`, [
        orderId,
      ]),
    ).toEqual([{ actor: `admin:${ADMIN}`, details: { reason: 'not_working' } }]);
    expect(
      await shop.query(`SELECT telegram_user_id, action FROM admin_audit WHERE subject_id = $1`, [orderId]),
    ).toEqual([{ telegram_user_id: ADMIN, action: 'take_back' }]);
    await steps.isTold(buyer.id, /plan of this order has ended/);
    expect((await buyer.status(orderId)).status).toBe('refunded');
    expect(await steps.alertsOf(orderId)).toEqual([]);
  });

  it('is decided once by ten at once', async () => {
    const { buyer, orderId } = await delivered();
    const outcomes = await Promise.all(Array.from({ length: 10 }, () => takeBack(orderId)));
    expect(outcomes.filter(({ outcome }) => outcome === 'refund_due')).toHaveLength(1);
    await steps.runUntil(orderId, 'refunded/assigned');
    await withdrawal(orderId);
    expect(await steps.refundsOf(buyer.id)).toHaveLength(1);
  });

  it('is not for an order that is not delivered', async () => {
    const { orderId } = await steps.ordered(nextPlan());
    expect(await takeBack(orderId)).toEqual({ outcome: 'not_delivered' });
    expect(await shop.query(`SELECT id FROM admin_audit WHERE subject_id = $1`, [orderId])).toEqual([]);
  });

  it('withdraws nothing before the Stars are back', async () => {
    const { orderId, esim } = await delivered();
    await shop.faults('telegram', [{ match: { path: 'refundStarPayment' }, action: 'error_500', times: 2 }]);
    await takeBack(orderId);
    await steps.runJobs();
    expect(await steps.state(orderId)).toBe('refund_due/assigned');
    expect(await bundleStates(esim.iccid)).toEqual(['queued']);
    await steps.runUntil(orderId, 'refunded/assigned');
    await withdrawal(orderId);
    expect(await bundleStates(esim.iccid)).toEqual(['revoked']);
  });
});

describe('Stars that Telegram takes back after the delivery', () => {
  it('suspend an eSIM in use, book what it cost as lost, and alert', async () => {
    const { buyer, orderId, esim, chargeId } = await delivered();
    for (const action of ['install', 'attach', 'use']) await shop.control('esim', { iccid: esim.iccid, action });
    await takenByTelegram(chargeId);
    await steps.comesTo(orderId, 'refunded/assigned');
    expect(await withdrawal(orderId)).toEqual({
      how: 'suspended',
      credited: false,
      loss_milli: await costOf(orderId),
      currency: 'USD',
    });
    expect(await isSuspended(esim.iccid)).toBe(true);
    expect(await steps.alertsOf(orderId)).toEqual(['charged_back_after_delivery']);
    const [event] = await shop.query(
      `SELECT actor, details FROM order_events WHERE order_id = $1 AND type = 'order.charged_back'`,
      [orderId],
    );
    expect(event).toEqual({ actor: 'telegram', details: { reason: 'charged_back' } });
    // Data for it could not be used, so none is sold.
    const plan = nextPlan();
    expect(await buyer.order(plan, { iccid: esim.id })).toMatchObject({ status: 409 });
  });

  it('leave an eSIM suspended although an answer from before that comes in late', async () => {
    const { orderId, esim, chargeId } = await delivered();
    for (const action of ['install', 'attach', 'use']) await shop.control('esim', { iccid: esim.iccid, action });
    const { deps } = shop.app;
    let release = (): void => undefined;
    const isLate = new Promise<void>((resolve) => (release = resolve));
    const late = async (...ask: Parameters<typeof deps.supplier.getEsim>) => {
      const answer = await deps.supplier.getEsim(...ask);
      await isLate;
      return answer;
    };
    const look = refreshEsim({ ...deps, supplier: { ...deps.supplier, getEsim: late } }, esim.id);
    await takenByTelegram(chargeId);
    await steps.comesTo(orderId, 'refunded/assigned');
    expect(await withdrawal(orderId)).toMatchObject({ how: 'suspended' });
    release();
    expect(await look).toBe('refreshed');
    const rows = await shop.query(`SELECT vendor_state FROM esims WHERE id = $1`, [esim.id]);
    expect(rows).toEqual([{ vendor_state: 'suspended' }]);
  });

  it('suspend nothing that another order paid for: a person is asked', async () => {
    const { buyer, orderId, esim, chargeId, plan } = await delivered();
    for (const action of ['install', 'attach', 'use']) await shop.control('esim', { iccid: esim.iccid, action });
    const topUp = await steps.paid(plan, { iccid: esim.id }, buyer);
    await steps.comesTo(topUp.orderId, 'paid/assigned');
    await takenByTelegram(chargeId);
    await steps.comesTo(orderId, 'refunded/assigned');
    expect(await withdrawal(orderId)).toMatchObject({ how: 'kept', loss_milli: await costOf(orderId) });
    expect(await isSuspended(esim.iccid)).toBe(false);
    expect(await steps.alertsOf(orderId)).toContain('esim_not_withdrawn');
  });

  it('take only the bundle of their own order off an eSIM that has others', async () => {
    const first = await delivered();
    takenBack.pop();
    const topUp = await steps.paid(first.plan, { iccid: first.esim.id }, first.buyer);
    await steps.comesTo(topUp.orderId, 'paid/assigned');
    const charge = (await steps.chargesOf(first.buyer.id)).find(({ payload }) => payload.endsWith(topUp.orderId));
    takenBack.push(charge?.charge_id ?? '');
    await takenByTelegram(charge?.charge_id ?? '');
    await steps.comesTo(topUp.orderId, 'refunded/assigned');
    expect(await withdrawal(topUp.orderId)).toMatchObject({ how: 'revoked' });
    expect((await bundleStates(first.esim.iccid)).toSorted()).toEqual(['queued', 'revoked']);
    expect(await isSuspended(first.esim.iccid)).toBe(false);
  });

  it('buy nothing when the news of them comes before that of the payment', async () => {
    const plan = nextPlan();
    const { buyer, orderId, charge } = await steps.paidUnheard(plan);
    await takenByTelegram(charge.charge_id);
    await until(
      () => shop.query(`SELECT id FROM payments WHERE telegram_user_id = $1 AND state = 'refunded'`, [buyer.id]),
      (rows) => rows.length > 0,
    );
    await steps.postUpdate(steps.paymentUpdate(charge));
    await steps.runJobs();
    expect(await steps.state(orderId)).toBe('unpaid/none');
    expect(await steps.bought(plan.id)).toEqual([]);
  });
});

describe('the withdrawal', () => {
  it.each(['drop_after', 'error_500', 'garbage', 'rate_limit', 'forbidden'])(
    'is tried again until it is done when the supplier answers with %s',
    async (action) => {
      const { orderId, esim, chargeId } = await delivered();
      await shop.faults('esimgo', [{ match: { method: 'DELETE', path: esim.iccid }, action, times: 2 }]);
      await takenByTelegram(chargeId);
      await steps.comesTo(orderId, 'refunded/assigned');
      expect(await withdrawal(orderId)).toMatchObject({ how: 'revoked' });
      expect(await withdrawalsOf(orderId)).toHaveLength(1);
      expect(await bundleStates(esim.iccid)).toEqual(['revoked']);
    },
  );

  it('suspends instead where the supplier allows no revocation', async () => {
    const { orderId, esim, chargeId } = await delivered();
    await shop.faults('esimgo', [{ match: { method: 'DELETE', path: esim.iccid }, action: 'not_found' }]);
    await takenByTelegram(chargeId);
    await steps.comesTo(orderId, 'refunded/assigned');
    expect(await withdrawal(orderId)).toMatchObject({ how: 'suspended', loss_milli: await costOf(orderId) });
    expect(await isSuspended(esim.iccid)).toBe(true);
  });

  it('is booked once by five workers at once', async () => {
    const { orderId } = await takenBackInAnOutage();
    await shop.faults('esimgo', []);
    await Promise.allSettled(Array.from({ length: 5 }, () => withdrawEsim(shop.app.deps, orderId, 1)));
    await withdrawal(orderId);
    expect(await withdrawalsOf(orderId)).toHaveLength(1);
  });

  it('that never succeeds ends as a dead job with an alert', async () => {
    const { orderId } = await takenBackInAnOutage();
    await shop.query(
      `UPDATE outbox SET attempts = 299, run_at = now() WHERE kind = 'withdraw_esim' AND subject_id = $1`,
      [orderId],
    );
    await shop.cron('drain');
    await until(
      () => steps.alertsOf(orderId),
      (alerts) => alerts.includes('job_failed'),
    );
  });

  it('of a bundle that the supplier never lists ends as a dead job with an alert too', async () => {
    const { orderId, chargeId } = await delivered();
    const { esimgo_order_id: reference } = await steps.row(orderId);
    await shop.query(`UPDATE orders SET esimgo_order_id = 'listed-nowhere' WHERE id = $1`, [orderId]);
    await takenByTelegram(chargeId);
    await steps.comesTo(orderId, 'refunded/assigned');
    await shop.settled();
    const again = (attempts: string) =>
      shop.query(
        `UPDATE outbox SET attempts = ${attempts}, dead_at = NULL, run_at = now()
         WHERE kind = 'withdraw_esim' AND subject_id = $1 AND done_at IS NULL`,
        [orderId],
      );
    await again('298');
    expect(await drainOutbox(shop.app.deps, { subjectId: orderId })).toMatchObject({ postponed: 1, buried: 0 });
    await again('attempts');
    expect(await drainOutbox(shop.app.deps, { subjectId: orderId })).toMatchObject({ postponed: 0, buried: 1 });
    await until(
      () => steps.alertsOf(orderId),
      (alerts) => alerts.includes('job_failed'),
    );
    await shop.query(`UPDATE orders SET esimgo_order_id = $2 WHERE id = $1`, [orderId, reference]);
    await again('0');
    await withdrawal(orderId);
  });

  it('asks the supplier whether it may revoke before it does', async () => {
    const { orderId } = await takenBackInAnOutage();
    await shop.faults('esimgo', []);
    const { deps } = shop.app;
    const asked: string[] = [];
    const revokeAssignment: typeof deps.supplier.revokeAssignment = (request, ...more) => {
      asked.push(request.type);
      return deps.supplier.revokeAssignment(request, ...more);
    };
    await withdrawEsim({ ...deps, supplier: { ...deps.supplier, revokeAssignment } }, orderId, 1);
    expect(asked).toEqual(['validate', 'transaction']);
    expect(await withdrawalsOf(orderId)).toMatchObject([{ how: 'revoked', credited: true }]);
    await steps.runJobs();
  });

  it('does one thing only when two workers do it at once, and books what the supplier did', async () => {
    const { orderId, esim } = await takenBackInAnOutage();
    await shop.faults('esimgo', []);
    const { deps } = shop.app;
    // Both have seen the bundle unstarted and may revoke it; the first to do so hears of it last.
    let isOverBy = (): void => undefined;
    const isOver = new Promise<void>((resolve) => (isOverBy = resolve));
    let isRevokedBy = (): void => undefined;
    const isRevoked = new Promise<void>((resolve) => (isRevokedBy = resolve));
    const first: typeof deps.supplier.revokeAssignment = async (request, ...more) => {
      const answer = await deps.supplier.revokeAssignment(request, ...more);
      if (request.type === 'validate') return answer;
      isRevokedBy();
      await isOver;
      return answer;
    };
    const second: typeof deps.supplier.revokeAssignment = async (request, ...more) => {
      await isRevoked;
      return deps.supplier.revokeAssignment(request, ...more);
    };
    const slow = withdrawEsim({ ...deps, supplier: { ...deps.supplier, revokeAssignment: first } }, orderId, 1);
    await withdrawEsim({ ...deps, supplier: { ...deps.supplier, revokeAssignment: second } }, orderId, 1);
    expect(await withdrawalsOf(orderId)).toMatchObject([{ how: 'revoked', credited: null }]);
    isOverBy();
    await slow;
    expect(await withdrawalsOf(orderId)).toEqual([{ how: 'revoked', credited: true, loss_milli: 0, currency: 'USD' }]);
    expect(await bundleStates(esim.iccid)).toEqual(['revoked']);
    expect(await isSuspended(esim.iccid)).toBe(false);
    await steps.runJobs();
  });

  it('is not for an order whose Stars are not back', async () => {
    const { orderId, esim } = await delivered();
    takenBack.pop();
    const [job] = [
      { id: 0, job_key: '', kind: 'withdraw_esim', subject_id: orderId, attempts: 1, lease: 0, late_ms: 0 },
    ] as const;
    expect(await runJob(shop.app.deps, job)).toEqual({ kind: 'done' });
    expect(await bundleStates(esim.iccid)).toEqual(['queued']);
  });
});
