import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type * as z from 'zod';
import { destinationsAnswerSchema, plansAnswerSchema, type Plan } from '../../../lib/contract/catalogue.ts';
import { esimActionAnswerSchema, esimAnswerSchema, esimsAnswerSchema } from '../../../lib/contract/esim.ts';
import { createOrderAnswerSchema, orderAnswerSchema, ordersAnswerSchema } from '../../../lib/contract/order.ts';
import { sessionAnswerSchema } from '../../../lib/contract/session.ts';
import { preCheckoutMessages } from '../../../lib/i18n/pre-checkout-messages.ts';
import { startShop, type Answer, type ShopUnderTest } from '../../support/shop.ts';

const ADMIN = 611;
let lastUser = 700;
const nextUser = () => (lastUser += 1);

let shop: ShopUnderTest;
let buyer: Awaited<ReturnType<ShopUnderTest['user']>>;
let plan: Plan;
let esim: { id: string; iccid: string };
let orderId: string;
let ordered: Answer;

beforeAll(async () => {
  shop = await startShop({
    // One person's history is paged through, in orders that are made at once.
    MAX_OPEN_ORDERS: '0',
    DELIVERY_DEADLINE: '600',
    ADMIN_TELEGRAM_IDS: `7, ${ADMIN}`,
    SHOP_NAME: 'Far & Away',
    SUPPORT_CONTACT: '@help',
  });
  buyer = await shop.user(601);
  const [first] = await shop.plans('TH');
  if (first === undefined) throw new Error('Thailand is not sold');
  plan = first;
  const answer = await buyer.order(plan, { email: 'anna@mail.example.com' });
  ordered = answer;
  orderId = answer.body.order.id;
  await buyer.pay(answer.body.invoice_url);
  await buyer.waitFor(orderId, 'ready');
  const [row] = await shop.query<{ id: string; iccid: string }>(`SELECT id, iccid FROM esims`);
  if (row === undefined) throw new Error('no eSIM was delivered');
  esim = row;
});
afterAll(() => shop?.close());

/** The answer in the one shape the contract allows, with nothing beside it. */
function inShape<Schema extends z.ZodType>(answer: Answer, schema: Schema): z.output<Schema> {
  expect(answer.status).toBe(200);
  return schema.parse(answer.body);
}

/** Every key of an answer, however deep. */
function keysOf(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, item]) => [...(Array.isArray(value) ? [] : [key]), ...keysOf(item)]);
}

const INTERNAL =
  /cost|markup|margin|payout|rule|provision|needs_human|idempotency|hash|sealed|email(?!_enabled)|customer_ref|charge/i;
const text = (answer: Answer) => JSON.stringify(answer.body);

describe('the answers to one person', () => {
  const personal: readonly (readonly [name: string, read: () => Promise<Answer>, schema: z.ZodType])[] = [
    ['a new order', async () => ordered, createOrderAnswerSchema],
    ['an order again', () => buyer.order(plan), createOrderAnswerSchema],
    ['the history', () => buyer.get('/api/esimgo/order'), ordersAnswerSchema],
    ['a status', () => buyer.get(`/api/esimgo/status?order_id=${orderId}`), orderAnswerSchema],
    ['the eSIMs', () => buyer.get('/api/esimgo/esim'), esimsAnswerSchema],
    ['an eSIM', () => buyer.get(`/api/esimgo/esim?id=${esim.id}`), esimAnswerSchema],
    ['a session', () => buyer.get('/api/session'), sessionAnswerSchema],
    ...(['refresh_usage', 'diagnose', 'activated'] as const).map(
      (action) =>
        [
          `the action ${action}`,
          () => buyer.post('/api/esimgo/esim', { id: esim.id, action }),
          esimActionAnswerSchema,
        ] as const,
    ),
    [
      'a new name',
      () => buyer.post('/api/esimgo/esim', { order_id: orderId, action: 'rename', name: 'A' }),
      esimActionAnswerSchema,
    ],
  ];

  it.each(personal)(
    'have the shape of the contract, are kept by nobody and show no internals: %s',
    async (_, read, schema) => {
      const answer = await read();
      inShape(answer, schema);
      expect(answer.headers.get('cache-control')).toBe('no-store');
      expect(answer.headers.get('etag')).toBeNull();
      expect(keysOf(answer.body).filter((key) => INTERNAL.test(key))).toEqual([]);
      expect(text(answer)).not.toContain('anna@mail');
    },
  );

  it('hold the codes in the status of a delivered order and in the eSIM itself', async () => {
    const { order } = inShape(await buyer.get(`/api/esimgo/status?order_id=${orderId}`), orderAnswerSchema);
    expect(order.activation_code).toMatch(/^LPA:1\$/);
    expect(order.qr_code).toMatch(/^data:image\/svg\+xml/);
    const { esim: detail } = inShape(await buyer.get(`/api/esimgo/esim?id=${esim.id}`), esimAnswerSchema);
    expect(detail.install.activation_code).toBe(order.activation_code);
  });

  it('hold no code and no ICCID in a new order, in the history and in the list of eSIMs', async () => {
    for (const answer of [ordered, await buyer.get('/api/esimgo/order'), await buyer.get('/api/esimgo/esim')]) {
      expect(text(answer)).not.toContain('LPA:');
      expect(text(answer)).not.toContain('data:image');
      expect(text(answer)).not.toContain(esim.iccid);
      expect(keysOf(answer.body)).not.toContain('iccid');
    }
    const { orders } = inShape(await buyer.get('/api/esimgo/order'), ordersAnswerSchema);
    const codes = orders.map(({ qr_code: qr, activation_code: code }) => [qr, code]);
    expect(codes).toEqual(orders.map(() => [null, null]));
  });

  it('hold no ICCID in the status of an order', async () => {
    expect(text(await buyer.get(`/api/esimgo/status?order_id=${orderId}`))).not.toContain(esim.iccid);
  });

  it('hold no code before delivery', async () => {
    const { body } = await buyer.order(plan);
    const { order } = inShape(await buyer.get(`/api/esimgo/status?order_id=${body.order.id}`), orderAnswerSchema);
    expect(order).toMatchObject({ status: 'pending', qr_code: null, activation_code: null, esim_id: null });
  });

  it('page through the history, newest first, without a gap or a repeat', async () => {
    const reader = await shop.user(602);
    const made: string[] = [];
    for (let count = 0; count < 23; count += 1) made.push((await reader.order(plan)).body.order.id);
    // Same moment: the id decides, and no order is lost between two pages.
    await shop.query(`UPDATE orders SET created_at = now() WHERE telegram_user_id = 602`);
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const path: string = cursor === null ? '/api/esimgo/order' : `/api/esimgo/order?cursor=${cursor}`;
      const page: z.output<typeof ordersAnswerSchema> = inShape(await reader.get(path), ordersAnswerSchema);
      seen.push(...page.orders.map(({ id }) => id));
      cursor = page.next_cursor;
    } while (cursor !== null);
    expect(seen).toHaveLength(23);
    expect(seen.toSorted()).toEqual(made.toSorted());
  });
});

