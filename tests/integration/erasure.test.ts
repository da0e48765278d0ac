import { createHash, randomBytes, randomInt } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Plan } from '../../lib/contract/catalogue.ts';
import type { Esim } from '../../lib/contract/esim.ts';
import { createKeyring } from '../../lib/db/sealed-text.ts';
import { refreshEsim } from '../../lib/esims/refresh-esim.ts';
import { watchShop } from '../../lib/jobs/watch-shop.ts';
import { createOrder } from '../../lib/orders/create-order.ts';
import { askErasure, eraseDueUsers } from '../../lib/users/erase-user.ts';
import { expectBooksToBalance } from '../support/invariants.ts';
import { moneySteps, type Buyer } from '../support/money.ts';
import { startShop, until, type ShopUnderTest } from '../support/shop.ts';

let shop: ShopUnderTest;
let steps: ReturnType<typeof moneySteps>;
let nextPlan: () => Plan;
/** Charges of delivered orders that were returned. */
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
    await expectBooksToBalance(shop, { takenBack });
  } finally {
    await shop?.close();
  }
});

/** Whatever says when the eSIM was used says this day. */
const USED_ON = '2031-05-17';

/** A buyer about whom the shop knows all that it can know. */
async function wellKnown() {
  const order = await steps.paid(nextPlan());
  const { buyer, orderId } = order;
  const { activation_code: code } = await buyer.waitFor(orderId, 'ready');
  await steps.isTold(buyer.id, /eSIM is ready/);
  const { esim_id: esimId } = await steps.row(orderId);
  const { esim } = (await buyer.get<{ esim: Esim }>(`/api/esimgo/esim?id=${esimId}`)).body;
  await buyer.post('/api/esimgo/esim', { id: esimId, action: 'rename', name: `Ausflug ${buyer.id}` });
  for (const action of ['install', 'attach', 'use'])
    await shop.control('esim', { iccid: esim.iccid, action, ...(action === 'attach' ? { country: 'TH' } : {}) });
  await refreshEsim(shop.app.deps, esim.id);
  await shop.query(
    `INSERT INTO analytics_events (telegram_user_id, name, details) VALUES ($1, 'open', jsonb_build_object('from', $2::text))`,
    [buyer.id, `friend-${buyer.id}`],
  );
  await shop.query(`UPDATE users SET chosen_language = 'ru' WHERE telegram_user_id = $1`, [buyer.id]);
  const sealed = shop.app.deps.keyring.seal(`anna${buyer.id}@example.org`, `order-email:${orderId}`);
  await shop.query(`UPDATE orders SET email_sealed = $2 WHERE id = $1`, [orderId, sealed]);
  await shop.settled();
  await useOn(USED_ON, orderId, esim.id);
  const [stored] = await shop.query<{
    matching_id_sealed: string;
    request_hash: string;
    idempotency_key: string;
    invoice_url: string;
  }>(
    `SELECT e.matching_id_sealed, o.request_hash, o.idempotency_key, o.invoice_url
     FROM orders o JOIN esims e ON e.id = o.esim_id WHERE o.id = $1`,
    [orderId],
  );
  if (stored === undefined || code === null) throw new Error('nothing is stored');
  const secrets = [
    ...Object.values(stored),
    sealed,
    code,
    esim.install.matching_id,
    `Ausflug ${buyer.id}`,
    `anna${buyer.id}@example.org`,
    `friend-${buyer.id}`,
  ];
  return { ...order, esim, secrets };
}

async function useOn(day: string, orderId: string, esimId: string): Promise<void> {
  const change = async (sql: string, id: string) =>
    expect(await shop.query(`${sql} RETURNING 1`, [id, day])).not.toEqual([]);
  await change(`UPDATE orders SET activated_at = $2 WHERE id = $1 AND status = 'active'`, orderId);
  await change(`UPDATE order_events SET at = $2 WHERE order_id = $1 AND type = 'order.activated'`, orderId);
  await change(
    `UPDATE esims SET installed_at = $2, attached_at = $2, last_seen_on_network_at = $2, refreshed_at = $2,
       next_refresh_at = $2, user_confirmed_at = $2 WHERE id = $1 AND profile_status = 'installed'`,
    esimId,
  );
  await change(`UPDATE esim_bundles SET starts_at = $2, ends_at = $2, as_of = $2 WHERE esim_id = $1`, esimId);
  for (const [subject, jobs] of [
    [esimId, ['refresh_esim:', 'refresh_esim:later']],
    [orderId, ['refresh_order:']],
  ] as const) {
    await shop.query(
      `INSERT INTO inbox (source, event_key, kind, esim_id, order_id, outcome, received_at)
       VALUES ('esimgo', $1, 'FirstAttachment', (SELECT id FROM esims WHERE id = $1), (SELECT id FROM orders WHERE id = $1), 'queued', $2)`,
      [subject, day],
    );
    for (const job of jobs) {
      const [kind = '', discriminator = ''] = job.split(':');
      await shop.query(
        `INSERT INTO outbox (job_key, kind, subject_id, done_at) VALUES (concat_ws(':', $3::text, $1::text, nullif($4, '')), $3, $1, $2)
         ON CONFLICT (job_key) DO UPDATE SET done_at = excluded.done_at`,
        [subject, day, kind, discriminator],
      );
    }
  }
}

