import crypto from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Plan } from '../../lib/contract/catalogue.ts';
import { signCallback } from '../../lib/esim-go/signature.ts';
import { CRON_JOBS } from '../../lib/jobs/run-cron.ts';
import { invoicePayload } from '../../lib/orders/invoice-payload.ts';
import { expectBooksToBalance } from '../support/invariants.ts';
import { moneySteps, type Buyer } from '../support/money.ts';
import { startShop, type Answer, type ShopUnderTest } from '../support/shop.ts';

const UNAUTHORIZED = { status: 401, body: { error: { code: 'unauthorized' } } };
// Right until the rotation was over; `ESIMGO_API_KEY_PREVIOUS` is not set any more.
const RETIRED_KEY = 'the-key-before-the-last-change';

let shop: ShopUnderTest;
let steps: ReturnType<typeof moneySteps>;
let nextPlan: () => Plan;
let apiKey: string;
beforeAll(async () => {
  shop = await startShop();
  steps = moneySteps(shop);
  nextPlan = await steps.plansOf('TH', 'FR');
  apiKey = shop.env['ESIMGO_API_KEY'] ?? '';
});
afterAll(() => shop?.close());

function post(path: string, body: string | Buffer, headers: Record<string, string>): Promise<Answer> {
  return shop.call(path, {
    method: 'POST',
    body: new Uint8Array(Buffer.from(body)),
    headers: { 'content-type': 'application/json', ...headers },
  });
}

const callback = (body: string | Buffer, signature?: string) =>
  post('/api/esimgo/webhook', body, signature === undefined ? {} : { 'x-signature-sha256': signature });

const inbox = () => shop.query(`SELECT * FROM inbox WHERE source = 'esimgo'`);

describe('a callback that eSIM Go did not send', () => {
  const text = '{"iccid":"8943108170001234567","alertType":"FirstAttachment","bundle":{"name":"esim_1GB_7D_TH_V2"}}';
  const bytes = Buffer.from(text);

  it('is refused without a signature, under another key, and in other spellings of a signature', async () => {
    const right = signCallback(bytes, apiKey);
    const hex = signCallback(bytes, apiKey, 'hex');
    const wrong = [
      undefined,
      '',
      '=',
      'null',
      '0'.repeat(64),
      `${'A'.repeat(43)}=`,
      signCallback(bytes, RETIRED_KEY),
      signCallback(bytes, RETIRED_KEY, 'hex'),
      signCallback(bytes, ''),
      signCallback(bytes, apiKey.toUpperCase()),
      signCallback(bytes, 'undefined'),
      signCallback(bytes, 'null'),
      crypto.createHash('sha256').update(apiKey).update(bytes).digest('hex'),
      crypto.createHmac('sha1', apiKey).update(bytes).digest('hex'),
      crypto.createHmac('sha256', bytes).update(apiKey).digest('hex'),
      `sha256=${hex}`,
      `${right}, ${right}`,
      hex.slice(0, 62),
      `${hex}00`,
      right.slice(0, 42),
      right.replaceAll(/[+/=]/g, '-'),
      Buffer.from(hex).toString('base64'),
    ].filter((signature) => signature !== right && signature !== hex);
    for (const signature of wrong) expect(await callback(bytes, signature), signature).toMatchObject(UNAUTHORIZED);
    expect(await inbox()).toEqual([]);
  });

  it('is refused when one bit of a signed body was turned, wherever it is', async () => {
    for (const encoding of ['base64', 'hex'] as const) {
      const signature = signCallback(bytes, apiKey, encoding);
      for (let at = 0; at < bytes.length; at += 5) {
        const altered = Buffer.from(bytes);
        altered[at] = (altered[at] ?? 0) ^ 1;
        expect(await callback(altered, signature), `${at}`).toMatchObject(UNAUTHORIZED);
      }
      for (const body of [
        `${text} `,
        ` ${text}`,
        `\ufeff${text}`,
        text.replaceAll(':', ': '),
        '',
        '{}',
        text.slice(1),
      ]) {
        expect(await callback(body, signature), body).toMatchObject(UNAUTHORIZED);
      }
    }
    expect(await inbox()).toEqual([]);
  });

  it('is taken in base64 and in hex, small or capital, so that the refusals above mean something', async () => {
    const hex = signCallback(bytes, apiKey, 'hex');
    for (const signature of [signCallback(bytes, apiKey), hex, hex.toUpperCase()]) {
      expect((await callback(bytes, signature)).status).toBe(200);
    }
    expect(await inbox()).toHaveLength(1);
  });
});