describe('GET /api/esimgo/catalogue', () => {
  const paths = ['/api/esimgo/catalogue', '/api/esimgo/catalogue?destination=TH'];

  it('has the shape of the contract', async () => {
    const { destinations } = inShape(await shop.call('/api/esimgo/catalogue'), destinationsAnswerSchema);
    expect(destinations.length).toBeGreaterThan(150);
    const { plans } = inShape(await shop.call('/api/esimgo/catalogue?destination=TH'), plansAnswerSchema);
    expect(plans).toContainEqual(plan);
  });

  it.each(paths)('shows no cost and nothing of how a price is made: %s', async (path) => {
    const answer = await shop.call(path);
    expect(keysOf(answer.body).filter((key) => INTERNAL.test(key))).toEqual([]);
    const costs = await shop.query<{ cost_milli: number }>(
      `SELECT DISTINCT cost_milli FROM esimgo_products WHERE destination_code = 'TH'`,
    );
    for (const { cost_milli: cost } of costs) expect(text(answer)).not.toContain(`:${cost},`);
  });

  it.each(paths)('may be kept by a CDN, and is not sent again to who has it: %s', async (path) => {
    const { headers } = await shop.call(path);
    const etag = headers.get('etag') ?? '';
    expect(etag).toMatch(/^(W\/)?"[^"]+"$/);
    expect(headers.get('cache-control')).toBe('public, max-age=0, must-revalidate');
    expect(headers.get('vercel-cdn-cache-control')).toContain('s-maxage=');
    for (const given of [etag, `W/${etag.replace('W/', '')}`, `"other", ${etag}`]) {
      const again = await shop.call(path, { headers: { 'if-none-match': given } });
      expect(again).toMatchObject({ status: 304, body: '' });
      expect(again.headers.get('etag')).toBe(etag);
      expect(again.headers.get('vercel-cdn-cache-control')).toContain('s-maxage=');
    }
    expect((await shop.call(path, { headers: { 'if-none-match': '"other"' } })).status).toBe(200);
  });

  it('has one ETag for each destination', async () => {
    const tags = await Promise.all(
      ['TH', 'FR', 'REUP'].map(async (code) => {
        return (await shop.call(`/api/esimgo/catalogue?destination=${code}`)).headers.get('etag');
      }),
    );
    expect(new Set(tags).size).toBe(3);
  });

  it('knows no destination that is not sold', async () => {
    const answer = await shop.call('/api/esimgo/catalogue?destination=XX');
    expect(answer).toMatchObject({ status: 404, body: { error: { code: 'not_found' } } });
    expect(answer.headers.get('cache-control')).toBe('no-store');
  });
});