/** The books: all that may be left of an erased person, by table. Anything else has to be decided upon first. */
const BOOKS: Record<string, readonly string[]> = {
  users: ['telegram_user_id', 'first_seen_at', 'last_seen_at'],
  orders: [
    ...['id', 'telegram_user_id', 'kind', 'country_code', 'country_name', 'plan_id', 'plan_type', 'data_mb', 'days'],
    ...['tier', 'esimgo_product_id', 'esimgo_order_id', 'esim_id', 'price_stars', 'price_usd_cents', 'cost_milli'],
    ...['cost_currency', 'price_rule', 'payout_rate', 'payment_status', 'provisioning', 'status', 'failure_code'],
    ...['idempotency_key', 'request_hash', 'created_at', 'expires_at', 'approved_at', 'paid_at', 'deliver_by'],
    ...['ready_at', 'activated_at', 'refunded_at', 'erased_at'],
  ],
  payments: [
    ...['id', 'telegram_payment_charge_id', 'order_id', 'telegram_user_id', 'amount_stars', 'pays_for_order', 'state'],
    ...['refund_reason', 'refunded_by', 'charged_at', 'recorded_at', 'refunded_at'],
  ],
  provisioning_attempts: [
    ...['order_id', 'number', 'state', 'sent_at', 'vendor_skew_ms', 'cut_at', 'esimgo_order_id', 'reason'],
    ...['absent_listings', 'last_listing_at', 'ended_at'],
  ],
  order_events: ['id', 'order_id', 'type', 'from_state', 'to_state', 'actor', 'details', 'at'],
  esims: [
    ...['id', 'telegram_user_id', 'iccid', 'destination_code', 'destination_name', 'profile_status', 'tagged_at'],
    ...['created_at', 'erased_at'],
  ],
  outbox: [
    ...['id', 'job_key', 'kind', 'subject_id', 'run_at', 'attempts', 'lease', 'last_error', 'done_at', 'dead_at'],
    'created_at',
  ],
};

/** What the shop's tables say of somebody beside the books: the columns that are not empty. */
async function saidBesideTheBooks(...ids: readonly (string | number)[]): Promise<string[]> {
  const said = new Set<string>();
  for (const { name, rows } of await readTables()) {
    const theirs = rows.filter((row) => ids.some((id) => JSON.stringify(row).includes(String(id))));
    for (const [column, value] of theirs.flatMap((row) => Object.entries(row))) {
      if (value !== null && value !== '' && !BOOKS[name]?.includes(column)) said.add(`${name}.${column}`);
    }
  }
  return [...said].sort();
}

async function readTables(): Promise<{ name: string; rows: Record<string, unknown>[] }[]> {
  const tables = await shop.query<{ name: string }>(
    `SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename`,
  );
  return Promise.all(
    tables.map(async ({ name }) => {
      const rows = await shop.query<{ row: Record<string, unknown> }>(
        `SELECT to_jsonb(t) AS row FROM public.${name} AS t`,
      );
      return { name, rows: rows.map(({ row }) => row) };
    }),
  );
}

/** Every row of every table of the shop's, as text. */
async function everything(): Promise<string> {
  return (await readTables()).flatMap(({ rows }) => rows.map((row) => JSON.stringify(row))).join('\n');
}

const deleteData = (buyer: Buyer) => buyer.post<{ erasure: string }>('/api/session', { action: 'delete_data' });
/** As if all that a person did was so many hours longer ago. */
async function letPass({ id }: Buyer, hours: number): Promise<void> {
  const age = (columns: string[]) =>
    columns.map((column) => `${column} = ${column} - $2::integer * interval '1 hour'`).join(', ');
  await shop.query(
    `UPDATE orders SET ${age(['created_at', 'expires_at', 'paid_at', 'deliver_by', 'ready_at'])} WHERE telegram_user_id = $1`,
    [id, hours],
  );
  await shop.query(`UPDATE users SET ${age(['erasure_asked_at'])} WHERE telegram_user_id = $1`, [id, hours]);
}

const isWaiting = async ({ id }: Buyer): Promise<boolean> =>
  (await shop.query(`SELECT FROM users WHERE telegram_user_id = $1 AND erasure_asked_at IS NOT NULL`, [id])).length > 0;

