import { randomInt, randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Plan } from '../../lib/contract/catalogue.ts';
import { problemSchema } from '../../lib/contract/problem.ts';
import { signCallback } from '../../lib/esim-go/signature.ts';
import { CRON_JOBS } from '../../lib/jobs/run-cron.ts';
import { choicesIn, choicesOf } from '../support/contract-choices.ts';
import { deployedRoutes } from '../support/deployed-routes.ts';
import { expectBooksToBalance } from '../support/invariants.ts';
import { moneySteps, type Buyer } from '../support/money.ts';
import { rawRequest } from '../support/raw-request.ts';
import { startShop, type Answer, type ShopUnderTest } from '../support/shop.ts';

/** On each route. `FUZZ_RUNS=10000 npx vitest run tests/security/fuzz.test.ts` looks longer. */
const RUNS = Number(process.env['FUZZ_RUNS'] ?? 500);
/** `FUZZ_SEED` repeats a run. */
const SEED = Number(process.env['FUZZ_SEED'] ?? randomInt(2 ** 31));
/** Only for a request that would never be answered. */
const HANGS_AFTER_MS = 30_000;
/** A twentieth of what is made up is right by chance and must be accepted; it is a fifth and more of most routes. */
const ACCEPTED_SHARE = 20;

const NAMES = await deployedRoutes();

let shop: ShopUnderTest;
/** Two who buy, and one who has everything deleted again and again. */
let buyers: Buyer[];
let routes: Readonly<Record<string, Fuzzed>>;

/** What exists, so that more than the first check is reached. The first of each is the first buyer's. */
interface Known {
  shopId: string;
  orders: [delivered: string, open: string, ...string[]];
  esims: [string, ...string[]];
  iccids: [string, ...string[]];
  plans: [Plan, ...Plan[]];
  chargeIds: [string, ...string[]];
}

beforeAll(async () => {
  // No limit that would answer in the place of what is behind it; addresses are kept only where they may be of use.
  shop = await startShop({ MAX_OPEN_ORDERS: '0', SMTP_URL: 'smtp://127.0.0.1:9' });
  buyers = await Promise.all([80_001, 80_002, FORGETFUL].map((id) => shop.user(id)));
  const plans = await shop.plans('TH');
  const steps = moneySteps(shop);
  const orders: string[] = [];
  for (const [index, buyer] of buyers.entries()) {
    const plan = plans[index];
    if (plan === undefined) throw new Error('too few plans for Thailand');
    const { orderId } = await steps.paid(plan, {}, buyer);
    await buyer.waitFor(orderId, 'ready');
    if (buyer.id !== FORGETFUL) orders.push(orderId, (await steps.ordered(plan, {}, buyer)).orderId);
  }
  const esims = await shop.query<{ id: string; iccid: string }>(
    `SELECT id, iccid FROM esims WHERE telegram_user_id <> $1 ORDER BY telegram_user_id`,
    [FORGETFUL],
  );
  const charges = await shop.query<{ id: string }>(`SELECT telegram_payment_charge_id AS id FROM payments`);
  const [delivered = '', open = '', ...others] = orders;
  routes = routesOf({
    shopId: await shop.app.deps.shopId(),
    orders: [delivered, open, ...others],
    esims: atLeastOne(esims.map(({ id }) => id)),
    iccids: atLeastOne(esims.map(({ iccid }) => iccid)),
    plans: atLeastOne(plans),
    chargeIds: atLeastOne(charges.map(({ id }) => id)),
  });
});
afterAll(() => shop?.close());

function atLeastOne<Item>([first, ...others]: readonly Item[]): [Item, ...Item[]] {
  if (first === undefined) throw new Error('nothing of the kind exists');
  return [first, ...others];
}

const FORGETFUL = 80_003;

