import { readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Plan } from '../../../lib/contract/catalogue.ts';
import { drainOutbox } from '../../../lib/jobs/drain-outbox.ts';
import { buryJob, claimJobs, enqueue, enqueueAgain, finishJob, postponeJob } from '../../../lib/orders/outbox.ts';
import { expectBooksToBalance } from '../../support/invariants.ts';
import { moneySteps } from '../../support/money.ts';
import { startShop, until, type ShopUnderTest } from '../../support/shop.ts';

let shop: ShopUnderTest;
let steps: ReturnType<typeof moneySteps>;
let nextPlan: () => Plan;
const foreignCharges: string[] = [];
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
    await expectBooksToBalance(shop, { foreignCharges });
  } finally {
    await shop?.close();
  }
});

/** Until the answer is called, PostgreSQL refuses what would be written of this order. */
async function refuseWrites(table: 'orders' | 'payments', of: 'UPDATE' | 'INSERT', when: string) {
  await shop.query(`CREATE OR REPLACE FUNCTION refuse_row() RETURNS trigger LANGUAGE plpgsql
    AS $$ BEGIN RAISE EXCEPTION 'refused by the test'; END $$`);
  await shop.query(
    `CREATE TRIGGER refused BEFORE ${of} ON ${table} FOR EACH ROW WHEN (${when}) EXECUTE FUNCTION refuse_row()`,
  );
  return () => shop.query(`DROP TRIGGER refused ON ${table}`);
}

describe('the clock of a delivery', () => {
  it('refunds what is not in hand in time and was not bought', async () => {
    const plan = nextPlan();
    const { buyer, orderId } = await steps.paidAndIdle(plan);
    await shop.query(`UPDATE orders SET deliver_by = now() - interval '1 second' WHERE id = $1`, [orderId]);
    await shop.cron('expire');
    await steps.runUntil(orderId, 'refunded/cancelled');
    await steps.isTold(buyer.id, /not issued in time/);
    expect(await steps.purchasesSent(plan.id)).toBe(0);
  });

  it('never refunds what is being sent: a human is told once', async () => {
    const { buyer, orderId } = await steps.paidAndIdle(nextPlan());
    await steps.crashWhileSending(orderId, 1);
    await shop.query(`UPDATE orders SET deliver_by = now() - interval '1 second' WHERE id = $1`, [orderId]);
    await shop.cron('expire');
    await shop.cron('expire');
    expect(await steps.state(orderId)).toBe('paid/sending');
    expect(await steps.alertsOf(orderId)).toEqual(['late_and_not_provable']);
    expect(await steps.refundsOf(buyer.id)).toEqual([]);
    await shop.query(`UPDATE provisioning_attempts SET sent_at = now() - interval '1 hour' WHERE order_id = $1`, [
      orderId,
    ]);
    await shop.cron('reconcile');
    await shop.cron('reconcile');
    // Nothing was bought, and a crash of the shop's costs the buyer time, not the eSIM.
    await steps.runUntil(orderId, 'paid/assigned');
    expect(await steps.refundsOf(buyer.id)).toEqual([]);
  });

  it('leaves what was delivered alone', async () => {
    const { buyer, orderId } = await steps.paid(nextPlan());
    await buyer.waitFor(orderId, 'ready');
    await shop.query(`UPDATE orders SET deliver_by = now() - interval '1 hour' WHERE id = $1`, [orderId]);
    await shop.cron('expire');
    expect(await steps.state(orderId)).toBe('paid/assigned');
  });

  it('refunds once, however many look at it', async () => {
    const { buyer, orderId } = await steps.paidAndIdle(nextPlan());
    await shop.query(`UPDATE orders SET deliver_by = now() - interval '1 second' WHERE id = $1`, [orderId]);
    await Promise.all(Array.from({ length: 6 }, () => shop.cron('expire')));
    await steps.runUntil(orderId, 'refunded/cancelled');
    const events = await shop.query(`SELECT id FROM order_events WHERE order_id = $1 AND type = 'order.failed'`, [
      orderId,
    ]);
    expect(events).toHaveLength(1);
    expect(await steps.refundsOf(buyer.id)).toHaveLength(1);
  });
});