/** Erasing these people fails; the returned function ends that. */
async function breakErasure(...ids: number[]): Promise<() => Promise<void>> {
  const name = `broken_${randomBytes(6).toString('hex')}`;
  await shop.query(
    `CREATE FUNCTION ${name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'broken by the test'; END $$`,
  );
  await shop.query(
    `CREATE TRIGGER ${name} BEFORE UPDATE ON users FOR EACH ROW
     WHEN (NEW.erasure_asked_at IS NULL AND NEW.telegram_user_id = ANY('{${ids.join(',')}}'::bigint[]))
     EXECUTE FUNCTION ${name}()`,
  );
  return async () => void (await shop.query(`DROP FUNCTION ${name} CASCADE`));
}

/** The orders of such a one are settled, so that nothing but the deletion is left. */
async function refundedAfterAsking(): Promise<Buyer> {
  const { buyer, orderId } = await steps.paidAndIdle(nextPlan());
  expect((await deleteData(buyer)).body).toEqual({ erasure: 'deferred' });
  await shop.query(`UPDATE orders SET deliver_by = now() - interval '1 second' WHERE id = $1`, [orderId]);
  await shop.cron('expire');
  await steps.runUntil(orderId, 'refunded/cancelled');
  return buyer;
}

const users = (id: number) => shop.query(`SELECT * FROM users WHERE telegram_user_id = $1`, [id]);
const tap = (userId: number, messageId: number, data: string) =>
  shop.control('tap', { user_id: userId, message_id: messageId, data });

