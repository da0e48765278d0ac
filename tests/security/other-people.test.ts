import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Plan } from '../../lib/contract/catalogue.ts';
import type { CreateOrderAnswer } from '../../lib/contract/order.ts';
import { CRON_JOBS } from '../../lib/jobs/run-cron.ts';
import { choicesIn, choicesOf } from '../support/contract-choices.ts';
import { deployedRoutes } from '../support/deployed-routes.ts';
import { moneySteps, type Buyer } from '../support/money.ts';
import { startShop, type Answer, type ShopUnderTest } from '../support/shop.ts';

const EMAIL = 'owner.of.it@mail.example.com';

let shop: ShopUnderTest;
let steps: ReturnType<typeof moneySteps>;
let owner: Buyer;
let stranger: Buyer;
let plan: Plan;
/** What the owner has: an eSIM in use, and an order that is not paid yet. */
let delivered: { orderId: string; esimId: string; iccid: string; key: string };
let open: { orderId: string; invoiceUrl: string };
/** Another one, whose link a crash lost: asking for it makes it. */
let unlinked: string;
/** Whatever of it would do harm in a stranger's hands. */
let belongings: string[];

beforeAll(async () => {
  shop = await startShop();
  steps = moneySteps(shop);
  [owner, stranger] = await Promise.all([shop.user(60_001), shop.user(60_002)]);
  const [first] = await shop.plans('TH');
  if (first === undefined) throw new Error('Thailand is not sold');
  plan = first;
  const key = `key-${randomUUID()}`;
  const bought = await owner.order(plan, { email: EMAIL }, key);
  await owner.pay(bought.body.invoice_url);
  const order = await owner.waitFor(bought.body.order.id, 'ready');
  const [esim] = await shop.query<{ id: string; iccid: string }>(`SELECT id, iccid FROM esims`);
  if (esim === undefined) throw new Error('no eSIM was delivered');
  delivered = { orderId: order.id, esimId: esim.id, iccid: esim.iccid, key };
  const waiting = await owner.order(plan);
  open = { orderId: waiting.body.order.id, invoiceUrl: waiting.body.invoice_url };
  unlinked = (await owner.order(plan)).body.order.id;
  await shop.query(`UPDATE orders SET invoice_url = NULL WHERE id = $1`, [unlinked]);
  await shop.settled();
  belongings = [
    order.id,
    open.orderId,
    unlinked,
    esim.id,
    esim.iccid,
    bought.body.invoice_url,
    open.invoiceUrl,
    order.esimgo_order_id ?? 'no reference',
    order.activation_code ?? 'no code',
    order.activation_code?.split('$')[2] ?? 'no code',
    EMAIL,
  ];
});
afterAll(() => shop?.close());

interface Attack {
  what: string;
  send: (as: Buyer) => Promise<Answer>;
  /** What the stranger hears; the owner hears 200. */
  refusal?: { status: number; code: string };
  /** For what names nobody: everybody may ask, and hears of themselves alone. */
  isOpen?: true;
}

const NOT_FOUND = { status: 404, code: 'not_found' };
const NO_PROOF = { status: 401, code: 'unauthorized' };
const order = (as: Buyer, more: object, key: string = randomUUID()) => as.order(plan, more, key);
const ESIM = 'POST /api/esimgo/esim';

