import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Order } from '../../lib/contract/order.ts';
import { signCallback } from '../../lib/esim-go/signature.ts';
import { startShop, until, type Answer, type ShopUnderTest } from '../support/shop.ts';

interface Bought {
  buyer: Awaited<ReturnType<ShopUnderTest['user']>>;
  order: Order;
  esimId: string;
  iccid: string;
}

let shop: ShopUnderTest;
let nextUser = 2_000;
/** Delivered, never on a network, and nothing in this file changes that. */
let untouched: Bought;

beforeAll(async () => {
  shop = await startShop({ ADMIN_TELEGRAM_IDS: '2999' });
  untouched = await buy();
});
afterAll(() => shop?.close());

async function buy(): Promise<Bought> {
  const buyer = await shop.user((nextUser += 1));
  const plan = (await shop.plans('TH')).find(({ unlimited }) => !unlimited);
  if (plan === undefined) throw new Error('Thailand is not sold by the gigabyte');
  const { body } = await buyer.order(plan);
  await buyer.pay(body.invoice_url);
  const order = await buyer.waitFor(body.order.id, 'ready');
  const [esim] = await shop.query<{ id: string; iccid: string }>(`SELECT id, iccid FROM esims WHERE id = $1`, [
    order.esim_id,
  ]);
  if (esim === undefined) throw new Error('no eSIM was delivered');
  return { buyer, order, esimId: esim.id, iccid: esim.iccid };
}

/** As eSIM Go sends it; a text is sent byte for byte. */
function send(
  payload: object | string,
  encoding: 'base64' | 'hex' = 'base64',
  key = shop.env.ESIMGO_API_KEY ?? '',
): Promise<Answer> {
  const body = typeof payload === 'string' ? payload : JSON.stringify(payload);
  const signature = signCallback(Buffer.from(body), key, encoding);
  return shop.call('/api/esimgo/webhook', {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/json', 'x-signature-sha256': signature },
  });
}

interface Stored {
  kind: string;
  outcome: string;
  esim_id: string | null;
  order_id: string | null;
}

const stored = () =>
  shop.query<Stored>(`SELECT kind, outcome, esim_id, order_id FROM inbox WHERE source = 'esimgo' ORDER BY received_at`);
const forget = () => shop.query(`DELETE FROM inbox WHERE source = 'esimgo'`);

/** Everything that the shop believes of this purchase, times of looking aside. */
async function belief({ esimId, order }: Bought): Promise<unknown> {
  const [esim] = await shop.query(
    `SELECT profile_status, installed_at, attached_at, last_country, user_confirmed_at FROM esims WHERE id = $1`,
    [esimId],
  );
  const bundles = await shop.query(
    `SELECT state, remaining_bytes, starts_at, ends_at FROM esim_bundles WHERE esim_id = $1`,
    [esimId],
  );
  const [row] = await shop.query(
    `SELECT status, provisioning, payment_status, activated_at, esim_id, esimgo_order_id, needs_human FROM orders WHERE id = $1`,
    [order.id],
  );
  return { esim, bundles, row };
}

/** Sends, and waits for everything that it caused. */
async function sendAndSettle(payload: object | string, encoding: 'base64' | 'hex' = 'base64'): Promise<Answer> {
  const answer = await send(payload, encoding);
  await shop.settled();
  return answer;
}

/** A screen that polls has the supplier asked only so often. */
async function lookedAtLongAgo({ esimId }: Bought): Promise<void> {
  await shop.query(`UPDATE esims SET refreshed_at = refreshed_at - interval '1 minute' WHERE id = $1`, [esimId]);
  await shop.app.deps.kv.delete(`esim:refresh:${esimId}`);
}

const FOREIGN = '8944538532008169999';

interface Case {
  name: string;
  payload: () => object | string;
  stored: () => Stored;
}

const aboutEsim = (kind: string): Stored => ({ kind, outcome: 'queued', esim_id: untouched.esimId, order_id: null });
const aboutOrder = (kind: string): Stored => ({
  kind,
  outcome: 'queued',
  esim_id: untouched.esimId,
  order_id: untouched.order.id,
});
const ofNobody = (kind: string, outcome = 'ignored'): Stored => ({ kind, outcome, esim_id: null, order_id: null });
const bundle = () => ({
  id: '200000001',
  reference: `${untouched.order.esimgo_order_id}-0`,
  name: untouched.order.plan_id,
  description: 'eSIM, 3GB, 30 Days, Thailand, V2',
  initialQuantity: 3_000_000_000,
  remainingQuantity: 0,
  startTime: '2026-01-06T08:00:00Z',
  endTime: '2026-02-05T08:00:00Z',
  unlimited: false,
});
const withIccid = (more: object) => ({ iccid: untouched.iccid, ...more });