describe('a person who has their data deleted', () => {
  it('is in no table any more but the books', async () => {
    const { buyer, orderId, esim, secrets } = await wellKnown();
    const before = await everything();
    // The rest is there sealed, or in parts.
    expect(secrets.filter((each) => before.includes(each)).length).toBeGreaterThanOrEqual(7);
    expect(before).toContain('"last_country":"TH"');
    expect(before).toContain(USED_ON);
    expect(await saidBesideTheBooks(buyer.id, orderId, esim.id)).toEqual(
      expect.arrayContaining(['esims.last_country', 'esims.vendor_state', 'inbox.received_at', 'orders.email_sealed']),
    );

    expect(await deleteData(buyer)).toMatchObject({ status: 200, body: { erasure: 'done' } });
    const after = await everything();
    for (const secret of [...secrets, USED_ON, '"last_country":"TH"']) expect(after).not.toContain(secret);
    const [user] = await users(buyer.id);
    expect(user).toMatchObject({ language_code: null, chosen_language: null, erasure_asked_at: null });
    expect(await shop.query(`SELECT id FROM analytics_events WHERE telegram_user_id = $1`, [buyer.id])).toEqual([]);
    expect(await shop.query(`SELECT * FROM esim_bundles WHERE esim_id = $1`, [esim.id])).toEqual([]);
    const [row] = await shop.query(
      `SELECT iccid, last_country, installed_at, attached_at, name FROM esims WHERE id = $1`,
      [esim.id],
    );
    expect(row).toEqual({ iccid: esim.iccid, last_country: null, installed_at: null, attached_at: null, name: null });
    expect(await saidBesideTheBooks(buyer.id, orderId, esim.id, esim.iccid)).toEqual([]);
    const [{ profile_status: profile } = { profile_status: '' }] = await shop.query<{ profile_status: string }>(
      `SELECT profile_status FROM esims WHERE id = $1`,
      [esim.id],
    );
    expect(profile).toBe('unknown');
    const order = await steps.row(orderId);
    expect(order).toMatchObject({ status: 'active', activated_at: expect.any(Date) });

    // The books: who paid what for what, and what became of it.
    const [charge] = await steps.chargesOf(buyer.id);
    const [payment] = await shop.query(
      `SELECT telegram_payment_charge_id AS charge, telegram_user_id, amount_stars, order_id FROM payments WHERE order_id = $1`,
      [orderId],
    );
    expect(payment).toEqual({
      charge: charge?.charge_id,
      telegram_user_id: buyer.id,
      amount_stars: charge?.amount,
      order_id: orderId,
    });
    expect(await steps.state(orderId)).toBe('paid/assigned');
  });

  it('is a new user to the shop, who can buy again', async () => {
    const { buyer, orderId, esim } = await wellKnown();
    await deleteData(buyer);
    expect((await buyer.get('/api/esimgo/esim')).body).toEqual({ esims: [] });
    expect((await buyer.get('/api/esimgo/order')).body).toEqual({ orders: [], next_cursor: null });
    expect((await buyer.get(`/api/esimgo/esim?id=${esim.id}`)).status).toBe(404);
    expect((await buyer.get(`/api/esimgo/status?order_id=${orderId}`)).status).toBe(404);
    const plan = nextPlan();
    expect((await buyer.order(plan, { iccid: esim.iccid })).status).toBe(404);
    expect(await buyer.get('/api/session')).toMatchObject({ status: 200, body: { language: 'en' } });
    const again = await steps.paid(plan, {}, buyer);
    await buyer.waitFor(again.orderId, 'ready');
    expect((await buyer.get<{ esims: unknown[] }>('/api/esimgo/esim')).body.esims).toHaveLength(1);
    expect((await buyer.get<{ orders: unknown[] }>('/api/esimgo/order')).body.orders).toHaveLength(1);
  });

  it('stays unknown whatever the supplier still says of the eSIM', async () => {
    const { buyer, esim, secrets } = await wellKnown();
    await deleteData(buyer);
    const heard = (): Promise<object[]> => shop.query(`SELECT kind FROM inbox WHERE source = 'esimgo'`);
    const { length: before } = await heard();
    // Most of any plan, of which the supplier tells.
    await shop.control('esim', { iccid: esim.iccid, action: 'use', bytes: 950_000_000 });
    await until(heard, ({ length }) => length > before);
    expect(await shop.query(`SELECT kind FROM inbox WHERE esim_id = $1`, [esim.id])).toEqual([]);
    expect(
      await shop.query(`SELECT kind FROM outbox WHERE subject_id = $1 AND kind = 'refresh_esim'`, [esim.id]),
    ).toEqual([]);
    expect(await refreshEsim(shop.app.deps, esim.id)).toBe('not_found');
    await steps.runJobs();
    await shop.cron('usage');
    expect(await shop.query(`SELECT * FROM esim_bundles WHERE esim_id = $1`, [esim.id])).toEqual([]);
    const after = await everything();
    for (const secret of secrets) expect(after).not.toContain(secret);
    expect(await shop.query(`SELECT id FROM outbox WHERE dead_at IS NOT NULL`)).toEqual([]);
  });

  it('leaves no row at all without a purchase', async () => {
    const buyer = await steps.newUser();
    await buyer.get('/api/session');
    await buyer.post('/api/events', { events: [{ name: 'open' }] });
    expect(await users(buyer.id)).toHaveLength(1);
    expect((await deleteData(buyer)).body).toEqual({ erasure: 'done' });
    expect(await users(buyer.id)).toEqual([]);
    expect(await everything()).not.toContain(String(buyer.id));
    // Asking again, and asking unknown, is no different.
    expect((await deleteData(buyer)).body).toEqual({ erasure: 'done' });
  });

  it('is nobody else: others keep theirs', async () => {
    const [one, other] = [await wellKnown(), await wellKnown()];
    await deleteData(one.buyer);
    const after = await everything();
    for (const secret of other.secrets.slice(0, 5)) expect(after).toContain(secret);
    expect((await other.buyer.get<{ esims: unknown[] }>('/api/esimgo/esim')).body.esims).toHaveLength(1);
  });

  it('has unpaid orders closed, and still gets what a payment buys that nobody could know of', async () => {
    const plan = nextPlan();
    const { buyer, orderId, charge } = await steps.paidUnheard(plan);
    await shop.query(`UPDATE orders SET approved_at = NULL WHERE id = $1`, [orderId]);
    expect((await deleteData(buyer)).body).toEqual({ erasure: 'done' });
    expect(await steps.state(orderId)).toBe('unpaid/cancelled');
    await steps.postUpdate(steps.paymentUpdate(charge));
    const order = await buyer.waitFor(orderId, 'ready');
    expect(order.activation_code).toContain('LPA:1$');
    expect(await steps.bought(plan.id)).toHaveLength(1);
  });

  it('is refused nothing but what it is: the request names no other person', async () => {
    const buyer = await steps.newUser();
    expect((await buyer.post('/api/session', { action: 'delete_data', user_id: 1 })).status).toBe(400);
    expect((await buyer.post('/api/session', { action: 'else' })).status).toBe(400);
    expect((await shop.call('/api/session', { json: { action: 'delete_data' } })).status).toBe(401);
  });
});

