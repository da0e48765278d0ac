import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Plan } from '../../lib/contract/catalogue.ts';
import type { Esim } from '../../lib/contract/esim.ts';
import { refreshEsim } from '../../lib/esims/refresh-esim.ts';
import { askErasure, eraseDueUsers } from '../../lib/users/erase-user.ts';
import { expectBooksToBalance } from '../support/invariants.ts';
import { moneySteps, type Buyer } from '../support/money.ts';
import { startShop, until, type ShopUnderTest } from '../support/shop.ts';

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
});
afterAll(async () => {
  try {
    await expectBooksToBalance(shop);
  } finally {
    await shop?.close();
  }
});

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
  await buyer.post('/api/events', { events: [{ name: 'open', details: { start_param: `friend-${buyer.id}` } }] });
  await shop.query(`UPDATE users SET chosen_language = 'ru' WHERE telegram_user_id = $1`, [buyer.id]);
  const sealed = shop.app.deps.keyring.seal(`anna${buyer.id}@example.org`, `order-email:${orderId}`);
  await shop.query(`UPDATE orders SET email_sealed = $2 WHERE id = $1`, [orderId, sealed]);
  await shop.settled();
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

/** Every row of every table of the shop's, as text. */
async function everything(): Promise<string> {
  const tables = await shop.query<{ name: string }>(
    `SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'`,
  );
  const texts = await Promise.all(
    tables.map(async ({ name }) =>
      (await shop.query<{ text: string }>(`SELECT row_to_json(t)::text AS text FROM public.${name} AS t`)).map(
        ({ text }) => text,
      ),
    ),
  );
  return texts.flat().join('\n');
}

const deleteData = (buyer: Buyer) => buyer.post<{ erasure: string }>('/api/session', { action: 'delete_data' });
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

    expect(await deleteData(buyer)).toMatchObject({ status: 200, body: { erasure: 'done' } });
    const after = await everything();
    for (const secret of secrets) expect(after).not.toContain(secret);
    const [user] = await users(buyer.id);
    expect(user).toMatchObject({ language_code: null, chosen_language: null, erasure_asked_at: null });
    expect(await shop.query(`SELECT id FROM analytics_events WHERE telegram_user_id = $1`, [buyer.id])).toEqual([]);
    expect(await shop.query(`SELECT * FROM esim_bundles WHERE esim_id = $1`, [esim.id])).toEqual([]);
    const [row] = await shop.query(
      `SELECT iccid, last_country, installed_at, attached_at, name FROM esims WHERE id = $1`,
      [esim.id],
    );
    expect(row).toEqual({ iccid: esim.iccid, last_country: null, installed_at: null, attached_at: null, name: null });

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
    await shop.control('esim', { iccid: esim.iccid, action: 'use', bytes: 1_000 });
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

  it('has unpaid orders closed, and still gets what a payment under way buys', async () => {
    const plan = nextPlan();
    const { buyer, orderId, charge } = await steps.paidUnheard(plan);
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

    await shop.query(`UPDATE orders SET ready_at = ready_at - interval '25 hours' WHERE id = $1`, [orderId]);
    await shop.query(
      `UPDATE users SET erasure_asked_at = erasure_asked_at - interval '26 hours' WHERE telegram_user_id = $1`,
      [buyer.id],
    );
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
      await tap(buyer.id, question?.message_id ?? 0, 'delete_data');
      await steps.isTold(buyer.id, new RegExp(done));
      expect((await buyer.get('/api/esimgo/esim')).body).toEqual({ esims: [] });
    },
  );
});