const PLAN_EVENTS: readonly Case[] = ['order.created', 'order.activated', 'order.failed', 'eSIM.ready'].flatMap(
  (event) => [
    {
      name: `${event} with our order id`,
      payload: () => ({ event, order_id: untouched.order.id }),
      stored: () => aboutOrder(event),
    },
    {
      name: `${event} with the order reference`,
      payload: () => ({ event, orderReference: untouched.order.esimgo_order_id }),
      stored: () => aboutOrder(event),
    },
    {
      name: `${event} with both and the ICCID`,
      payload: () =>
        withIccid({ event, order_id: untouched.order.id, orderReference: untouched.order.esimgo_order_id }),
      stored: () => aboutOrder(event),
    },
    {
      name: `${event} of an order that is not ours`,
      payload: () => ({ event, order_id: 'ord_00000000000000000000', orderReference: randomUUID() }),
      stored: () => ofNobody(event),
    },
  ],
);

const ALERTS: readonly Case[] = [
  ...[
    { alertType: 'FirstAttachment' },
    { alertType: 'CountryChange', country: { code: 'PT', name: 'Portugal' } },
    { alertType: 'ProfileStatusChange', status: 'installed', date: '2026-07-05', device: { imei: '1', eid: '2' } },
    { alertType: 'MSISDNEnabled', msisdn: '447700900000' },
    { alertType: 'MSISDNDisabled', msisdn: '447700900000', reason: 'expired' },
    { alertType: 'SMSFailed', timestamp: '2026-07-05T00:00:00Z' },
  ].map((payload) => ({
    name: `${payload.alertType} of our eSIM`,
    payload: () => withIccid(payload),
    stored: () => aboutEsim(payload.alertType),
  })),
  {
    name: 'something new of our eSIM',
    payload: () => withIccid({ alertType: 'SomethingNew', deep: [{ er: true }] }),
    stored: () => aboutEsim('other'),
  },
  {
    name: 'Utilisation of our eSIM',
    payload: () => withIccid({ alertType: 'Utilisation', bundle: bundle() }),
    stored: () => aboutEsim('Utilisation'),
  },
  {
    name: 'FirstUse of our eSIM',
    payload: () => withIccid({ alertType: 'FirstUse', bundle: bundle() }),
    stored: () => aboutEsim('FirstUse'),
  },
  {
    name: 'FirstUse with the ICCID as a number',
    payload: () => `{"alertType":"FirstUse", "iccid" : ${untouched.iccid}, "bundle":{"name":"x","initialQuantity":1}}`,
    stored: () => aboutEsim('FirstUse'),
  },
  ...['esim.deletion_scheduled', 'esim.deleted'].map((event) => ({
    name: `${event} of our eSIM`,
    payload: () => withIccid({ date: '2026-07-05T00:00:00Z', event }),
    stored: () => aboutEsim(event),
  })),
  ...['LowBalance', 'InsufficientBalance'].map((alertType) => ({
    name: alertType,
    payload: () => ({ alertType, balanceInfo: { balance: 74.2, threshold: 100, thresholdPercentRemaining: 74.2 } }),
    stored: () => ofNobody(alertType, 'queued'),
  })),
  ...['Topup', 'AutoTopup', 'eSIMGoTopup'].map((alertType) => ({
    name: alertType,
    payload: () => ({ alertType, bundle: { oldAmount: 100, newAmount: 1_100 } }),
    stored: () => ofNobody(alertType, 'queued'),
  })),
  ...['Utilisation', 'FirstAttachment', 'FirstUse', 'CountryChange'].map((alertType) => ({
    name: `${alertType} of an eSIM that is not ours`,
    payload: () => ({ alertType, iccid: FOREIGN }),
    stored: () => ofNobody(alertType),
  })),
  { name: 'FirstUse without an ICCID', payload: () => ({ alertType: 'FirstUse' }), stored: () => ofNobody('FirstUse') },
  {
    name: 'esim.deleted without an ICCID',
    payload: () => ({ event: 'esim.deleted' }),
    stored: () => ofNobody('esim.deleted'),
  },
  { name: 'an unknown kind', payload: () => ({ alertType: 'Surprise' }), stored: () => ofNobody('other') },
  {
    name: 'a name for a kind',
    payload: () => withIccid({ alertType: 'Anna Petrova +49 151 23456789' }),
    stored: () => aboutEsim('other'),
  },
  { name: 'a number for an event', payload: () => ({ event: '4915123456789' }), stored: () => ofNobody('other') },
  { name: 'no kind at all', payload: () => ({}), stored: () => ofNobody('unknown') },
  { name: 'a kind of another type', payload: () => ({ alertType: 7 }), stored: () => ofNobody('unknown') },
  { name: 'a very long kind', payload: () => ({ alertType: 'x'.repeat(500) }), stored: () => ofNobody('other') },
  {
    name: 'a kind with NUL',
    payload: () => ({ alertType: 'a\u0000b', order_id: '\u0000' }),
    stored: () => ofNobody('other'),
  },
  { name: 'a list', payload: () => '[{"alertType":"FirstUse"}]', stored: () => ofNobody('unknown') },
  { name: 'no JSON', payload: () => 'alertType=FirstUse', stored: () => ofNobody('unknown') },
  { name: 'nothing', payload: () => '', stored: () => ofNobody('unknown') },
  { name: 'deep JSON', payload: () => `${'['.repeat(30_000)}${']'.repeat(30_000)}`, stored: () => ofNobody('unknown') },
];