const HOSTILE = [
  '',
  ' ',
  '0',
  '-1',
  'null',
  '\0',
  'a\0b',
  '\ud800',
  '\u202e\u0000',
  '\r\nset-cookie: a=b',
  "'; DROP TABLE orders; --",
  "' OR '1'='1",
  '<script>alert(1)</script>',
  '<b>&amp;',
  '../../../../etc/passwd',
  '%2e%2e%2f',
  '%',
  '__proto__',
  'constructor',
  'LPA:1$smdp.example$X',
  '🦔'.repeat(100),
  'x'.repeat(3_000),
  '9'.repeat(40),
  '1e400',
  '${jndi:ldap://x}',
  '{{7*7}}',
] as const;

const text = fc.oneof(
  fc.constantFrom<string>(...HOSTILE),
  fc.string({ unit: 'grapheme', maxLength: 60 }),
  fc.string({ unit: 'binary', maxLength: 60 }),
);
const number = fc.oneof(
  fc.constantFrom<unknown>(0, -0, -1, 1, 2 ** 31, -(2 ** 31), 2 ** 53, 1e308, 1.5, Number.MIN_VALUE),
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
);
const anyValue: fc.Arbitrary<unknown> = fc.oneof(
  text,
  number,
  fc.boolean(),
  fc.constant(null),
  fc.jsonValue({ maxDepth: 3, stringUnit: 'binary' }),
);
/** Mostly of the right kind, so that what comes after it is reached as well. */
const mostly = (right: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> =>
  fc.oneof({ weight: 6, arbitrary: right }, { weight: 1, arbitrary: anyValue });
const part = (shape: Record<string, fc.Arbitrary<unknown>>): fc.Arbitrary<unknown> =>
  fc
    .tuple(
      fc.oneof(
        { weight: 2, arbitrary: fc.record(shape) },
        { weight: 1, arbitrary: fc.record(shape, { requiredKeys: [] }) },
      ),
      fc.oneof(
        { weight: 5, arbitrary: fc.constant({}) },
        { weight: 1, arbitrary: fc.dictionary(text, anyValue, { maxKeys: 3 }) },
      ),
    )
    .map(([named, more]) => ({ ...named, ...more }));
/** What a person would send: every part is there and right. */
const right = (shape: Record<string, fc.Arbitrary<unknown>>, optional: Record<string, fc.Arbitrary<unknown>> = {}) =>
  fc.record({ ...shape, ...optional }, { requiredKeys: Object.keys(shape) });
const partly = (rightOnes: fc.Arbitrary<unknown>, wildOnes: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> =>
  fc.oneof({ weight: 2, arbitrary: rightOnes }, { weight: 1, arbitrary: wildOnes });

/** A request that must be accepted, whatever else is sent. */
interface Plain {
  query?: Record<string, string>;
  body?: unknown;
  headers?: Record<string, string>;
  parameter?: string;
  buyer?: number;
}

interface Fuzzed {
  proof: 'user' | 'telegram' | 'esimgo' | 'cron' | 'none';
  /** One for each thing that can be asked for. */
  plain: readonly Plain[];
  query?: fc.Arbitrary<unknown>;
  body?: fc.Arbitrary<unknown>;
  headers?: fc.Arbitrary<unknown>;
  /** What comes in the place of `[job]`. */
  parameter?: fc.Arbitrary<string>;
  /** Who asks, by the place in `buyers`. */
  buyers?: readonly number[];
}

/** What each route reads. A route that is not here fails its test. */
function routesOf(known: Known): Readonly<Record<string, Fuzzed>> {
  const [delivered, open] = known.orders;
  const [esim] = known.esims;
  const [plan] = known.plans;
  const order = fc.constantFrom(...known.orders);
  const esimId = fc.constantFrom(...known.esims);
  const iccid = fc.constantFrom(...known.iccids);
  const name = fc.stringMatching(/^[\p{L}\d ]{1,30}\p{L}$/u);
  const email = fc.stringMatching(/^[a-z]{1,12}(\.[a-z]{1,12})?@[a-z]{1,12}\.(com|org)$/);
  const key = fc.oneof(fc.stringMatching(/^[!-~]{8,64}$/), fc.constantFrom('the-same-key-1', 'the-same-key-2'));
  const sold = fc.constantFrom(...known.plans);
  const bundle = sold.map(({ id }) => id);
  const stars = sold.map(({ price_stars: price }) => price);
  const asSold = (plan: Plan) => ({ bundle_id: plan.id, expected_stars: plan.price_stars });
  const target = fc.oneof(right({ id: esimId }), right({ order_id: order }));
  const actions = [
    { action: 'refresh_usage' },
    { action: 'diagnose' },
    { action: 'activated' },
    { action: 'resend' },
    { action: 'rename', name: 'a name' },
    { action: 'rename', name: null },
  ];

  const id = fc.constantFrom(...buyers.map((buyer) => buyer.id));
  const chat = (who: number) => ({ id: who, type: 'private' });
  const orderPayload = order.map((each) => `${known.shopId}:${each}`);
  const person = mostly(
    part({
      id: mostly(id),
      is_bot: fc.boolean(),
      first_name: text,
      language_code: mostly(fc.constantFrom('en', 'ru')),
    }),
  );
  const amount = mostly(fc.oneof(stars, fc.integer({ min: 1, max: 10_000 })));
  const currency = mostly(fc.constant('XTR'));
  // Whoever has the secret is believed, so the books hold only without invented news of our own charges: no new charge
  // for an order of ours, and no refund of a charge that there is.
  const payment = (invoice_payload: fc.Arbitrary<unknown>, telegram_payment_charge_id: fc.Arbitrary<unknown>) =>
    part({ currency, total_amount: amount, invoice_payload, telegram_payment_charge_id });
  const foreignPayment = payment(text, mostly(text));
  const repeatedPayment = right({
    currency: fc.constant('XTR'),
    total_amount: amount,
    invoice_payload: mostly(orderPayload),
    telegram_payment_charge_id: fc.constantFrom(...known.chargeIds),
  });
  const message = part({
    message_id: mostly(fc.nat()),
    date: mostly(fc.integer({ min: 1_700_000_000, max: 1_800_000_000 })),
    from: person,
    chat: mostly(part({ id: mostly(id), type: mostly(fc.constantFrom('private', 'group')) })),
    text: mostly(fc.oneof(fc.constantFrom('/start', '/help', '/privacy', '/deletedata', '/paysupport'), text)),
  });
  const forgetful = { id: FORGETFUL, is_bot: false, first_name: 'Test', language_code: 'en' };
  const said = (words: object) => ({
    message: {
      message_id: 1,
      date: 1_750_000_000,
      from: { id: buyers[0]?.id },
      chat: chat(buyers[0]?.id ?? 0),
      ...words,
    },
  });
  const paid = {
    currency: 'XTR',
    total_amount: plan.price_stars,
    invoice_payload: `${known.shopId}:${delivered}`,
    telegram_payment_charge_id: known.chargeIds[0],
  };
  const updates: Record<string, unknown>[] = [
    ...['/start', '/help', '/deletedata', 'hello'].map((words) => said({ text: words })),
    said({ successful_payment: paid }),
    {
      pre_checkout_query: {
        id: '1',
        from: { id: buyers[0]?.id, language_code: 'en' },
        currency: 'XTR',
        total_amount: plan.price_stars,
        invoice_payload: `${known.shopId}:${open}`,
      },
    },
    { callback_query: { id: '2', from: forgetful, data: `delete_data:${Math.floor(Date.now() / 1_000)}` } },
    { my_chat_member: { chat: chat(FORGETFUL), from: forgetful, new_chat_member: { status: 'kicked' } } },
  ];

  return {
    'GET /api/esimgo/catalogue': {
      proof: 'none',
      plain: [{}, { query: { destination: 'TH' } }],
      query: partly(
        right({}, { destination: fc.constantFrom('TH', 'th', 'REUP', 'US-HI') }),
        part({ destination: mostly(fc.constantFrom('TH', 'XX')) }),
      ),
      headers: part({ 'if-none-match': text }),
    },
    'GET /api/esimgo/esim': {
      proof: 'user',
      plain: [{}, { query: { id: esim } }],
      query: partly(right({}, { id: esimId }), part({ id: mostly(esimId) })),
    },
    'POST /api/esimgo/esim': {
      proof: 'user',
      plain: actions.flatMap((action) => [
        // A copy a minute: one by one of them, and one by the other.
        { body: { id: esim, ...action } },
        { body: { order_id: known.orders[2], ...action }, buyer: 1 },
      ]),
      body: partly(
        fc.tuple(target, fc.constantFrom(...actions)).map(([named, action]) => ({ ...Object(named), ...action })),
        part({
          id: mostly(esimId),
          order_id: mostly(order),
          action: mostly(fc.constantFrom(...actions.map(({ action }) => action))),
          name: mostly(fc.oneof(name, text)),
        }),
      ),
    },
    'GET /api/esimgo/order': {
      proof: 'user',
      plain: [{}, { query: { cursor: open } }],
      query: partly(right({}, { cursor: order }), part({ cursor: mostly(order) })),
    },
    'POST /api/esimgo/order': {
      proof: 'user',
      plain: [{}, { email: 'anna@example.org' }, { iccid: esim }, { iccid: known.iccids[0] }].map((more) => ({
        headers: { 'idempotency-key': randomUUID() },
        body: { ...asSold(plan), ...more },
      })),
      headers: partly(right({ 'idempotency-key': key }), part({ 'idempotency-key': mostly(key) })),
      body: partly(
        fc
          .tuple(sold, right({}, { email, iccid: fc.oneof(iccid, esimId) }), fc.boolean())
          .map(([each, more, isTopUp]) => ({ ...asSold(each), ...(isTopUp ? Object(more) : {}) })),
        part({
          bundle_id: mostly(bundle),
          expected_stars: mostly(stars),
          iccid: mostly(fc.oneof(iccid, esimId)),
          email: mostly(email),
        }),
      ),
    },
    'GET /api/esimgo/status': {
      proof: 'user',
      plain: [{ query: { order_id: delivered } }, { query: { order_id: open, pay: '1' } }],
      query: partly(
        right({ order_id: order }, { pay: fc.constant('1') }),
        part({ order_id: mostly(order), pay: mostly(fc.constantFrom('1', '0')) }),
      ),
    },
    'POST /api/esimgo/webhook': {
      proof: 'esimgo',
      plain: [
        { body: { alertType: 'FirstAttachment', iccid: known.iccids[0] } },
        { body: { event: 'order.activated', order_id: delivered } },
      ],
      body: part({
        alertType: mostly(fc.constantFrom('Utilisation', 'FirstUse', 'LowBalance', 'Topup', 'FirstAttachment')),
        event: mostly(fc.constantFrom('order.failed', 'order.activated', 'eSIM.ready')),
        iccid: mostly(iccid),
        order_id: mostly(order),
        orderReference: mostly(text),
        bundle: mostly(part({ id: anyValue, reference: anyValue, name: mostly(bundle) })),
        country: mostly(part({ code: anyValue, iso: anyValue })),
      }),
    },
    'POST /api/telegram/webhook': {
      proof: 'telegram',
      plain: updates.map((update, index) => ({ body: { update_id: index, ...update } })),
      body: fc
        .tuple(
          mostly(fc.nat()),
          fc.oneof(
            fc.constantFrom(...updates),
            message.map((value) => ({ message: value })),
            fc
              .tuple(message, fc.oneof(foreignPayment, repeatedPayment))
              .map(([value, payment]) => ({ message: { ...Object(value), successful_payment: payment } })),
            fc
              .tuple(message, foreignPayment)
              .map(([value, back]) => ({ message: { ...Object(value), refunded_payment: back } })),
            part({
              id: mostly(fc.nat().map(String)),
              from: person,
              currency: mostly(fc.constant('XTR')),
              total_amount: mostly(stars),
              invoice_payload: mostly(orderPayload),
            }).map((query) => ({ pre_checkout_query: query })),
            part({ id: mostly(fc.nat().map(String)), from: person, data: mostly(text) }).map((query) => ({
              callback_query: query,
            })),
            part({
              chat: mostly(part({ id: mostly(id), type: mostly(fc.constant('private')) })),
              from: person,
              new_chat_member: mostly(part({ status: mostly(fc.constantFrom('kicked', 'member')) })),
            }).map((member) => ({ my_chat_member: member })),
            fc.dictionary(text, anyValue, { maxKeys: 3 }),
          ),
        )
        .map(([updateId, rest]) => ({ update_id: updateId, ...rest })),
    },
    'GET /api/cron/[job]': {
      proof: 'cron',
      plain: CRON_JOBS.map((job) => ({ parameter: job })),
      parameter: fc.oneof(fc.constantFrom<string>(...CRON_JOBS.filter((job) => job !== 'sync-catalogue')), text),
      query: part({ job: mostly(text) }),
    },
    'GET /api/session': { proof: 'user', plain: [{}], query: part({ user_id: anyValue }) },
    'POST /api/session': {
      proof: 'user',
      // What is known of the others must last.
      buyers: [2],
      plain: [{ body: { action: 'choose_language', language: 'ru' } }, { body: { action: 'delete_data' } }],
      body: partly(
        fc.oneof(
          right({ action: fc.constant('choose_language'), language: fc.constantFrom('en', 'ru') }),
          right({ action: fc.constant('delete_data') }),
        ),
        part({
          action: mostly(fc.constantFrom('choose_language', 'delete_data')),
          language: mostly(fc.constantFrom('en', 'ru', null)),
        }),
      ),
    },
    'POST /api/events': {
      proof: 'user',
      plain: [{ body: { events: [{ name: 'open' }, { name: 'plan', at: '2026-01-02T03:04:05.678Z' }] } }],
      body: partly(
        right({
          events: fc.array(
            right(
              { name: fc.constantFrom('open', 'plan') },
              {
                at: fc
                  .date({ noInvalidDate: true, min: new Date(0), max: new Date(4e12) })
                  .map((at) => at.toISOString()),
              },
            ),
            { minLength: 1, maxLength: 5 },
          ),
        }),
        part({
          events: mostly(
            fc.array(
              part({
                name: mostly(
                  fc.constantFrom(
                    'open',
                    'destination',
                    'plan',
                    'checkout',
                    'pay',
                    'paid',
                    'ready',
                    'install',
                    'error',
                  ),
                ),
                at: mostly(fc.date({ noInvalidDate: true }).map((at) => at.toISOString())),
                details: mostly(
                  fc.dictionary(
                    fc.oneof(
                      fc.constantFrom('code', 'id', 'stars', 'order_id', 'platform', 'type', 'frame', 'by'),
                      text,
                    ),
                    fc.oneof(order, bundle, stars, text),
                    { maxKeys: 2 },
                  ),
                ),
              }),
              { maxLength: 5 },
            ),
          ),
        }),
      ),
    },
    'GET /api/health': {
      proof: 'cron',
      plain: [{}, { query: { include: 'bot' } }],
      query: partly(right({}, { include: fc.constant('bot') }), part({ include: mostly(text), x: anyValue })),
    },
  };
}

/** Also of an object that will not be a string, such as one whose `toString` is null. */
const textOf = (value: unknown) =>
  typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value);
const wellFormed = (value: unknown) => textOf(value).replaceAll(/\p{Surrogate}/gu, '\u{FFFD}');
/** What Node's own client agrees to send in a header. */
const inHeader = (value: unknown) =>
  wellFormed(value)
    .replaceAll(/[^\x20-\x7e]/g, '?')
    .slice(0, 1_000);

function queryOf(value: unknown, raw: boolean): string {
  const pairs = Object.entries(Object(value));
  const encoded = (each: unknown) =>
    raw ? inHeader(each).replaceAll(/[\s#]/g, '+') : encodeURIComponent(wellFormed(each));
  return pairs.length === 0
    ? ''
    : `?${pairs
        .map(([name, each]) => `${encoded(name)}=${encoded(each)}`)
        .join('&')
        .slice(0, 8_000)}`;
}

/** Names of the shop in a request that Node's parser lets through; the last ones are none. */
const HOSTS = [
  'localhost:1',
  'evil.example',
  '[::1]',
  '127.1',
  'xn--',
  'x:99999',
  '1.2.3.256',
  '[',
  '%',
  'a@b',
] as const;

/** Everything that differs from one request to the next, whatever the route. */
const surroundings = fc.record({
  isProven: fc.integer({ min: 0, max: 9 }).map((dice) => dice > 0),
  junkProof: text,
  otherMethod: fc.oneof(
    { weight: 12, arbitrary: fc.constant(null) },
    { weight: 1, arbitrary: fc.constantFrom('PUT', 'DELETE', 'OPTIONS', 'PATCH', 'HEAD') },
  ),
  rawQuery: fc.boolean(),
  contentType: fc.oneof({ weight: 10, arbitrary: fc.constant('application/json') }, { weight: 1, arbitrary: text }),
  junkBody: fc.oneof(
    { weight: 12, arbitrary: fc.constant(null) },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 300 }) },
    { weight: 1, arbitrary: anyValue.map((value) => Buffer.from(JSON.stringify(value) ?? '')) },
  ),
  moreHeaders: fc.oneof(
    { weight: 5, arbitrary: fc.constant<Record<string, string>>({}) },
    {
      weight: 1,
      arbitrary: fc.record({
        'x-vercel-id': text,
        'accept-language': text,
        origin: text,
        'x-forwarded-for': text,
        host: fc.oneof({ weight: 2, arbitrary: fc.constantFrom<string>(...HOSTS) }, { weight: 1, arbitrary: text }),
      }),
    },
  ),
});
type Surroundings = typeof surroundings extends fc.Arbitrary<infer Value> ? Value : never;

