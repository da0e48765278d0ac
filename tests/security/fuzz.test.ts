import { randomInt } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { problemSchema } from '../../lib/contract/problem.ts';
import { signCallback } from '../../lib/esim-go/signature.ts';
import { CRON_JOBS } from '../../lib/jobs/run-cron.ts';
import { deployedRoutes } from '../support/deployed-routes.ts';
import { expectBooksToBalance } from '../support/invariants.ts';
import { moneySteps, type Buyer } from '../support/money.ts';
import { rawRequest } from '../support/raw-request.ts';
import { startShop, type ShopUnderTest } from '../support/shop.ts';

/** In all. `FUZZ_RUNS=10000 npx vitest run tests/security/fuzz.test.ts` looks longer. */
const RUNS = Number(process.env['FUZZ_RUNS'] ?? 500);
/** `FUZZ_SEED` repeats a run. */
const SEED = Number(process.env['FUZZ_SEED'] ?? randomInt(2 ** 31));
/** Only for a request that would never be answered. */
const HANGS_AFTER_MS = 30_000;

let shop: ShopUnderTest;
let buyers: Buyer[];
/** Ids that exist, so that more than the first check is reached. */
let known: {
  orderIds: string[];
  esimIds: string[];
  iccids: string[];
  bundles: string[];
  stars: number[];
  chargeIds: string[];
};
let shopId: string;

beforeAll(async () => {
  shop = await startShop();
  shopId = await shop.app.deps.shopId();
  buyers = await Promise.all([shop.user(80_001), shop.user(80_002)]);
  const plans = await shop.plans('TH');
  const steps = moneySteps(shop);
  const orderIds: string[] = [];
  for (const [index, buyer] of buyers.entries()) {
    const plan = plans[index];
    if (plan === undefined) throw new Error('too few plans for Thailand');
    const { orderId } = await steps.paid(plan, {}, buyer);
    await buyer.waitFor(orderId, 'ready');
    orderIds.push(orderId, (await steps.ordered(plan, {}, buyer)).orderId);
  }
  const esims = await shop.query<{ id: string; iccid: string }>(`SELECT id, iccid FROM esims`);
  const charges = await shop.query<{ id: string }>(`SELECT telegram_payment_charge_id AS id FROM payments`);
  known = {
    orderIds,
    esimIds: esims.map(({ id }) => id),
    iccids: esims.map(({ iccid }) => iccid),
    bundles: plans.map(({ id }) => id),
    stars: plans.map(({ price_stars: stars }) => stars),
    chargeIds: charges.map(({ id }) => id),
  };
});
afterAll(() => shop?.close());

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
/** A value that exists by the time the request is written. */
const late = (read: () => unknown): unknown => ({ toJSON: read, toString: () => String(read()) });
const nth = (name: keyof typeof known, index: number): unknown => late(() => known[name][index % known[name].length]);
const one = (name: keyof typeof known): fc.Arbitrary<unknown> => fc.nat().map((index) => nth(name, index));
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
const id = fc.constantFrom(80_001, 80_002, 80_003);
const orderPayload = one('orderIds').map((order) => late(() => `${shopId}:${String(order)}`));
const person = mostly(
  part({ id: mostly(id), is_bot: fc.boolean(), first_name: text, language_code: mostly(fc.constantFrom('en', 'ru')) }),
);
const amount = mostly(fc.oneof(one('stars'), fc.integer({ min: 1, max: 10_000 })));
const currency = mostly(fc.constant('XTR'));
// Whoever has the secret is believed, so the books hold only without invented news of our own charges: no new charge
// for an order of ours, and no refund of a charge that there is.
const payment = (invoice_payload: fc.Arbitrary<unknown>, telegram_payment_charge_id: fc.Arbitrary<unknown>) =>
  part({ currency, total_amount: amount, invoice_payload, telegram_payment_charge_id });