describe('a signed callback', () => {
  it('is believed in nothing, so that its replay does no more than a look at the supplier', async () => {
    const { buyer, orderId } = await steps.paid(nextPlan());
    const order = await buyer.waitFor(orderId, 'ready');
    const [esim] = await shop.query<{ iccid: string }>(`SELECT iccid FROM esims WHERE id = $1`, [order.esim_id]);
    const before = await steps.row(orderId);
    const lies = [
      { event: 'order.failed', order_id: orderId },
      { event: 'order.activated', orderReference: order.esimgo_order_id },
      { alertType: 'FirstUse', iccid: esim?.iccid, bundle: { name: order.plan_id, remainingQuantity: 0 } },
    ];
    for (const lie of lies) {
      const body = JSON.stringify(lie);
      const answers = await Promise.all(
        Array.from({ length: 10 }, () => callback(body, signCallback(Buffer.from(body), apiKey))),
      );
      expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 10 }, () => 200));
      const key = crypto.createHash('sha256').update(body).digest('hex');
      // One an hour; two when the hour turns in between.
      const kept = await shop.query(`SELECT 1 FROM inbox WHERE starts_with(event_key, $1)`, [key]);
      expect([1, 2]).toContain(kept.length);
    }
    await shop.settled();
    expect(await steps.row(orderId)).toEqual(before);
    expect(await steps.purchasesSent(order.plan_id)).toBe(1);
    expect(await steps.refundsOf(buyer.id)).toEqual([]);
  });

  it('cannot pay an order that nobody paid', async () => {
    const { buyer, orderId } = await steps.ordered(nextPlan());
    for (const event of ['order.created', 'eSIM.ready', 'order.activated']) {
      const body = JSON.stringify({ event, order_id: orderId, status: 'completed', paid: true });
      expect((await callback(body, signCallback(Buffer.from(body), apiKey))).status).toBe(200);
    }
    await shop.settled();
    await shop.cron('drain');
    expect(await steps.state(orderId)).toBe('unpaid/none');
    expect(await steps.chargesOf(buyer.id)).toEqual([]);
  });
});