describe.each(['base64', 'hex'] as const)('a callback signed in %s', (encoding) => {
  it.each([...PLAN_EVENTS, ...ALERTS])('is answered 200, stored once and believed in nothing: $name', async (one) => {
    await forget();
    const before = await belief(untouched);
    const payload = one.payload();
    expect(await sendAndSettle(payload, encoding)).toMatchObject({ status: 200, body: { ok: true } });
    expect(await stored()).toEqual([one.stored()]);
    expect(await sendAndSettle(payload, encoding)).toMatchObject({ status: 200, body: { ok: true } });
    expect(await belief(untouched)).toMatchObject({ row: { status: 'ready', activated_at: null, needs_human: null } });
    const after = await belief(untouched);
    // Before the first look nothing is known of the bundle; what is known afterwards comes from the API.
    expect({ ...Object(after), bundles: null }).toEqual({ ...Object(before), bundles: null });
    for (const { state, starts_at: start } of Object(after).bundles) expect([state, start]).toEqual(['queued', null]);
  });
});

/** Runs the work in one hour of the clock, since repeats are told by the hour of their receipt. */
async function withinAnHour(work: () => Promise<void>): Promise<void> {
  const hour = async () => (await shop.query<{ hour: string }>(`SELECT to_char(now(), 'HH24') AS hour`))[0]?.hour;
  const before = await hour();
  try {
    await work();
  } catch (error) {
    if ((await hour()) === before) throw error;
    await work();
  }
}

describe('a repeated callback', () => {
  it('is stored once, however often it comes and however it is signed', () =>
    withinAnHour(async () => {
      await forget();
      const payload = withIccid({ alertType: 'FirstAttachment', repeat: randomUUID() });
      for (const encoding of ['base64', 'hex', 'base64'] as const)
        expect((await send(payload, encoding)).status).toBe(200);
      expect(await stored()).toHaveLength(1);
    }));

  it('is stored once when ten arrive together, each of which is answered 200', () =>
    withinAnHour(async () => {
      await forget();
      const payload = { event: 'order.activated', order_id: untouched.order.id, repeat: randomUUID() };
      const answers = await Promise.all(Array.from({ length: 10 }, () => send(payload)));
      expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
      expect(await stored()).toEqual([aboutOrder('order.activated')]);
      await shop.settled();
    }));
});

/** Read from the database: a screen that asks would have the supplier read again by itself. */
const statusOf = async ({ order }: Bought) =>
  (
    await shop.query<{ status: string; activated_at: Date | null; ready_at: Date }>(
      `SELECT status, activated_at, ready_at FROM orders WHERE id = $1`,
      [order.id],
    )
  )[0];