const PLAIN_SURROUNDINGS: Surroundings = {
  isProven: true,
  junkProof: '',
  otherMethod: null,
  rawQuery: false,
  contentType: 'application/json',
  junkBody: null,
  moreHeaders: {},
};

function proofOf(proof: Fuzzed['proof'], body: Buffer, buyer: number): Record<string, string> {
  switch (proof) {
    case 'user':
      return { ...buyers[buyer]?.headers };
    case 'telegram':
      return { 'x-telegram-bot-api-secret-token': shop.env['TELEGRAM_WEBHOOK_SECRET'] ?? '' };
    case 'esimgo':
      return { 'x-signature-sha256': signCallback(body, shop.env['ESIMGO_API_KEY'] ?? '') };
    case 'cron':
      return { authorization: `Bearer ${shop.env['CRON_SECRET']}` };
    case 'none':
      return {};
  }
}

interface Sent {
  buyer: number;
  query: unknown;
  body: unknown;
  headers: unknown;
  parameter: string;
}

/** Whatever is sent, it is answered, by no failure, and a refusal has the form of ours. */
async function answerTo(name: string, { proof }: Fuzzed, around: Surroundings, sent: Sent): Promise<Answer> {
  const [method = '', route = ''] = name.split(' ');
  const hasBody = method === 'POST';
  const bytes = Buffer.from(around.junkBody ?? JSON.stringify(sent.body ?? null));
  const junk = inHeader(around.junkProof);
  const headers = {
    ...around.moreHeaders,
    ...(hasBody ? { 'content-type': around.contentType } : {}),
    ...Object(sent.headers),
    ...(around.isProven
      ? proofOf(proof, bytes, sent.buyer)
      : { authorization: `tma ${junk}`, 'x-telegram-bot-api-secret-token': junk, 'x-signature-sha256': junk }),
  };
  const path = route.replace(/\[\w+\]/, () => encodeURIComponent(wellFormed(sent.parameter)).slice(0, 4_000));
  const answer = await rawRequest(shop.url, path + queryOf(sent.query, around.rawQuery), {
    method: around.otherMethod ?? method,
    headers: Object.fromEntries(Object.entries(headers).map(([key, value]) => [headerName(key), inHeader(value)])),
    pieces: hasBody ? [bytes] : [],
    signal: AbortSignal.timeout(HANGS_AFTER_MS),
  });
  expect(answer.status, JSON.stringify(answer.body)).toBeLessThan(500);
  if (answer.status >= 400 && typeof answer.body === 'object') problemSchema.parse(answer.body);
  return answer;
}