describe('an order that cannot be written', () => {
  it('and is late keeps no later one waiting, and is told to the admins once a day', async () => {
    const [bad, good] = [await steps.paidAndIdle(nextPlan()), await steps.paidAndIdle(nextPlan())];
    const late = `UPDATE orders SET deliver_by = now() - $2::integer * interval '1 second' WHERE id = $1`;
    await shop.query(late, [bad.orderId, 10]);
    await shop.query(late, [good.orderId, 1]);
    const accept = await refuseWrites('orders', 'UPDATE', `old.id = '${bad.orderId}'`);
    try {
      for (let run = 0; run < 2; run += 1) expect((await shop.cron('expire')).status).toBe(200);
      await steps.runUntil(good.orderId, 'refunded/cancelled');
      expect(await steps.state(bad.orderId)).toBe('paid/none');
      expect(await steps.alertsOf(bad.orderId)).toEqual(['job_failed']);
    } finally {
      await accept();
    }
    await shop.cron('expire');
    await steps.runUntil(bad.orderId, 'refunded/cancelled');
  });

  it('and has expired keeps no other one open', async () => {
    const [bad, good] = [await steps.ordered(nextPlan()), await steps.ordered(nextPlan())];
    await shop.query(`UPDATE orders SET expires_at = now() - interval '1 second' WHERE id = ANY($1::text[])`, [
      [bad.orderId, good.orderId],
    ]);
    const accept = await refuseWrites('orders', 'UPDATE', `old.id = '${bad.orderId}'`);
    try {
      expect(await shop.cron('expire')).toMatchObject({ body: { expired: 1 } });
      expect(await steps.row(good.orderId)).toMatchObject({ status: 'expired' });
      expect(await steps.alertsOf(bad.orderId)).toEqual(['job_failed']);
    } finally {
      await accept();
    }
    expect(await shop.cron('expire')).toMatchObject({ body: { expired: 1 } });
  });

  it('and was paid unheard keeps no other payment from being found, and stays in doubt', async () => {
    const [bad, good] = [await steps.paidUnheard(nextPlan()), await steps.paidUnheard(nextPlan())];
    const marks = () => shop.query(`SELECT stars_offset FROM shop`);
    const before = await marks();
    await shop.query(`UPDATE orders SET approved_at = now() - interval '1 hour' WHERE id = $1`, [bad.orderId]);
    const accept = await refuseWrites('payments', 'INSERT', `new.order_id = '${bad.orderId}'`);
    try {
      expect(await shop.cron('sweep-stars')).toMatchObject({ status: 200, body: { found: 1 } });
      await steps.runUntil(good.orderId, 'paid/assigned');
      expect(await steps.alertsOf(bad.orderId)).toEqual(['job_failed']);
      // Or it would be forgotten once enough others came after it.
      expect(await marks()).toEqual(before);
      expect((await bad.buyer.status(bad.orderId)).payment_in_doubt).toBe(true);
    } finally {
      await accept();
    }
    expect(await shop.cron('sweep-stars')).toMatchObject({ body: { found: 1 } });
    expect(await marks()).not.toEqual(before);
    await steps.runUntil(bad.orderId, 'paid/assigned');
  });
});

describe('the expiry of orders', () => {
  it('closes what nobody paid, and only when its time is over', async () => {
    const [old, young] = [await steps.ordered(nextPlan()), await steps.ordered(nextPlan())];
    await shop.query(`UPDATE orders SET expires_at = now() - interval '1 second' WHERE id = $1`, [old.orderId]);
    await shop.cron('expire');
    expect(await steps.row(old.orderId)).toMatchObject({ status: 'expired', failure_code: 'expired' });
    expect(await steps.row(young.orderId)).toMatchObject({ status: 'pending' });
  });
});