describe('a hint', () => {
  it('makes an order active only after the supplier’s API says that the eSIM was on a network', async () => {
    const bought = await buy();
    await sendAndSettle({ alertType: 'FirstAttachment', iccid: bought.iccid, early: true });
    expect(await statusOf(bought)).toMatchObject({ status: 'ready', activated_at: null });

    await shop.control('esim', { iccid: bought.iccid, action: 'attach' });
    const active = await until(
      () => statusOf(bought),
      (row) => row?.status === 'active',
    );
    expect(active?.activated_at?.getTime()).toBeGreaterThanOrEqual(active?.ready_at.getTime() ?? Infinity);
    const events = await shop.query(`SELECT type FROM order_events WHERE order_id = $1 AND type = 'order.activated'`, [
      bought.order.id,
    ]);
    expect(events).toHaveLength(1);
  });

  it.each(['order.activated', 'eSIM.ready'])('named %s has the order’s eSIM read as well', async (event) => {
    await shop.faults('esimgo', [{ match: { direction: 'out', path: 'webhook' }, action: 'lose' }]);
    const bought = await buy();
    await shop.settled();
    await shop.control('esim', { iccid: bought.iccid, action: 'attach' });
    await shop.faults('esimgo', []);
    expect(await statusOf(bought)).toMatchObject({ status: 'ready' });
    await sendAndSettle({ event, orderReference: bought.order.esimgo_order_id });
    expect(await statusOf(bought)).toMatchObject({ status: 'active' });
  });

  it('brings new usage, with the time it is of', async () => {
    const bought = await buy();
    await sendAndSettle({ alertType: 'Utilisation', iccid: bought.iccid, first: true });
    const read = async () => {
      const [row] = await shop.query<{ left_bytes: number; refreshed_at: Date }>(
        `SELECT remaining_bytes AS left_bytes, refreshed_at FROM esim_bundles JOIN esims ON id = esim_id WHERE id = $1`,
        [bought.esimId],
      );
      if (row === undefined) throw new Error('no usage is known');
      return row;
    };
    const before = await read();
    await shop.control('esim', { iccid: bought.iccid, action: 'use', bytes: 600_000_000 });
    const after = await until(read, ({ left_bytes: left }) => left === before.left_bytes - 600_000_000);
    expect(after.refreshed_at.getTime()).toBeGreaterThan(before.refreshed_at.getTime());
  });

  it('of a balance that changed makes the shop ask for it anew', async () => {
    await untouched.buyer.order({ id: untouched.order.plan_id, price_stars: untouched.order.price_stars });
    expect(await shop.app.deps.kv.get('supplier:snapshot')).not.toBeNull();
    await sendAndSettle({ alertType: 'Topup', bundle: { oldAmount: 1, newAmount: 2 } });
    expect(await shop.app.deps.kv.get('supplier:snapshot')).toBeNull();
  });

  it('that an order failed changes nothing of one that the API calls completed, also while it is on its way', async () => {
    await shop.faults('esimgo', [{ match: {}, action: 'assignment_delay', delay_ms: 600_000 }]);
    const buyer = await shop.user((nextUser += 1));
    const [plan] = await shop.plans('FR');
    const { body } = await buyer.order(plan ?? { id: '', price_stars: 0 });
    await buyer.pay(body.invoice_url);
    const placed = await until(
      () => buyer.status(body.order.id),
      ({ esimgo_order_id: reference }) => reference !== null,
    );
    await sendAndSettle({ event: 'order.failed', orderReference: placed.esimgo_order_id });
    const [row] = await shop.query(`SELECT provisioning, payment_status, needs_human FROM orders WHERE id = $1`, [
      placed.id,
    ]);
    expect(row).toEqual({ provisioning: 'placed', payment_status: 'paid', needs_human: null });
    expect((await shop.ledger()).stars.refunds).toEqual([]);

    await shop.faults('esimgo', []);
    await shop.set({ clock: { advance_s: 601 } });
    await sendAndSettle({ event: 'eSIM.ready', orderReference: placed.esimgo_order_id });
    expect(await buyer.status(placed.id)).toMatchObject({ status: 'ready' });
  });

  it('of a low balance is told to the admins once in six hours, with the balance that the API answers', async () => {
    const balance = 4_321.5;
    await shop.set({ esimgo: { balance } });
    const admin = await shop.user(2_999);
    await shop.control('message', { user_id: admin.id, text: '/start' });
    await shop.query(`DELETE FROM outbox WHERE kind = 'alert'`);
    for (const left of [3, 2, 1]) {
      await sendAndSettle({ alertType: 'LowBalance', balanceInfo: { balance: left } });
      await sendAndSettle({ alertType: 'InsufficientBalance', balanceInfo: { balance: left } });
    }
    const told = (await shop.chat(admin.id)).flatMap(({ text = '' }) =>
      /balance at eSIM Go/.test(text) ? [text] : [],
    );
    // Two when the six hours turn in between.
    expect([1, 2]).toContain(told.length);
    for (const text of told) expect(text).toContain('4321.50 USD');
  });

  it('does not hold up its answer while the supplier is slow', async () => {
    await shop.faults('esimgo', [{ match: { direction: 'in', path: '/esims/' }, action: 'delay', delay_ms: 600_000 }]);
    const answer = await send({ alertType: 'FirstUse', iccid: untouched.iccid, slow: true });
    expect(answer.status).toBe(200);
    await shop.faults('esimgo', []);
    await shop.set({ clock: { advance_s: 601 } });
    await shop.settled();
  });
});