describe(`${RUNS} requests on each route, made up at random (FUZZ_SEED=${SEED}),`, () => {
  it('have a case for every method of every function that is deployed, and no other', () => {
    expect(Object.keys(routes).toSorted()).toEqual(NAMES);
  });

  it.each(NAMES)(
    'are answered at %s, never by a failure, and the right ones are accepted',
    async (name) => {
      const route = routes[name];
      if (route === undefined) throw new Error(`there is no case for ${name}`);
      // First what a person would send, so that it is known to come further than the door.
      for (const { buyer = route.buyers?.[0] ?? 0, query = {}, body, headers = {}, parameter = '' } of route.plain) {
        const answer = await answerTo(name, route, PLAIN_SURROUNDINGS, { buyer, query, body, headers, parameter });
        expect(answer.status, JSON.stringify([query, body, answer.body])).toBeLessThan(400);
      }
      expect([...new Set(route.plain.flatMap(choicesIn))].toSorted()).toEqual(choicesOf(name));

      let accepted = 0;
      const nothing = fc.constant({});
      const sent = fc.record({
        buyer: fc.constantFrom(...(route.buyers ?? [0, 1])),
        query: route.query ?? nothing,
        body: route.body ?? nothing,
        headers: route.headers ?? nothing,
        parameter: route.parameter ?? fc.constant(''),
      });
      await fc.assert(
        fc.asyncProperty(surroundings, sent, async (around, request) => {
          if ((await answerTo(name, route, around, request)).status < 400) accepted += 1;
        }),
        { numRuns: RUNS, seed: SEED },
      );
      expect(accepted).toBeGreaterThanOrEqual(Math.floor(RUNS / ACCEPTED_SHARE));
    },
    60_000 + RUNS * 1_000,
  );

  it('leave the shop as it was: it sells, and its books balance', async () => {
    await shop.settled();
    // Charges of no order of ours, which the simulator never made.
    await shop.query(`DELETE FROM payments WHERE order_id IS NULL`);
    await expectBooksToBalance(shop);
    const buyer = await shop.user(80_009);
    const [plan] = await shop.plans('FR');
    if (plan === undefined) throw new Error('France is not sold');
    const { body } = await buyer.order(plan);
    await buyer.pay(body.invoice_url);
    expect((await buyer.waitFor(body.order.id, 'ready')).activation_code).toMatch(/^LPA:1\$/);
  });
});

/** A name of another header may be anything but unsendable. */
function headerName(name: string): string {
  return (
    name
      .toLowerCase()
      .replaceAll(/[^\w-]/g, '-')
      .slice(0, 100) || 'x-empty'
  );
}