describe('a deletion that fails', () => {
  it('does not fail for a key that the person chose for another order', async () => {
    const buyer = await steps.newUser();
    const plan = nextPlan();
    const first = await steps.ordered(plan, {}, buyer);
    const { body } = await buyer.order(plan, {}, `erased:${first.orderId}`);
    // And the other way round, so that either may be erased first.
    await shop.query(`UPDATE orders SET idempotency_key = $2 WHERE id = $1`, [
      first.orderId,
      `erased:${body.order.id}`,
    ]);
    expect((await deleteData(buyer)).body).toEqual({ erasure: 'done' });
  });

  it('stops nobody else’s, however many fail, is told to the admins, and happens once it can', async () => {
    const broken = Array.from({ length: 101 }, (_, index) => 910_000_000 + index);
    await shop.query(
      `INSERT INTO users (telegram_user_id, erasure_asked_at) SELECT unnest($1::bigint[]), now() - interval '1 hour'`,
      [broken],
    );
    const mend = await breakErasure(...broken);
    try {
      const buyer = await refundedAfterAsking();
      for (let tries = 0; tries < 2; tries += 1) await eraseDueUsers(shop.app.deps);
      expect(await isWaiting(buyer)).toBe(false);
      await steps.isTold(buyer.id, /Your data is deleted/);
      expect(await steps.alertsOf('shop')).toContain('erasure_not_done');
    } finally {
      await mend();
    }
    while ((await eraseDueUsers(shop.app.deps)) > 0);
    expect(await shop.query(`SELECT FROM users WHERE telegram_user_id = ANY($1::bigint[])`, [broken])).toEqual([]);
  });

  it('is stored all the same when the bot is asked, and told to come', async () => {
    const { buyer, orderId } = await steps.paid(nextPlan());
    await buyer.waitFor(orderId, 'ready');
    await shop.settled();
    const mend = await breakErasure(buyer.id);
    try {
      expect((await steps.postUpdate(press(buyer))).status).toBe(200);
      await steps.isTold(buyer.id, /will be deleted[^]+It did not work just now/);
      expect(await isWaiting(buyer)).toBe(true);
    } finally {
      await mend();
    }
    await shop.cron('tick');
    await steps.isTold(buyer.id, /Your data is deleted/);
  });
});

describe('watchShop', () => {
  afterEach(() => shop.query(`DELETE FROM outbox WHERE kind = 'alert'`));

  it('tells once a day of a deletion that an order has held up for three days', async () => {
    const { buyer, orderId } = await steps.paidAndIdle(nextPlan());
    await shop.query(`UPDATE orders SET needs_human = 'late_and_not_provable' WHERE id = $1`, [orderId]);
    await deleteData(buyer);
    await letPass(buyer, 71);
    await shop.query(`DELETE FROM outbox WHERE kind = 'alert'`);
    expect(await watchShop(shop.app.deps)).toBe(0);
    await letPass(buyer, 2);
    for (let look = 0; look < 2; look += 1) expect(await watchShop(shop.app.deps)).toBe(1);
    expect(await steps.alertsOf('shop')).toEqual(['erasure_not_done']);
    await shop.query(`UPDATE orders SET needs_human = NULL WHERE id = $1`, [orderId]);
    await shop.cron('expire');
    await steps.runUntil(orderId, 'refunded/cancelled');
    await shop.cron('tick');
    expect(await watchShop(shop.app.deps)).toBe(0);
  });

  it('tells nobody of one that waits for what its owner bought meanwhile', async () => {
    const { buyer } = await boughtAfterAsking();
    await letPass(buyer, 100);
    expect(await isWaiting(buyer)).toBe(true);
    expect(await watchShop(shop.app.deps)).toBe(0);
  });
});

describe('what was bought after a deletion was asked for', () => {
  const ownEsims = async (buyer: Buyer) => (await buyer.get<{ esims: unknown[] }>('/api/esimgo/esim')).body.esims;

  it('keeps it waiting while it is not installed, for 30 days at the most', async () => {
    const { buyer } = await boughtAfterAsking();
    await letPass(buyer, 26);
    await shop.cron('tick');
    expect(await ownEsims(buyer)).toHaveLength(2);
    await letPass(buyer, 29 * 24 - 4);
    await shop.cron('tick');
    expect(await ownEsims(buyer)).toHaveLength(2);
    await letPass(buyer, 24);
    await shop.cron('tick');
    expect(await ownEsims(buyer)).toEqual([]);
    await steps.isTold(buyer.id, /Your data is deleted/);
  });

  it('goes with the rest once it is installed', async () => {
    const { buyer, orderId } = await boughtAfterAsking();
    await letPass(buyer, 26);
    const { esim_id: esimId } = await steps.row(orderId);
    const [{ iccid } = { iccid: '' }] = await shop.query<{ iccid: string }>(`SELECT iccid FROM esims WHERE id = $1`, [
      esimId,
    ]);
    await shop.control('esim', { iccid, action: 'install' });
    await refreshEsim(shop.app.deps, esimId ?? '');
    await shop.cron('tick');
    expect(await ownEsims(buyer)).toEqual([]);
  });

  it('goes with the rest when it is refunded', async () => {
    const { buyer, orderId } = await boughtAfterAsking();
    await letPass(buyer, 26);
    const charge = (await steps.chargesOf(buyer.id)).find(({ payload }) => payload.endsWith(orderId));
    if (charge === undefined) throw new Error('nothing was charged');
    takenBack.push(charge.charge_id);
    await shop.app.deps.telegram.refundStarPayment(buyer.id, charge.charge_id);
    await shop.cron('sweep-stars');
    await steps.runUntil(orderId, 'refunded/assigned');
    await steps.runJobs();
    await shop.cron('tick');
    expect(await ownEsims(buyer)).toEqual([]);
  });

  it('goes at once when its owner asks again', async () => {
    const { buyer } = await boughtAfterAsking();
    expect(await ownEsims(buyer)).toHaveLength(2);
    expect((await deleteData(buyer)).body).toEqual({ erasure: 'done' });
    expect(await ownEsims(buyer)).toEqual([]);
  });

  it('may still be paid for', async () => {
    const { buyer } = await boughtAfterAsking();
    const { orderId } = await steps.ordered(nextPlan(), {}, buyer);
    await shop.query(
      `UPDATE orders SET created_at = now() - interval '31 days' WHERE telegram_user_id = $1 AND id <> $2`,
      [buyer.id, orderId],
    );
    await shop.query(`UPDATE users SET erasure_asked_at = now() - interval '32 days' WHERE telegram_user_id = $1`, [
      buyer.id,
    ]);
    await shop.query(
      `UPDATE orders SET ready_at = now() - interval '31 days' WHERE telegram_user_id = $1 AND ready_at IS NOT NULL`,
      [buyer.id],
    );
    await eraseDueUsers(shop.app.deps);
    expect(await steps.state(orderId)).toBe('unpaid/none');
    await shop.query(`UPDATE orders SET expires_at = now() WHERE id = $1`, [orderId]);
    await shop.cron('tick');
    expect(await isWaiting(buyer)).toBe(false);
  });
});