describe('with every callback lost', () => {
  beforeAll(() => shop.faults('esimgo', [{ match: { direction: 'out', path: 'webhook' }, action: 'lose' }]));
  afterAll(() => shop.faults('esimgo', []));

  it('an order becomes active by a person who looks at its status', async () => {
    const bought = await buy();
    await forget();
    await shop.settled();
    await shop.control('esim', { iccid: bought.iccid, action: 'attach' });
    await lookedAtLongAgo(bought);
    await bought.buyer.waitFor(bought.order.id, 'active');
    expect(await stored()).toEqual([]);
  });

  it('an order becomes active by the clock alone', async () => {
    const bought = await buy();
    await shop.settled();
    await forget();
    await shop.control('esim', { iccid: bought.iccid, action: 'use', bytes: 1_000 });
    const status = () => shop.query<{ status: string }>(`SELECT status FROM orders WHERE id = $1`, [bought.order.id]);
    expect(await shop.cron('usage')).toMatchObject({ status: 200 });
    expect(await status()).toEqual([{ status: 'ready' }]);

    await shop.query(`UPDATE esims SET next_refresh_at = now() - interval '1 second' WHERE id = $1`, [bought.esimId]);
    expect(await shop.cron('usage')).toMatchObject({ body: { refreshed: 1 } });
    expect(await status()).toEqual([{ status: 'active' }]);
    expect(await stored()).toEqual([]);
  });

  it('an eSIM that was never on a network is looked at again, later each time', async () => {
    const bought = await buy();
    await shop.settled();
    const waits: number[] = [];
    for (const age of ['1 minute', '30 minutes', '12 hours', '10 days', '100 days', '399 days']) {
      await shop.query(
        `UPDATE esims SET created_at = now() - $2::interval, next_refresh_at = now() - interval '1 second' WHERE id = $1`,
        [bought.esimId, age],
      );
      await shop.cron('usage');
      const [row] = await shop.query<{ wait_s: number }>(
        `SELECT extract(epoch FROM next_refresh_at - refreshed_at)::integer AS wait_s FROM esims WHERE id = $1`,
        [bought.esimId],
      );
      waits.push(row?.wait_s ?? NaN);
    }
    expect(waits).toEqual([60, 300, 3_600, 21_600, 86_400, 86_400]);
  });

  it('an eSIM stays on the plan of looks when the supplier does not answer', async () => {
    const bought = await buy();
    await shop.settled();
    await shop.query(`UPDATE esims SET next_refresh_at = now() - interval '1 second' WHERE id = $1`, [bought.esimId]);
    await shop.faults('esimgo', [{ match: { direction: 'in', path: '/esims/' }, action: 'forbidden' }]);
    await shop.cron('usage');
    const [row] = await shop.query<{ is_planned: boolean }>(
      `SELECT next_refresh_at > now() AS is_planned FROM esims WHERE id = $1`,
      [bought.esimId],
    );
    expect(row).toEqual({ is_planned: true });
  });
});