/** By route, every way to name something of another person. A route that is not here fails the first test. */
const ATTACKS: Readonly<Record<string, () => Attack[]>> = {
  'GET /api/esimgo/catalogue': () => [
    {
      what: 'a person named to a route that knows none',
      send: (as) => as.get(`/api/esimgo/catalogue?user_id=${owner.id}&order_id=${delivered.orderId}`),
      isOpen: true,
    },
    {
      what: 'a person named beside a destination',
      send: (as) => as.get(`/api/esimgo/catalogue?destination=TH&user_id=${owner.id}`),
      isOpen: true,
    },
  ],
  'GET /api/esimgo/esim': () => [
    { what: 'the id of an eSIM', send: (as) => as.get(`/api/esimgo/esim?id=${delivered.esimId}`), refusal: NOT_FOUND },
    {
      what: 'the list of another person',
      send: (as) => as.get(`/api/esimgo/esim?user_id=${owner.id}&telegram_user_id=${owner.id}`),
      isOpen: true,
    },
  ],
  [ESIM]: () =>
    [{ id: delivered.esimId }, { order_id: delivered.orderId }].flatMap((target) =>
      choicesOf(ESIM).map((action) => ({
        what: `${action} by ${Object.keys(target).join('')}`,
        send: (as: Buyer) =>
          as.post('/api/esimgo/esim', { ...target, action, ...(action === 'rename' && { name: 'mine now' }) }),
        refusal: NOT_FOUND,
      })),
    ),
  'GET /api/esimgo/order': () => [
    {
      what: 'a cursor into the history',
      send: (as) => as.get(`/api/esimgo/order?cursor=${open.orderId}`),
      refusal: NOT_FOUND,
    },
    { what: 'the history', send: (as) => as.get(`/api/esimgo/order?user_id=${owner.id}`), isOpen: true },
  ],
  'POST /api/esimgo/order': () => [
    ...[delivered.esimId, delivered.iccid].map((iccid) => ({
      what: `a top-up of ${iccid.slice(0, 5)}`,
      send: (as: Buyer) => order(as, { iccid }),
      refusal: NOT_FOUND,
    })),
    { what: 'the idempotency key', send: (as) => order(as, { email: EMAIL }, delivered.key), isOpen: true },
  ],
  'GET /api/esimgo/status': () =>
    [delivered.orderId, open.orderId, unlinked].flatMap((id) =>
      ['', '&pay=1'].map((more) => ({
        what: `the order ${id}${more}`,
        send: (as: Buyer) => as.get(`/api/esimgo/status?order_id=${id}${more}`),
        refusal: NOT_FOUND,
      })),
    ),
  'POST /api/esimgo/webhook': () => [
    {
      what: 'an event about the order, unsigned',
      send: (as) => as.post('/api/esimgo/webhook', { event: 'order.failed', order_id: delivered.orderId }),
      refusal: NO_PROOF,
    },
  ],
  'POST /api/telegram/webhook': () => [
    {
      what: 'a payment of the order, without the secret',
      send: (as) =>
        as.post(
          '/api/telegram/webhook',
          steps.paymentUpdate({ charge_id: 'forged', user_id: owner.id, amount: plan.price_stars, payload: 'x' }),
        ),
      refusal: NO_PROOF,
    },
  ],
  'GET /api/cron/[job]': () =>
    CRON_JOBS.map((job) => ({
      what: `the job ${job}`,
      send: (as: Buyer) => as.get(`/api/cron/${job}`),
      refusal: NO_PROOF,
    })),
  'GET /api/session': () => [
    { what: 'the id of a person', send: (as) => as.get(`/api/session?user_id=${owner.id}`), isOpen: true },
  ],
  'POST /api/session': () => [
    {
      what: 'the language of another person',
      send: (as) => as.post(`/api/session?user_id=${owner.id}`, { action: 'choose_language', language: 'ru' }),
      isOpen: true,
    },
    {
      what: 'the erasure of another person',
      send: (as) => as.post(`/api/session?user_id=${owner.id}`, { action: 'delete_data' }),
      isOpen: true,
    },
    {
      what: 'the erasure of another person, named in the body',
      send: (as) => as.post('/api/session', { action: 'delete_data', telegram_user_id: owner.id }),
      refusal: { status: 400, code: 'bad_request' },
    },
  ],
  'POST /api/events': () => [
    {
      what: 'an event in the name of another person',
      send: (as) => as.post(`/api/events?user_id=${owner.id}`, { events: [{ name: 'open' }] }),
      isOpen: true,
    },
  ],
  'GET /api/health': () =>
    ['', '?include=bot'].map((query) => ({
      what: `the state of the shop${query}`,
      send: (as: Buyer) => as.get(`/api/health${query}`),
      isOpen: true,
    })),
};

/** A person whose choices are noted: query parameters and actions. */
function watched(person: Buyer, chosen: Set<string>): Buyer {
  const note = (request: Parameters<typeof choicesIn>[0]) => choicesIn(request).forEach((each) => chosen.add(each));
  return {
    ...person,
    get(path) {
      note({ query: Object.fromEntries(new URL(path, shop.url).searchParams) });
      return person.get(path);
    },
    post(path, json, more) {
      note({ body: json });
      return person.post(path, json, more);
    },
  };
}