describe('an update that Telegram did not send', () => {
  const send = (update: object, headers: Record<string, string> = {}) =>
    post('/api/telegram/webhook', JSON.stringify(update), headers);
  const named = (value: string) => ({ 'x-telegram-bot-api-secret-token': value });

  async function forgedPayment(): Promise<{ buyer: Buyer; orderId: string; update: object }> {
    const plan = nextPlan();
    const { buyer, orderId } = await steps.ordered(plan);
    const payload = invoicePayload(await shop.app.deps.shopId(), orderId);
    const charge = { charge_id: `forged_${orderId}`, user_id: buyer.id, amount: plan.price_stars, payload };
    return { buyer, orderId, update: steps.paymentUpdate(charge) };
  }

  it('buys nothing with a payment that was never made', async () => {
    const { orderId, update } = await forgedPayment();
    const secret = shop.env['TELEGRAM_WEBHOOK_SECRET'] ?? '';
    const attempts: Record<string, string>[] = [
      {},
      named(''),
      named(' '),
      named(secret.slice(0, -1)),
      named(`${secret}x`),
      named(secret.toUpperCase()),
      named(`${secret},${secret}`),
      named('0'.repeat(secret.length)),
      named('undefined'),
      { authorization: `Bearer ${secret}` },
      { cookie: `x-telegram-bot-api-secret-token=${secret}` },
      { 'x-telegram-bot-api-secret': secret },
    ];
    for (const headers of attempts) expect(await send(update, headers)).toMatchObject(UNAUTHORIZED);
    const inUrl = await post(`/api/telegram/webhook?secret_token=${secret}`, JSON.stringify(update), {});
    expect(inUrl).toMatchObject(UNAUTHORIZED);
    expect(await steps.state(orderId)).toBe('unpaid/none');
    expect(await shop.query(`SELECT * FROM payments WHERE order_id = $1`, [orderId])).toEqual([]);
  });

  it('refunds and unlocks nothing either', async () => {
    const { buyer, orderId } = await steps.paid(nextPlan());
    await buyer.waitFor(orderId, 'ready');
    const [charge] = await steps.chargesOf(buyer.id);
    const from = { id: buyer.id, is_bot: false, first_name: 'Test' };
    const chat = { id: buyer.id, type: 'private' };
    const message = { message_id: 1, date: 1, from, chat };
    const refund = {
      currency: 'XTR',
      total_amount: charge?.amount,
      invoice_payload: charge?.payload,
      telegram_payment_charge_id: charge?.charge_id,
    };
    const membership = { chat, from, date: 1, new_chat_member: { status: 'kicked' } };
    const updates = [
      { update_id: 1, message: { ...message, refunded_payment: refund } },
      { update_id: 2, my_chat_member: membership },
      { update_id: 3, message: { ...message, text: '/start' } },
      { update_id: 4, message: { ...message, text: '/deletedata' } },
    ];
    await steps.isTold(buyer.id, /ready/i);
    const chatBefore = await shop.chat(buyer.id);
    for (const update of updates) expect(await send(update)).toMatchObject(UNAUTHORIZED);
    expect(await steps.state(orderId)).toBe('paid/assigned');
    expect(await shop.query(`SELECT unreachable_at FROM users WHERE telegram_user_id = $1`, [buyer.id])).toEqual([
      { unreachable_at: null },
    ]);
    expect(await shop.chat(buyer.id)).toEqual(chatBefore);
  });

  it('is booked once, however often a true one is replayed', async () => {
    const { buyer, orderId } = await steps.paid(nextPlan());
    const order = await buyer.waitFor(orderId, 'ready');
    const [charge] = await steps.chargesOf(buyer.id);
    if (charge === undefined) throw new Error('nothing was charged');
    const update = steps.paymentUpdate(charge);
    const answers = await Promise.all(Array.from({ length: 10 }, () => steps.postUpdate(update)));
    // And as another update of the same charge, as after a new webhook.
    answers.push(await steps.postUpdate(steps.paymentUpdate(charge)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    await shop.settled();
    expect(await steps.bought(order.plan_id)).toHaveLength(1);
    expect(await shop.query(`SELECT state FROM payments WHERE order_id = $1`, [orderId])).toEqual([
      { state: 'recorded' },
    ]);
    await expectBooksToBalance(shop);
  });

  it('would be believed with the secret, so that the refusals above mean something', async () => {
    const { buyer, orderId, update } = await forgedPayment();
    expect((await steps.postUpdate(update)).status).toBe(200);
    expect((await buyer.status(orderId)).payment_status).toBe('paid');
  });

  it('answers a message once, however often it is replayed', async () => {
    const { id } = await steps.newUser();
    await shop.control('message', { user_id: id, text: 'hello' });
    await steps.isTold(id, /./);
    const before = (await steps.texts(id)).length;
    const update = {
      update_id: 880_001,
      message: {
        message_id: 9,
        date: 1,
        from: { id, is_bot: false, first_name: 'T' },
        chat: { id, type: 'private' },
        text: '/help',
      },
    };
    for (let count = 0; count < 5; count += 1) expect((await steps.postUpdate(update)).status).toBe(200);
    expect(await steps.texts(id)).toHaveLength(before + 1);
  });
});

describe('a call of the clock by somebody else', () => {
  it.each(CRON_JOBS)('starts nothing: %s', async (job) => {
    const secret = shop.env['CRON_SECRET'] ?? '';
    await shop.query(`UPDATE orders SET expires_at = now() - interval '1 day' WHERE payment_status = 'unpaid'`);
    const before = await shop.query(`SELECT id, status FROM orders ORDER BY id`);
    const attempts: Record<string, string>[] = [
      {},
      { authorization: '' },
      { authorization: 'Bearer' },
      { authorization: 'Bearer ' },
      { authorization: 'Bearer undefined' },
      { authorization: `Basic ${Buffer.from(`cron:${secret}`).toString('base64')}` },
      { authorization: secret },
      { authorization: `Bearer ${secret.slice(0, -1)}` },
      { authorization: `Bearer ${secret}0` },
      { authorization: `Bearer ${secret} ${secret}` },
      { 'x-vercel-cron': '1', 'user-agent': 'vercel-cron/1.0' },
      { 'x-cron-secret': secret },
    ];
    for (const headers of attempts) {
      expect(await shop.call(`/api/cron/${job}`, { headers }), JSON.stringify(headers)).toMatchObject(UNAUTHORIZED);
    }
    expect(await shop.call(`/api/cron/${job}?authorization=Bearer%20${secret}`)).toMatchObject(UNAUTHORIZED);
    expect(await shop.query(`SELECT id, status FROM orders ORDER BY id`)).toEqual(before);
  });
});

describe('a proof', () => {
  /** What was compared in constant time while `work` ran. */
  async function compared(work: () => Promise<unknown>): Promise<number> {
    const real = crypto.timingSafeEqual;
    let count = 0;
    crypto.timingSafeEqual = (left, right) => {
      count += 1;
      expect(left.byteLength).toBe(right.byteLength);
      return real(left, right);
    };
    syncBuiltinESMExports();
    try {
      await work();
    } finally {
      crypto.timingSafeEqual = real;
      syncBuiltinESMExports();
    }
    return count;
  }

  it('is compared in a time that does not tell how much of it was right', async () => {
    const secret = (name: string) => shop.env[name] ?? '';
    const almost = (text: string) => `${text.slice(0, -1)}${text.endsWith('0') ? '1' : '0'}`;
    const { initData } = await steps.newUser();
    const hash = new URLSearchParams(initData).get('hash') ?? '';
    const doors: [name: string, knock: () => Promise<Answer>][] = [
      [
        'initData',
        () => shop.call('/api/session', { headers: { authorization: `tma ${initData.replace(hash, almost(hash))}` } }),
      ],
      [
        'cron',
        () => shop.call('/api/cron/tick', { headers: { authorization: `Bearer ${almost(secret('CRON_SECRET'))}` } }),
      ],
      [
        'telegram',
        () =>
          post('/api/telegram/webhook', '{}', {
            'x-telegram-bot-api-secret-token': almost(secret('TELEGRAM_WEBHOOK_SECRET')),
          }),
      ],
      ['esimgo', () => callback('{}', almost(signCallback(Buffer.from('{}'), apiKey, 'hex')))],
    ];
    for (const [name, knock] of doors) {
      const count = await compared(async () => expect((await knock()).status, name).toBe(401));
      expect(count, name).toBeGreaterThan(0);
    }
  });
});