describe('a deletion while a payment may be under way', () => {
  it('waits until the payment is heard of', async () => {
    const plan = nextPlan();
    const { buyer, orderId, charge } = await steps.paidUnheard(plan);
    expect((await deleteData(buyer)).body).toEqual({ erasure: 'deferred' });
    await shop.cron('expire');
    expect(await steps.state(orderId)).toBe('unpaid/none');
    await steps.postUpdate(steps.paymentUpdate(charge));
    expect((await buyer.waitFor(orderId, 'ready')).activation_code).toContain('LPA:1$');
    expect(await isWaiting(buyer)).toBe(true);
  });

  it('waits until a second charge is back', async () => {
    await shop.faults('telegram', [{ match: { path: 'refundStarPayment' }, action: 'error_500' }]);
    const { buyer, orderId, invoiceUrl } = await steps.paid(nextPlan());
    await buyer.waitFor(orderId, 'ready');
    await steps.payPastUs(buyer.id, invoiceUrl, {
      match: { path: 'refundStarPayment' },
      action: 'error_500',
    });
    const due = () => shop.query(`SELECT id FROM payments WHERE order_id = $1 AND state = 'refund_due'`, [orderId]);
    await until(due, (rows) => rows.length === 1);
    await shop.settled();
    expect((await deleteData(buyer)).body).toEqual({ erasure: 'deferred' });
    await shop.faults('telegram', []);
    await steps.runJobs();
    expect(await due()).toEqual([]);
    await shop.cron('tick');
    expect(await isWaiting(buyer)).toBe(false);
    expect(await steps.refundsOf(buyer.id)).toHaveLength(1);
  });
});

describe('a top-up that is paid although its eSIM was erased', () => {
  it('is refunded, told why, and never bought', async () => {
    const { buyer, orderId } = await steps.paid(nextPlan());
    await buyer.waitFor(orderId, 'ready');
    const { esim_id: esimId } = await steps.row(orderId);
    const plan = nextPlan();
    await shop.faults('telegram', [{ match: { path: 'webhook', body: 'successful_payment' }, action: 'lose' }]);
    const topUp = await steps.paid(plan, { iccid: esimId }, buyer);
    const [charge] = (await steps.chargesOf(buyer.id)).filter(({ payload }) => payload.endsWith(topUp.orderId));
    await shop.settled();
    await shop.faults('telegram', []);
    if (charge === undefined) throw new Error('nothing was charged');
    // As after a ledger that did not show it in time.
    await shop.query(`UPDATE orders SET approved_at = NULL WHERE id = $1`, [topUp.orderId]);
    expect((await deleteData(buyer)).body).toEqual({ erasure: 'done' });

    await steps.postUpdate(steps.paymentUpdate(charge));
    await until(
      () => steps.refundsOf(buyer.id),
      (refunds) => refunds.length === 1,
    );
    expect(await steps.refundsOf(buyer.id)).toEqual([charge.charge_id]);
    await steps.isTold(buyer.id, /eSIM of this top-up was deleted/);
    expect(await steps.state(topUp.orderId)).toBe('unpaid/cancelled');
    expect(await steps.bought(plan.id)).toEqual([]);
    expect(await shop.query(`SELECT refund_reason, state FROM payments WHERE order_id = $1`, [topUp.orderId])).toEqual([
      { refund_reason: 'esim_erased', state: 'refunded' },
    ]);
  });
});