/** Everything that the shop keeps about the owner, what it is about to do for them, and what it wrote to them. */
async function shelves(): Promise<unknown[]> {
  const kept = await Promise.all(
    [
      `SELECT * FROM users WHERE telegram_user_id = $1`,
      `SELECT * FROM orders WHERE telegram_user_id = $1 ORDER BY id`,
      `SELECT * FROM esims WHERE telegram_user_id = $1 ORDER BY id`,
      `SELECT * FROM payments WHERE telegram_user_id = $1 ORDER BY id`,
      `SELECT e.* FROM order_events e JOIN orders o ON o.id = e.order_id WHERE o.telegram_user_id = $1 ORDER BY e.id`,
      `SELECT b.* FROM esim_bundles b JOIN esims e ON e.id = b.esim_id WHERE e.telegram_user_id = $1 ORDER BY 1, 2`,
      `SELECT * FROM analytics_events WHERE telegram_user_id = $1 ORDER BY id`,
      `SELECT job_key FROM outbox WHERE subject_id IN (
         SELECT id FROM orders WHERE telegram_user_id = $1 UNION SELECT id FROM esims WHERE telegram_user_id = $1
         UNION SELECT id FROM payments WHERE telegram_user_id = $1) ORDER BY id`,
      `SELECT event_key FROM inbox WHERE order_id IN (SELECT id FROM orders WHERE telegram_user_id = $1)
         OR esim_id IN (SELECT id FROM esims WHERE telegram_user_id = $1) ORDER BY 1`,
    ].map((sql) => shop.query(sql, [owner.id])),
  );
  return [...kept, await shop.chat(owner.id), await steps.chargesOf(owner.id)];
}

describe('what belongs to another person', () => {
  it('is attacked on every method of every function that is deployed', async () => {
    expect(Object.keys(ATTACKS).toSorted()).toEqual(await deployedRoutes());
  });

  it.each(Object.keys(ATTACKS))('is neither read nor changed through %s', async (route) => {
    const attacks = ATTACKS[route]?.() ?? [];
    expect(attacks.length).toBeGreaterThan(0);
    const before = await shelves();
    const chosen = new Set<string>();
    for (const { what, send, refusal, isOpen } of attacks) {
      const answer = await send(watched(stranger, chosen));
      const text = JSON.stringify(answer.body);
      if (refusal !== undefined) {
        expect(answer, what).toMatchObject({ status: refusal.status, body: { error: { code: refusal.code } } });
      } else {
        expect([isOpen, answer.status < 300], what).toEqual([true, true]);
      }
      expect(
        belongings.filter((value) => text.includes(value)),
        what,
      ).toEqual([]);
      expect(text, what).not.toContain(`"telegram_user_id":${owner.id}`);
    }
    await shop.settled();
    expect(await shelves()).toEqual(before);
    expect(
      (await shop.chat(stranger.id)).filter(({ from }) => from === 'bot'),
      'messages to the stranger',
    ).toEqual([]);
    expect(
      choicesOf(route).filter((choice) => !chosen.has(choice)),
      'choices of the contract that nobody tried',
    ).toEqual([]);
  });

  it('is open to its owner by the same requests', async () => {
    const refused = Object.values(ATTACKS).flatMap((attacks) =>
      attacks().filter(({ refusal }) => refusal === NOT_FOUND),
    );
    expect(refused.length).toBeGreaterThan(12);
    for (const { what, send } of refused) {
      // One copy a minute, and here it is asked for twice.
      await shop.app.deps.kv.delete(`resend:${owner.id}`);
      expect((await send(owner)).status, what).toBe(200);
    }
  });

  it('is not told from what does not exist', async () => {
    const made = (id: string) => id.replace(/.{4}$/, 'aaaa');
    const pairs: [path: string, id: string][] = [
      ['/api/esimgo/status?order_id=', delivered.orderId],
      ['/api/esimgo/esim?id=', delivered.esimId],
      ['/api/esimgo/order?cursor=', delivered.orderId],
    ];
    const shown = ({ status, body, headers }: Answer) => ({
      status,
      body: JSON.stringify(body).replace(/"request_id":"[^"]*"/, ''),
      headers: [...headers.keys()],
    });
    for (const [path, id] of pairs) {
      expect(shown(await stranger.get(path + id))).toEqual(shown(await stranger.get(path + made(id))));
    }
  });

  it('makes two purchases of one idempotency key in two hands', async () => {
    const first = await order(owner, { email: EMAIL }, delivered.key);
    const second = await order(stranger, { email: EMAIL }, delivered.key);
    expect(first.body.order.id).toBe(delivered.orderId);
    expect(second.body.order).toMatchObject({ telegram_user_id: stranger.id, status: 'pending' });
    expect(second.body.order.id).not.toBe(delivered.orderId);
    expect(second.body.invoice_url).not.toBe(first.body.invoice_url);
  });

  it('is not paid for by a stranger, who would not get it', async () => {
    const { status } = await stranger.pay(open.invoiceUrl);
    expect(status).not.toBe('paid');
    expect(await steps.chargesOf(stranger.id)).toEqual([]);
    expect(await steps.state(open.orderId)).toBe('unpaid/none');
  });
});