describe('the sweep of Telegram’s ledger', () => {
  it('finds a payment whose update was lost, and delivers it', async () => {
    const plan = nextPlan();
    const { buyer, orderId } = await steps.paidUnheard(plan);
    expect(await steps.state(orderId)).toBe('unpaid/none');
    const sweep = await shop.cron('sweep-stars');
    expect(sweep).toMatchObject({ status: 200, body: { found: 1 } });
    await steps.runUntil(orderId, 'paid/assigned');
    await steps.isTold(buyer.id, /eSIM is ready/);
    expect(await shop.cron('sweep-stars')).toMatchObject({ body: { found: 0 } });
    expect(await steps.bought(plan.id)).toHaveLength(1);
  });

  it('books a charge that came and went unheard as returned, and delivers nothing for it', async () => {
    const { buyer, orderId, charge } = await steps.paidUnheard(nextPlan());
    await shop.set({ telegram: { refund: { charge_id: charge.charge_id } } });
    await until(
      () => steps.refundsOf(buyer.id),
      (refunds) => refunds.length === 1,
    );
    await shop.cron('sweep-stars');
    const booked = await shop.query(
      `SELECT order_id, state, refunded_by, pays_for_order FROM payments WHERE telegram_payment_charge_id = $1`,
      [charge.charge_id],
    );
    expect(booked).toEqual([{ order_id: orderId, state: 'refunded', refunded_by: 'telegram', pays_for_order: false }]);
    expect(await steps.state(orderId)).toBe('unpaid/none');
  });

  it('delivers nothing for a charge that came and went while neither was heard of', async () => {
    const plan = nextPlan();
    const { buyer, orderId, charge } = await steps.paidUnheard(plan);
    await shop.faults('telegram', [{ match: { path: 'webhook', body: 'refunded_payment' }, action: 'lose' }]);
    await shop.set({ telegram: { refund: { charge_id: charge.charge_id } } });
    await until(
      () => steps.refundsOf(buyer.id),
      (refunds) => refunds.length === 1,
    );
    await shop.cron('sweep-stars');
    await steps.runJobs();
    expect(
      await shop.query(`SELECT state, refunded_by, pays_for_order FROM payments WHERE order_id = $1`, [orderId]),
    ).toEqual([{ state: 'refunded', refunded_by: 'telegram', pays_for_order: false }]);
    expect(await steps.state(orderId)).toBe('unpaid/none');
    expect(await steps.purchasesSent(plan.id)).toBe(0);
  });

  it('and the update that comes at last book a payment once', async () => {
    const plan = nextPlan();
    const { orderId, charge } = await steps.paidUnheard(plan);
    const update = steps.paymentUpdate(charge);
    await Promise.all([
      shop.cron('sweep-stars'),
      steps.postUpdate(update),
      shop.cron('sweep-stars'),
      steps.postUpdate(update),
    ]);
    await steps.runUntil(orderId, 'paid/assigned');
    expect(await shop.query(`SELECT id FROM payments WHERE order_id = $1`, [orderId])).toHaveLength(1);
    expect(await steps.bought(plan.id)).toHaveLength(1);
  });

  it('leaves a foreign charge to a human, and stops with an alert when there are more than three', async () => {
    const payer = await steps.newUser();
    const pay = async (payload: string): Promise<void> => {
      const url = await shop.app.deps.telegram.createInvoiceLink({
        title: 'Tip',
        description: 'Tip',
        payload,
        stars: 3,
      });
      await steps.payPastUs(payer.id, url, { match: { path: 'webhook', body: 'successful_payment' }, action: 'lose' });
    };
    const states = async () =>
      (await shop.query<{ state: string }>(`SELECT state FROM payments WHERE telegram_user_id = $1`, [payer.id])).map(
        ({ state }) => state,
      );
    await pay('tip:1');
    await shop.cron('sweep-stars');
    expect(await states()).toEqual(['needs_human']);

    for (const number of [2, 3, 4, 5]) await pay(`tip:${number}`);
    const { orderId } = await steps.paidUnheard(nextPlan());
    expect(await shop.cron('sweep-stars')).toMatchObject({ body: { found: 0 } });
    expect(await states()).toEqual(['needs_human']);
    expect(await steps.state(orderId)).toBe('unpaid/none');
    expect(await steps.alertsOf('stars')).toEqual(['foreign_charges_stopped_sweep']);
    expect(await steps.refundsOf(payer.id)).toEqual([]);

    // A human looks at two of them by hand; the sweep goes on.
    const charges = await steps.chargesOf(payer.id);
    foreignCharges.push(...charges.map(({ charge_id: id }) => id));
    for (const charge of charges.slice(1, 3)) await steps.postUpdate(steps.paymentUpdate(charge));
    await shop.cron('sweep-stars');
    expect(await states()).toEqual(Array(5).fill('needs_human'));
    await steps.runUntil(orderId, 'paid/assigned');
  });
});