describe('the digest of a request', () => {
  const EMAIL = 'anna.petrova@example.com';
  const bodyOf = ({ id, price_stars: stars }: Plan) => ({ bundle_id: id, expected_stars: stars, email: EMAIL });

  it('tells nobody the e-mail address, and is another for each person', async () => {
    const plan = nextPlan();
    const orders = [await steps.ordered(plan, { email: EMAIL }), await steps.ordered(plan, { email: EMAIL })];
    const stored = await shop.query<{ request_hash: string }>(
      `SELECT request_hash FROM orders WHERE id = ANY($1::text[])`,
      [orders.map(({ orderId }) => orderId)],
    );
    const hashes = stored.map(({ request_hash: hash }) => hash);
    expect(new Set(hashes).size).toBe(2);
    expect(hashes).not.toContain(plainHash(plan));
  });

  it('knows a repeat again, also during and after a change of the key', async () => {
    const plan = nextPlan();
    const buyer = await steps.newUser();
    const key = randomBytes(12).toString('hex');
    const { body } = await buyer.order(plan, { email: EMAIL }, key);
    const repeatWith = (keys: string[], more: object = {}) =>
      createOrder(
        { ...shop.app.deps, keyring: createKeyring(keys) },
        { user: { id: buyer.id, languageCode: 'en' }, body: { ...bodyOf(plan), ...more }, idempotencyKey: key },
      );
    const dataKey = shop.env['DATA_KEY'] ?? '';
    const newKey = randomBytes(32).toString('hex');
    for (const keys of [[dataKey], [newKey, dataKey]]) {
      expect((await repeatWith(keys)).order.id).toBe(body.order.id);
      await expect(repeatWith(keys, { email: 'bob@example.com' })).rejects.toMatchObject({
        code: 'idempotency_conflict',
      });
    }
    await expect(repeatWith([newKey])).rejects.toMatchObject({ code: 'idempotency_conflict' });
  });

  it('answers a conflict where an unkeyed one is stored', async () => {
    const plan = nextPlan();
    const buyer = await steps.newUser();
    const key = randomBytes(12).toString('hex');
    const { body } = await buyer.order(plan, { email: EMAIL }, key);
    await shop.query(`UPDATE orders SET request_hash = $2 WHERE id = $1`, [body.order.id, plainHash(plan)]);
    expect(await buyer.order(plan, { email: EMAIL }, key)).toMatchObject({
      status: 409,
      body: { error: { code: 'idempotency_conflict' } },
    });
  });

  const plainHash = ({ id, price_stars: stars }: Plan) =>
    createHash('sha256')
      .update(JSON.stringify([id, stars, null, EMAIL]))
      .digest('hex');
});

describe('a deletion while a paid order is under way', () => {
  it('waits until the eSIM is in hand and could be installed for a day, then happens by itself, and is told', async () => {
    const plan = nextPlan();
    const order = await steps.paidAndIdle(plan);
    const { buyer, orderId } = order;
    expect((await deleteData(buyer)).body).toEqual({ erasure: 'deferred' });
    await shop.cron('tick');
    expect(await steps.state(orderId)).toBe('paid/none');
    await shop.query(`INSERT INTO outbox (job_key, kind, subject_id) VALUES ('provision:' || $1, 'provision', $1)`, [
      orderId,
    ]);
    await steps.runUntil(orderId, 'paid/assigned');
    await steps.isTold(buyer.id, /eSIM is ready/);
    await shop.cron('tick');
    expect((await buyer.status(orderId)).activation_code).toContain('LPA:1$');

    await letPass(buyer, 25);
    await shop.cron('tick');
    expect((await buyer.get<{ esims: unknown[] }>('/api/esimgo/esim')).body.esims).toEqual([]);
    await steps.isTold(buyer.id, /Your data is deleted/);
  });

  it('waits until the Stars are back', async () => {
    const plan = nextPlan();
    await shop.faults('esimgo', [{ match: { method: 'POST', path: '/orders', body: plan.id }, action: 'not_found' }]);
    await shop.faults('telegram', [{ match: { path: 'refundStarPayment' }, action: 'error_500', times: 1 }]);
    const { buyer, orderId } = await steps.paid(plan);
    await steps.comesTo(orderId, 'refund_due/cancelled');
    expect((await deleteData(buyer)).body).toEqual({ erasure: 'deferred' });
    await steps.runUntil(orderId, 'refunded/cancelled');
    await shop.cron('tick');
    await steps.isTold(buyer.id, /Your data is deleted/);
    expect((await buyer.get('/api/esimgo/order')).body).toMatchObject({ orders: [] });
    expect(await steps.refundsOf(buyer.id)).toHaveLength(1);
  });

  it('is done once, and told once, by five workers at once', async () => {
    const order = await steps.paidAndIdle(nextPlan());
    await askErasure(shop.app.deps, order.buyer.id);
    await shop.query(`UPDATE orders SET deliver_by = now() - interval '1 second' WHERE id = $1`, [order.orderId]);
    await shop.cron('expire');
    await steps.runUntil(order.orderId, 'refunded/cancelled');
    const counts = await Promise.all(Array.from({ length: 5 }, () => eraseDueUsers(shop.app.deps)));
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(1);
    const told = (await steps.texts(order.buyer.id)).filter((text) => /data is deleted/.test(text));
    expect(told).toHaveLength(1);
  });
});