const foreignPayment = payment(text, mostly(text));
const repeatedPayment = payment(mostly(orderPayload), one('chargeIds'));
const message = part({
  message_id: mostly(fc.nat()),
  date: mostly(fc.integer({ min: 1_700_000_000, max: 1_800_000_000 })),
  from: person,
  chat: mostly(part({ id: mostly(id), type: mostly(fc.constantFrom('private', 'group')) })),
  text: mostly(fc.oneof(fc.constantFrom('/start', '/help', '/privacy', '/deletedata', '/paysupport'), text)),
});

interface Fuzzed {
  query?: fc.Arbitrary<unknown>;
  body?: fc.Arbitrary<unknown>;
  headers?: fc.Arbitrary<unknown>;
  /** What comes in the place of `[job]`. */
  parameter?: fc.Arbitrary<string>;
  proof: 'user' | 'telegram' | 'esimgo' | 'cron' | 'none';
}

/** What each route reads. A route that is not here fails the first test. */
const ROUTES: Readonly<Record<string, Fuzzed>> = {
  'GET /api/esimgo/catalogue': {
    query: part({ destination: mostly(fc.constantFrom('TH', 'th', 'REUP', 'US-HI', 'XX')) }),
    headers: part({ 'if-none-match': text }),
    proof: 'none',
  },
  'GET /api/esimgo/esim': { query: part({ id: mostly(one('esimIds')) }), proof: 'user' },
  'POST /api/esimgo/esim': {
    body: fc.oneof(
      part({ id: one('esimIds'), action: fc.constantFrom('refresh_usage', 'diagnose', 'activated') }),
      part({ id: one('esimIds'), action: fc.constant('rename'), name: mostly(text) }),
      part({
        id: mostly(one('esimIds')),
        order_id: mostly(one('orderIds')),
        action: mostly(fc.constantFrom('refresh_usage', 'rename', 'diagnose', 'activated')),
        name: mostly(text),
      }),
    ),
    proof: 'user',
  },
  'GET /api/esimgo/order': { query: part({ cursor: mostly(one('orderIds')) }), proof: 'user' },
  'POST /api/esimgo/order': {
    headers: part({ 'idempotency-key': mostly(fc.string({ minLength: 8, maxLength: 64 })) }),
    body: fc.oneof(
      fc.tuple(fc.nat(), part({ email: mostly(fc.emailAddress()) })).map(([index, more]) => ({
        bundle_id: nth('bundles', index),
        expected_stars: nth('stars', index),
        ...Object(more),
      })),
      part({
        bundle_id: mostly(one('bundles')),
        expected_stars: mostly(one('stars')),
        iccid: mostly(fc.oneof(one('iccids'), one('esimIds'))),
        email: mostly(fc.emailAddress()),
      }),
    ),
    proof: 'user',
  },
  'GET /api/esimgo/status': { query: part({ order_id: mostly(one('orderIds')) }), proof: 'user' },
  'POST /api/esimgo/webhook': {
    body: part({
      alertType: mostly(fc.constantFrom('Utilisation', 'FirstUse', 'LowBalance', 'Topup', 'FirstAttachment')),
      event: mostly(fc.constantFrom('order.failed', 'order.activated', 'eSIM.ready')),
      iccid: mostly(one('iccids')),
      order_id: mostly(one('orderIds')),
      orderReference: mostly(text),
      bundle: mostly(part({ id: anyValue, reference: anyValue, name: mostly(one('bundles')) })),
      country: mostly(part({ code: anyValue, iso: anyValue })),
    }),
    proof: 'esimgo',
  },
  'POST /api/telegram/webhook': {
    body: fc
      .tuple(
        mostly(fc.nat()),
        fc.oneof(
          message.map((value) => ({ message: value })),
          fc
            .tuple(message, fc.oneof(foreignPayment, repeatedPayment))
            .map(([value, paid]) => ({ message: { ...Object(value), successful_payment: paid } })),
          fc
            .tuple(message, foreignPayment)
            .map(([value, back]) => ({ message: { ...Object(value), refunded_payment: back } })),
          part({
            id: mostly(fc.nat().map(String)),
            from: person,
            currency: mostly(fc.constant('XTR')),
            total_amount: mostly(one('stars')),
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
    proof: 'telegram',
  },
  'GET /api/cron/[job]': {
    parameter: fc.oneof(fc.constantFrom<string>(...CRON_JOBS.filter((job) => job !== 'sync-catalogue')), text),
    query: part({ job: mostly(text) }),
    proof: 'cron',
  },
  'GET /api/session': { query: part({ user_id: anyValue }), proof: 'user' },
  'POST /api/session': {
    body: fc.oneof(
      part({ action: fc.constant('choose_language'), language: fc.constantFrom('en', 'ru') }),
      part({
        action: mostly(fc.constantFrom('choose_language', 'delete_data')),
        language: mostly(fc.constantFrom('en', 'ru', null)),
      }),
    ),
    proof: 'user',
  },
  'POST /api/events': {
    body: fc.oneof(
      part({ events: fc.array(fc.record({ name: fc.constantFrom('open', 'plan') }), { minLength: 1, maxLength: 5 }) }),
      part({
        events: mostly(
          fc.array(
            part({
              name: mostly(fc.constantFrom('open', 'plan', 'error')),
              at: mostly(fc.date({ noInvalidDate: true }).map((at) => at.toISOString())),
              details: mostly(fc.dictionary(fc.stringMatching(/^\w{1,8}$/), mostly(text), { maxKeys: 4 })),
            }),
            { maxLength: 5 },
          ),
        ),
      }),
    ),
    proof: 'user',
  },
  'GET /api/health': { query: part({ x: anyValue }), proof: 'cron' },
};

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

/** Everything that differs from one request to the next, whatever the route. */
const surroundings = fc.record({
  buyer: fc.nat(1),
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
      arbitrary: fc.record({ 'x-vercel-id': text, 'accept-language': text, origin: text, 'x-forwarded-for': text }),
    },
  ),
});

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

describe(`${RUNS} requests made up at random (FUZZ_SEED=${SEED})`, () => {
  it('reach every method of every function that is deployed', async () => {
    expect(Object.keys(ROUTES).toSorted()).toEqual(await deployedRoutes());
  });

  const runs = Math.ceil(RUNS / Object.keys(ROUTES).length);

  it.each(Object.entries(ROUTES))(
    'are answered at %s, and never by a failure',
    async (name, { query, body, headers, parameter, proof }) => {
      const [method = '', route = ''] = name.split(' ');
      const nothing = fc.constant({});
      const seen = new Set<number>();
      const request = fc.tuple(
        surroundings,
        query ?? nothing,
        body ?? nothing,
        headers ?? nothing,
        parameter ?? fc.constant(''),
      );
      await fc.assert(
        fc.asyncProperty(request, async ([around, queryValues, bodyValues, headerValues, segment]) => {
          const bytes = Buffer.from(around.junkBody ?? JSON.stringify(bodyValues));
          const junk = inHeader(around.junkProof);
          const proven = around.isProven
            ? proofOf(proof, bytes, around.buyer)
            : { authorization: `tma ${junk}`, 'x-telegram-bot-api-secret-token': junk, 'x-signature-sha256': junk };
          const sent = {
            ...around.moreHeaders,
            ...(body === undefined ? {} : { 'content-type': around.contentType }),
            ...Object(headerValues),
            ...proven,
          };
          const path = route.replace(/\[\w+\]/, () => encodeURIComponent(wellFormed(segment)).slice(0, 4_000));
          const answer = await rawRequest(shop.url, path + queryOf(queryValues, around.rawQuery), {
            method: around.otherMethod ?? method,
            headers: Object.fromEntries(Object.entries(sent).map(([key, value]) => [headerName(key), inHeader(value)])),
            pieces: body === undefined ? [] : [bytes],
            signal: AbortSignal.timeout(HANGS_AFTER_MS),
          });
          seen.add(answer.status);
          expect(answer.status, JSON.stringify(answer.body)).toBeLessThan(500);
          const isOurs = answer.status >= 400 && typeof answer.body === 'object';
          if (isOurs) problemSchema.parse(answer.body);
        }),
        { numRuns: runs, seed: SEED },
      );
      // Not all of them were turned away at the door.
      if (runs >= 40) expect([...seen].some((status) => status < 400)).toBe(true);
    },
    60_000 + RUNS * 100,
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