describe('GET /api/session', () => {
  it('says who is there, and what the shop is called', async () => {
    expect(inShape(await buyer.get('/api/session'), sessionAnswerSchema)).toMatchObject({
      user: { id: 601, first_name: 'Test' },
      is_admin: false,
      language: 'en',
      shop_name: 'Far & Away',
      email_enabled: false,
      support_contact: '@help',
      delivery_deadline_s: 600,
    });
  });

  it('knows an admin by the proven id alone', async () => {
    const admin = await shop.user(ADMIN);
    expect(inShape(await admin.get('/api/session'), sessionAnswerSchema).is_admin).toBe(true);
    const answer = await buyer.get(`/api/session?user_id=${ADMIN}&is_admin=true`);
    expect(inShape(answer, sessionAnswerSchema).is_admin).toBe(false);
  });

  it.each([
    ['ru', 'ru'],
    ['uk', 'ru'],
    ['en', 'en'],
    ['pt-br', 'en'],
    ['xx', 'en'],
  ])('speaks to a client in "%s" in %s', async (code, language) => {
    const user = await shop.user(nextUser(), code);
    expect(inShape(await user.get('/api/session'), sessionAnswerSchema).language).toBe(language);
  });

  it('keeps to the language that the person chose', async () => {
    const user = await shop.user(640, 'ru');
    await user.get('/api/session');
    await shop.query(`UPDATE users SET chosen_language = 'en' WHERE telegram_user_id = 640`);
    expect(inShape(await user.get('/api/session'), sessionAnswerSchema).language).toBe('en');
  });

  it('keeps a language that is chosen in the app, for the bot and for refused payments too', async () => {
    const user = await shop.user(641, 'ru');
    const chosen = await user.post('/api/session', { action: 'choose_language', language: 'en' });
    expect(chosen).toMatchObject({ status: 204, body: '' });
    expect(inShape(await user.get('/api/session'), sessionAnswerSchema).language).toBe('en');

    const { body } = await user.order(plan);
    await shop.query(`UPDATE orders SET expires_at = now() - interval '1 minute' WHERE id = $1`, [body.order.id]);
    const { error } = await user.pay(body.invoice_url);
    expect(error).toBe(preCheckoutMessages.en.expired);

    const { body: second } = await user.order(plan);
    await user.pay(second.invoice_url);
    await user.waitFor(second.order.id, 'ready');
    await shop.settled();
    expect((await shop.chat(641)).find(({ type }) => type === 'photo')?.caption).toContain('Your eSIM is ready');
  });

  it.each([{ language: 'de' }, { language: null }, {}])(
    'takes no language that it does not speak: %o',
    async (more) => {
      const answer = await buyer.post('/api/session', { action: 'choose_language', ...more });
      expect(answer.status).toBe(400);
    },
  );

  it('asks to come back while Telegram cannot say who the bot is', async () => {
    await shop.app.deps.kv.delete('telegram:bot-username');
    await shop.faults('telegram', [{ match: { path: '/getMe' }, action: 'forbidden' }]);
    const answer = await buyer.get('/api/session');
    await shop.faults('telegram', []);
    expect(answer).toMatchObject({ status: 503, body: { error: { code: 'temporarily_unavailable' } } });
    expect((await buyer.get('/api/session')).status).toBe(200);
  });

  it('notes that the person was here', async () => {
    const user = await shop.user(641, 'ru');
    await user.get('/api/session');
    expect(await shop.query(`SELECT language_code FROM users WHERE telegram_user_id = 641`)).toEqual([
      { language_code: 'ru' },
    ]);
  });
});

describe('POST /api/events', () => {
  it('stores the steps and errors of one person', async () => {
    const events = [
      { name: 'open', at: '2026-11-21T10:00:00Z' },
      { name: 'open', details: { by: 'plan' } },
      { name: 'destination', details: { code: 'US-HI', is_top_up: true } },
      { name: 'plan', details: { id: plan.id, stars: plan.price_stars } },
      { name: 'paid', details: { order_id: orderId } },
      { name: 'install', details: { platform: 'ios' } },
      { name: 'error', details: { type: 'TypeError', frame: 'view-CoBB4J90.js:1:20314' } },
    ];
    const answer = await buyer.post('/api/events', { events });
    expect(answer).toMatchObject({ status: 204, body: '' });
    expect(answer.headers.get('cache-control')).toBe('no-store');
    const rows = await shop.query(
      `SELECT name, telegram_user_id, details FROM analytics_events WHERE telegram_user_id = 601 ORDER BY id`,
    );
    expect(rows).toEqual(events.map(({ name, details }) => ({ name, telegram_user_id: 601, details: details ?? {} })));
  });

  it('takes no text, whatever it is called and whoever it is about', async () => {
    const before = await shop.query(`SELECT count(*) FROM analytics_events`);
    const matchingId = 'JQ-209U6H-6I82J5';
    const texts = [matchingId, 'Anna Petrova', '+49 151 23456789', 'анна@почта.рф', esim.iccid];
    const names = ['open', 'destination', 'plan', 'checkout', 'pay', 'paid', 'ready', 'install', 'error'];
    const keys = ['by', 'code', 'is_top_up', 'id', 'stars', 'order_id', 'platform', 'type', 'frame', 'message', 'hash'];
    for (const name of names) {
      for (const key of keys) {
        for (const text of texts) {
          const { status } = await buyer.post('/api/events', { events: [{ name, details: { [key]: text } }] });
          expect([name, key, text, status]).toEqual([name, key, text, 400]);
        }
      }
    }
    expect(await shop.query(`SELECT count(*) FROM analytics_events`)).toEqual(before);
  });
});