describe('a value that only the shop decides', () => {
  const ACCEPTED = ['bundle_id', 'expected_stars', 'iccid', 'email'];

  it('is refused in an order, whichever column it names', async () => {
    const columns = await shop.query<{ column_name: string; table_name: string }>(
      `SELECT DISTINCT column_name, table_name FROM information_schema.columns
       WHERE table_schema = 'public' AND table_name IN ('orders', 'payments', 'esims', 'esimgo_products', 'users')`,
    );
    const shown = await owner.status(delivered.orderId);
    const names = new Set([
      ...columns.map(({ column_name: name }) => name),
      ...Object.keys(shown),
      ...['price', 'cost', 'currency', 'quantity', 'amount', 'user_id', 'userId', 'is_admin', 'paid', 'discount'],
    ]);
    const [{ count: before } = { count: -1 }] = await shop.query<{ count: number }>(
      `SELECT count(*)::integer AS count FROM orders`,
    );
    for (const name of [...names].filter((each) => !ACCEPTED.includes(each))) {
      const answer = await order(stranger, { [name]: 1 });
      expect(answer, name).toMatchObject({ status: 400, body: { error: { details: { path: name } } } });
    }
    expect(names.size).toBeGreaterThan(60);
    expect(await shop.query(`SELECT count(*)::integer AS count FROM orders`)).toEqual([{ count: before }]);
  });

  it('is ignored in queries and headers', async () => {
    const query = 'price_stars=1&expected_stars=1&quantity=9&currency=USD&status=ready&telegram_user_id=60001&cost=0';
    const answer = await shop.call<CreateOrderAnswer>(`/api/esimgo/order?${query}`, {
      json: { bundle_id: plan.id, expected_stars: plan.price_stars },
      headers: {
        ...stranger.headers,
        'idempotency-key': randomUUID(),
        'x-user-id': String(owner.id),
        'x-telegram-user-id': String(owner.id),
        'x-price-stars': '1',
        'x-http-method-override': 'GET',
        'x-admin': '1',
      },
    });
    expect(answer.status).toBe(200);
    const [product] = await shop.query<{ cost_milli: number }>(
      `SELECT cost_milli FROM esimgo_products WHERE bundle_name = $1`,
      [plan.id],
    );
    const rows = await shop.query(
      `SELECT telegram_user_id, price_stars, cost_milli, cost_currency, payment_status, status FROM orders WHERE id = $1`,
      [answer.body.order.id],
    );
    expect(rows).toEqual([
      {
        telegram_user_id: stranger.id,
        price_stars: plan.price_stars,
        cost_milli: product?.cost_milli,
        cost_currency: 'USD',
        payment_status: 'unpaid',
        status: 'pending',
      },
    ]);
  });

  it('is not the price: what was expected only says what was shown', async () => {
    for (const stars of [1, plan.price_stars - 1, plan.price_stars + 1]) {
      expect(await stranger.order({ ...plan, price_stars: stars })).toMatchObject({
        status: 409,
        body: { error: { code: 'price_changed', details: { price_stars: plan.price_stars } } },
      });
    }
  });

  it('is refused in an action on an eSIM', async () => {
    const fields = ['iccid', 'profile_status', 'vendor_state', 'activated_at', 'remaining_bytes', 'state', 'user_id'];
    for (const field of fields) {
      const body = { id: delivered.esimId, action: 'activated', [field]: 'active' };
      expect(await owner.post('/api/esimgo/esim', body), field).toMatchObject({
        status: 400,
        body: { error: { details: { path: field } } },
      });
    }
    // Nobody makes an order active by saying so: the phone has not seen a network.
    const said = await owner.post('/api/esimgo/esim', { id: delivered.esimId, action: 'activated' });
    expect(said.status).toBe(200);
    expect((await owner.status(delivered.orderId)).status).toBe('ready');
  });

  it('is refused in an event', async () => {
    for (const field of ['telegram_user_id', 'user_id', 'at_server', 'id']) {
      const answer = await stranger.post('/api/events', { events: [{ name: 'paid', [field]: owner.id }] });
      expect(answer.status, field).toBe(400);
    }
    expect(await shop.query(`SELECT * FROM analytics_events WHERE telegram_user_id = $1`, [owner.id])).toEqual([]);
  });
});