describe('charges of another program on the same bot', () => {
  async function foreignCharge(chargeId: string, at: string): Promise<void> {
    await shop.query(
      `INSERT INTO sandbox.tg_transactions (kind, charge_id, user_id, amount, payload, at)
       VALUES ('charge', $1, 1, 5, 'tip', ${at})`,
      [chargeId],
    );
  }
  const statesOf = async (prefix: string) =>
    (
      await shop.query<{ state: string }>(
        `SELECT state FROM payments WHERE starts_with(telegram_payment_charge_id, $1)`,
        [prefix],
      )
    ).map(({ state }) => state);

  it('from before this shop existed stop no sweep and are nobody’s business', async () => {
    for (let number = 0; number < 5; number += 1) {
      await foreignCharge(`before-${number}`, `(SELECT created_at FROM shop) - interval '1 hour'`);
    }
    const { orderId } = await steps.paidUnheard(nextPlan());
    expect(await shop.cron('sweep-stars')).toMatchObject({ body: { found: 1 } });
    expect(await statesOf('before-')).toEqual([]);
    await steps.runUntil(orderId, 'paid/assigned');
    await shop.query(`DELETE FROM sandbox.tg_transactions WHERE starts_with(charge_id, 'before-')`);
  });

  it('wait for a human once an admin has said, in the words of the runbook, that they are known', async () => {
    const charge = async (name: string) => {
      foreignCharges.push(name);
      await foreignCharge(name, 'now()');
    };
    for (let number = 0; number < 5; number += 1) await charge(`known-${number}`);
    const { orderId } = await steps.paidUnheard(nextPlan());
    await shop.cron('sweep-stars');
    expect(await steps.state(orderId)).toBe('unpaid/none');

    const [, section = ''] = readFileSync('docs/runbook.md', 'utf8').split('### `foreign_charges_stopped_sweep`');
    const [, sql = ''] = /```sql\n([^`]*)```/.exec(section.split('\n##')[0] ?? '') ?? [];
    await shop.query(sql);
    await shop.cron('sweep-stars');
    expect(await statesOf('known-')).toEqual(Array(5).fill('needs_human'));
    await steps.runUntil(orderId, 'paid/assigned');
    const alerts = await shop.query(
      `SELECT job_key FROM outbox JOIN payments p ON p.id = subject_id
       WHERE outbox.kind = 'alert' AND starts_with(p.telegram_payment_charge_id, 'known-')`,
    );
    expect(alerts).toEqual([]);

    // What comes after those words is news again.
    for (let number = 0; number < 4; number += 1) await charge(`later-${number}`);
    await shop.query(
      `UPDATE sandbox.tg_transactions SET at = now() + interval '2 seconds' WHERE starts_with(charge_id, 'later-')`,
    );
    await shop.cron('sweep-stars');
    expect(await statesOf('later-')).toEqual([]);
    await shop.query(
      `UPDATE sandbox.tg_transactions SET at = at - interval '2 seconds' WHERE starts_with(charge_id, 'later-')`,
    );
    await shop.query(sql);
    await shop.cron('sweep-stars');
    expect(await statesOf('later-')).toEqual(Array(4).fill('needs_human'));
  });
});

describe('a job', () => {
  async function take(subjectId: string) {
    const [job] = await claimJobs(shop.app.deps.db, { limit: 1, leaseMs: 60_000, subjectId });
    return job;
  }

  async function jobRow(subjectId: string) {
    const [row] = await shop.query<{ is_due: boolean; done_at: Date | null; dead_at: Date | null; attempts: number }>(
      `SELECT *, run_at <= now() AS is_due FROM outbox WHERE subject_id = $1 AND kind <> 'alert'`,
      [subjectId],
    );
    return row;
  }

  it('is held by one worker at a time, and due again when its lease is over', async () => {
    await enqueue(shop.app.deps.db, { kind: 'refresh_order', subjectId: 'ord_lease' });
    expect(await take('ord_lease')).toBeDefined();
    expect(await take('ord_lease')).toBeUndefined();
    await shop.query(`UPDATE outbox SET run_at = now() WHERE subject_id = 'ord_lease'`);
    expect(await take('ord_lease')).toMatchObject({ attempts: 2 });
  });

  it('is not changed by a worker that was overtaken', async () => {
    const { db } = shop.app.deps;
    await enqueue(db, { kind: 'refresh_order', subjectId: 'ord_overtaken' });
    const slow = await take('ord_overtaken');
    await shop.query(`UPDATE outbox SET run_at = now() WHERE subject_id = 'ord_overtaken'`);
    const fast = await take('ord_overtaken');
    if (slow === undefined || fast === undefined) throw new Error('the job was not due');
    await finishJob(db, slow);
    await buryJob(db, slow, 'late');
    await postponeJob(db, slow, 0, 'late');
    expect(await jobRow('ord_overtaken')).toMatchObject({ done_at: null, dead_at: null, is_due: false });
    await finishJob(db, fast);
    expect((await jobRow('ord_overtaken'))?.done_at).not.toBeNull();
  });

  it('is not changed by a worker that was overtaken, also when it was done and wanted again meanwhile', async () => {
    const { db } = shop.app.deps;
    const job = { kind: 'refresh_order', subjectId: 'ord_again' } as const;
    await enqueue(db, job);
    const slow = await take('ord_again');
    await shop.query(`UPDATE outbox SET run_at = now() WHERE subject_id = 'ord_again'`);
    const fast = await take('ord_again');
    if (slow === undefined || fast === undefined) throw new Error('the job was not due');
    await finishJob(db, fast);
    await enqueueAgain(db, job);
    expect(await take('ord_again')).toBeDefined();
    await finishJob(db, slow);
    expect(await jobRow('ord_again')).toMatchObject({ done_at: null });
  });

  it('that is wanted again while it runs runs again', async () => {
    const { db } = shop.app.deps;
    const job = { kind: 'refresh_order', subjectId: 'ord_wanted' } as const;
    await enqueue(db, job);
    const running = await take('ord_wanted');
    if (running === undefined) throw new Error('the job was not due');
    await enqueueAgain(db, job);
    await finishJob(db, running);
    expect(await jobRow('ord_wanted')).toMatchObject({ done_at: null, is_due: true });
    expect(await take('ord_wanted')).toBeDefined();
  });

  it('is there once, however often it is asked for', async () => {
    const { db } = shop.app.deps;
    await Promise.all(Array.from({ length: 5 }, () => enqueue(db, { kind: 'refresh_order', subjectId: 'ord_once' })));
    expect(await shop.query(`SELECT id FROM outbox WHERE subject_id = 'ord_once'`)).toHaveLength(1);
  });

  it('that fails too often ends for good, with an alert', async () => {
    const plan = nextPlan();
    const { orderId, charge } = await steps.paidUnheard(plan);
    await shop.faults('telegram', [{ match: { path: 'sendPhoto' }, action: 'error_500' }]);
    await steps.postUpdate(steps.paymentUpdate(charge));
    await steps.comesTo(orderId, 'paid/assigned');
    await shop.settled();
    await shop.query(`UPDATE outbox SET attempts = 19, run_at = now() WHERE job_key = 'tell_ready:' || $1`, [orderId]);
    await drainOutbox(shop.app.deps, { subjectId: orderId });
    const [job] = await shop.query<{ dead_at: Date | null; last_error: string }>(
      `SELECT dead_at, last_error FROM outbox WHERE job_key = 'tell_ready:' || $1`,
      [orderId],
    );
    expect(job?.dead_at).not.toBeNull();
    expect(job?.last_error).toBe('TelegramUnreachableError');
    expect(await steps.alertsOf(orderId)).toEqual(['job_failed']);
  });

  it('of a kind that only a newer release knows is kept for about a day, then ends with an alert', async () => {
    await shop.query(`INSERT INTO outbox (job_key, kind, subject_id) VALUES ('nova:ord_nova', 'nova', 'ord_nova')`);
    await drainOutbox(shop.app.deps, { subjectId: 'ord_nova' });
    expect(await jobRow('ord_nova')).toMatchObject({ attempts: 1, dead_at: null, is_due: false });
    await shop.query(`UPDATE outbox SET attempts = 299, run_at = now() WHERE subject_id = 'ord_nova'`);
    await drainOutbox(shop.app.deps, { subjectId: 'ord_nova' });
    expect((await jobRow('ord_nova'))?.dead_at).not.toBeNull();
    expect(await steps.alertsOf('ord_nova')).toEqual(['job_failed']);
  });

  it('whose worker died is done by another within a minute', async () => {
    const { buyer, orderId } = await steps.paid(nextPlan());
    await buyer.waitFor(orderId, 'ready');
    await steps.runJobs();
    await shop.query(`UPDATE outbox SET done_at = NULL, run_at = now() WHERE job_key = 'tell_ready:' || $1`, [orderId]);
    const { deps } = shop.app;
    let isTaken = (): void => undefined;
    const taken = new Promise<void>((resolve) => (isTaken = resolve));
    let release = (): void => undefined;
    const released = new Promise<number>((resolve) => (release = () => resolve(1)));
    const sendPhoto = () => {
      isTaken();
      return released;
    };
    const dead = drainOutbox({ ...deps, telegram: { ...deps.telegram, sendPhoto } }, { subjectId: orderId });
    try {
      await taken;
      expect(await drainOutbox(deps, { subjectId: orderId })).toMatchObject({ done: 0 });
      await shop.query(`UPDATE outbox SET run_at = run_at - interval '1 minute' WHERE job_key = 'tell_ready:' || $1`, [
        orderId,
      ]);
      expect(await drainOutbox(deps, { subjectId: orderId })).toMatchObject({ done: 1 });
    } finally {
      release();
      await dead;
    }
  });

  it('that hangs holds up no other', async () => {
    const [stuck, other] = [nextPlan(), nextPlan()];
    await shop.faults('esimgo', [
      { match: { method: 'POST', path: '/orders', body: stuck.id }, action: 'delay', delay_ms: 3_600_000, times: 1 },
    ]);
    const first = await steps.paid(stuck);
    await steps.comesTo(first.orderId, 'paid/sending');
    const second = await steps.paid(other);
    await second.buyer.waitFor(second.orderId, 'ready');
    expect(await steps.state(first.orderId)).toBe('paid/sending');
    await shop.set({ clock: { advance_s: 3_600 } });
    await steps.comesTo(first.orderId, 'paid/assigned');
    await until(
      () => steps.texts(first.buyer.id),
      (all) => all.length > 0,
    );
  });
});