/** A press of the button whose question was put then. */
function press({ id }: Buyer, { at = new Date(), data = `delete_data:${Math.floor(at.getTime() / 1_000)}` } = {}) {
  return {
    update_id: randomInt(1_000_000_000),
    callback_query: {
      id: String(randomInt(1_000_000_000)),
      from: { id, is_bot: false, first_name: 'Test', language_code: 'en' },
      data,
    },
  };
}

/** Asked for while one order was under way; then another was bought, and both were delivered. */
async function boughtAfterAsking() {
  const first = await steps.paidAndIdle(nextPlan());
  const { buyer } = first;
  expect((await deleteData(buyer)).body).toEqual({ erasure: 'deferred' });
  const { orderId } = await steps.paid(nextPlan(), {}, buyer);
  await buyer.waitFor(orderId, 'ready');
  await shop.query(`INSERT INTO outbox (job_key, kind, subject_id) VALUES ('provision:' || $1, 'provision', $1)`, [
    first.orderId,
  ]);
  await steps.runUntil(first.orderId, 'paid/assigned');
  await steps.runJobs();
  return { buyer, orderId };
}

describe('/deletedata', () => {
  it.each([
    ['en', 'Delete my data', 'not installed yet', 'Your data is deleted'],
    ['ru', 'Удалить мои данные', 'ещё не установлен', 'Ваши данные удалены'],
  ])(
    'asks first, says what is lost, and deletes at the press of its button, in %s',
    async (language, button, warning, done) => {
      const { buyer, orderId } = await steps.paid(nextPlan());
      await buyer.waitFor(orderId, 'ready');
      await until(
        () => steps.texts(buyer.id),
        (all) => all.length > 0,
      );
      await shop.set({ telegram: { user: { id: buyer.id, language } } });
      await shop.control('message', { user_id: buyer.id, text: '/deletedata' });
      const question = await until(
        async () => (await shop.chat(buyer.id)).find(({ text }) => text?.includes(warning)),
        (message) => message !== undefined,
      );
      expect(question?.buttons.flat().map(({ text }) => text)).toEqual([button]);
      expect((await buyer.get<{ esims: unknown[] }>('/api/esimgo/esim')).body.esims).toHaveLength(1);
      await tap(buyer.id, question?.message_id ?? 0, question?.buttons[0]?.[0]?.callback_data ?? '');
      await steps.isTold(buyer.id, new RegExp(done));
      expect((await buyer.get('/api/esimgo/esim')).body).toEqual({ esims: [] });
    },
  );

  it('deletes once for one press, however often Telegram repeats it', async () => {
    const { buyer, orderId } = await steps.paid(nextPlan());
    await buyer.waitFor(orderId, 'ready');
    await shop.settled();
    const update = press(buyer);
    expect((await steps.postUpdate(update)).status).toBe(200);
    expect((await buyer.get('/api/esimgo/esim')).body).toEqual({ esims: [] });
    const again = await steps.paid(nextPlan(), {}, buyer);
    await buyer.waitFor(again.orderId, 'ready');
    await shop.settled();
    for (let repeats = 0; repeats < 2; repeats += 1) expect((await steps.postUpdate(update)).status).toBe(200);
    expect((await buyer.status(again.orderId)).activation_code).toContain('LPA:1$');
    expect((await steps.texts(buyer.id)).filter((text) => /data is deleted/.test(text))).toHaveLength(1);
  });

  it.each([
    ['more than an hour old', { at: new Date(Date.now() - 3_601_000) }],
    ['of a question without a time', { data: 'delete_data' }],
  ])('asks anew when the button is %s', async (_age, button) => {
    const { buyer, orderId } = await steps.paid(nextPlan());
    await buyer.waitFor(orderId, 'ready');
    await shop.settled();
    expect((await steps.postUpdate(press(buyer, button))).status).toBe(200);
    const questions = (await steps.texts(buyer.id)).filter((text) => /Delete your data\?/.test(text));
    expect(questions).toHaveLength(1);
    expect(await isWaiting(buyer)).toBe(false);
    expect((await buyer.status(orderId)).activation_code).toContain('LPA:1$');
  });

  it('takes the press of a button that is a little less than an hour old', async () => {
    const { buyer, orderId } = await steps.paid(nextPlan());
    await buyer.waitFor(orderId, 'ready');
    await shop.settled();
    await steps.postUpdate(press(buyer, { at: new Date(Date.now() - 3_500_000) }));
    expect((await buyer.get('/api/esimgo/esim')).body).toEqual({ esims: [] });
  });
});
