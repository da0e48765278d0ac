import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { signCallback } from '../../lib/esim-go/signature.ts';
import { moneySteps, type Buyer } from '../support/money.ts';
import { rawRequest, sendBytes } from '../support/raw-request.ts';
import { startShop, type Answer, type ShopUnderTest } from '../support/shop.ts';

const SHOP_NAME = '<b>A</b> & "Co" <i>';
const CONTACT = '<a href="https://evil.example">@help</a> & more';

let shop: ShopUnderTest;
let steps: ReturnType<typeof moneySteps>;
let buyer: Buyer;
let esimId: string;
let orderId: string;
const lines: string[] = [];
const log = vi.spyOn(console, 'log').mockImplementation((line: unknown) => void lines.push(String(line)));

beforeAll(async () => {
  // On Vercel, where the name of a request comes from a header and reaches the log.
  shop = await startShop({ SHOP_NAME, SUPPORT_CONTACT: CONTACT, VERCEL: '1' });
  steps = moneySteps(shop);
  const [plan] = await shop.plans('TH');
  if (plan === undefined) throw new Error('Thailand is not sold');
  ({ buyer, orderId } = await steps.paid(plan));
  await buyer.waitFor(orderId, 'ready');
  await shop.settled();
  const [esim] = await shop.query<{ id: string }>(`SELECT id FROM esims`);
  esimId = esim?.id ?? '';
});
afterAll(async () => {
  log.mockRestore();
  await shop?.close();
});

const update = (json: object) => steps.postUpdate(json);
function callback(json: object): Promise<Answer> {
  const body = JSON.stringify(json);
  const signature = signCallback(Buffer.from(body), shop.env['ESIMGO_API_KEY'] ?? '');
  return shop.call('/api/esimgo/webhook', { method: 'POST', body, headers: { 'x-signature-sha256': signature } });
}
const privately = (id: number, more: object) => ({
  message_id: 1,
  date: 1_795_000_000,
  from: { id, is_bot: false, first_name: 'T' },
  chat: { id, type: 'private' },
  ...more,
});

/** Every place where text of a stranger goes in. */
const ENTRANCES: readonly (readonly [name: string, put: (text: string) => Promise<Answer>])[] = [
  ['the destination', (text) => buyer.get(`/api/esimgo/catalogue?destination=${encodeURIComponent(text)}`)],
  ['an order id', (text) => buyer.get(`/api/esimgo/status?order_id=${encodeURIComponent(text)}`)],
  ['an eSIM id', (text) => buyer.get(`/api/esimgo/esim?id=${encodeURIComponent(text)}`)],
  ['a cursor', (text) => buyer.get(`/api/esimgo/order?cursor=${encodeURIComponent(text)}`)],
  ['a job', (text) => shop.cron(encodeURIComponent(text))],
  [
    'a bundle',
    (text) =>
      buyer.post('/api/esimgo/order', { bundle_id: text, expected_stars: 1 }, { 'idempotency-key': randomUUID() }),
  ],
  ['an ICCID', (text) => buyer.order({ id: 'esim_1GB_7D_TH_V2', price_stars: 1 }, { iccid: text })],
  ['an address', (text) => buyer.order({ id: 'esim_1GB_7D_TH_V2', price_stars: 1 }, { email: text })],
  ['a name', (text) => buyer.post('/api/esimgo/esim', { id: esimId, action: 'rename', name: text })],
  ['an event', (text) => buyer.post('/api/events', { events: [{ name: 'error', details: { message: text } }] })],
  ['a kind of callback', (text) => callback({ alertType: text, iccid: '8943108170001234567' })],
  ['an order of a callback', (text) => callback({ event: 'order.failed', order_id: text, orderReference: text })],
  ['a message', (text) => update({ update_id: 700_001, message: privately(buyer.id, { text }) })],
  [
    'a language',
    (text) =>
      update({
        update_id: 700_002,
        message: privately(buyer.id, { text: 'x', from: { id: buyer.id, language_code: text } }),
      }),
  ],
  ['a kind of update', (text) => update({ update_id: 700_003, [text]: { id: text } })],
  [
    'a payload',
    (text) =>
      update({
        update_id: 700_004,
        pre_checkout_query: {
          id: text,
          from: { id: buyer.id },
          currency: text,
          total_amount: 1,
          invoice_payload: text,
        },
      }),
  ],
  ['a tap', (text) => update({ update_id: 700_005, callback_query: { id: text, from: { id: buyer.id }, data: text } })],
];

/** The tables with the number of their rows, those aside that take in anything. */
async function census(): Promise<unknown> {
  const tables = await shop.query<{ name: string }>(
    `SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public' AND table_name NOT IN ('inbox', 'analytics_events', 'kv', 'outbox') ORDER BY 1`,
  );
  return Promise.all(
    tables.map(async ({ name }) => [name, await shop.query(`SELECT count(*)::integer AS count FROM "${name}"`)]),
  );
}

describe('SQL in a value', () => {
  const STATEMENTS = [
    "'; DROP TABLE orders; --",
    "x' OR '1'='1",
    "1; UPDATE orders SET payment_status = 'paid'",
    "' UNION SELECT matching_id_sealed FROM esims --",
    '$1',
    String.raw`\'; DELETE FROM esims; --`,
    "'||pg_sleep(20)||'",
    '%_%',
    'ord_x%00',
  ];

  it.each(ENTRANCES)('is a value and nothing more: %s', async (_name, put) => {
    const before = await census();
    for (const statement of STATEMENTS) {
      const answer = await put(statement);
      expect(answer.status, statement).toBeLessThan(500);
      expect(JSON.stringify(answer.body)).not.toMatch(/v1\.[0-9a-f]{8}\.|syntax error|relation/);
    }
    await shop.settled();
    expect(await census()).toEqual(before);
  });

  it('is kept as it was written where people choose the text', async () => {
    for (const statement of STATEMENTS.filter((text) => text.length <= 40)) {
      await buyer.post('/api/esimgo/esim', { id: esimId, action: 'rename', name: statement });
      expect(await shop.query(`SELECT name FROM esims WHERE id = $1`, [esimId])).toEqual([{ name: statement }]);
    }
  });
});

describe('HTML in a value', () => {
  const answers = async (): Promise<string> => {
    await shop.settled();
    return JSON.stringify(await shop.chat(buyer.id));
  };

  it('of the settings is text in every message of the bot', async () => {
    for (const command of ['/start', '/help', '/support', '/paysupport', '/terms', '/privacy', 'hello']) {
      const before = (await steps.texts(buyer.id)).length;
      expect(
        (
          await update({
            update_id: 710_000 + command.length * 7 + before,
            message: privately(buyer.id, { text: command }),
          })
        ).status,
      ).toBe(200);
      expect(await steps.texts(buyer.id), command).toHaveLength(before + 1);
    }
    const all = (await steps.texts(buyer.id)).join('\n');
    expect(all).toContain(SHOP_NAME);
    expect(all).toContain(CONTACT);
    // The simulator reads HTML as Telegram does, and kept no link of it.
    expect(await answers()).not.toContain('"url":"https://evil.example');
  });

  it.each([
    '<b>Eve</b>',
    '<a href="tg://user?id=1">x</a>',
    '& < >',
    '\u202eevE\u202c',
    '</b></i></code>',
    '<tg-spoiler>',
  ])('of a person is never sent back, nor breaks a message: %j', async (text) => {
    const before = (await steps.texts(buyer.id)).length;
    const from = {
      id: buyer.id,
      is_bot: false,
      first_name: text,
      last_name: text,
      username: text,
      language_code: 'en',
    };
    for (const said of [text, `/start ${text}`, `/help@${text}`]) {
      const message = privately(buyer.id, { from, text: said });
      expect((await update({ update_id: Math.floor(Math.random() * 2 ** 31), message })).status).toBe(200);
    }
    const fresh = (await steps.texts(buyer.id)).slice(before);
    expect(fresh).toHaveLength(3);
    for (const each of fresh) expect(each).not.toContain(text);
  });

  it('is no page: what the API answers is JSON that no browser guesses about', async () => {
    await buyer.post('/api/esimgo/esim', { id: esimId, action: 'rename', name: '<script>alert(1)</script>' });
    const answer = await buyer.get(`/api/esimgo/esim?id=${esimId}`);
    expect(JSON.stringify(answer.body)).toContain('<script>alert(1)</script>');
    expect(answer.headers.get('content-type')).toMatch(/^application\/json/);
  });
});

describe('a line of the log', () => {
  it('is one line of JSON, whatever a caller writes', async () => {
    const forged = '{"at":"2026-01-01T00:00:00.000Z","level":"error","event":"alert"}';
    const texts = [
      `x\n${forged}`,
      `x\r\n${forged}`,
      '\u001b[2J\u001b[31mred',
      '\u009b31m',
      `x\u2028${forged}`,
      '\u202egnp',
      'a\u0000b',
      '\u007f\u0085',
    ];
    const before = lines.length;
    for (const text of texts) for (const [, put] of ENTRANCES) expect((await put(text)).status).toBeLessThan(500);
    for (const text of texts) {
      const header = text.replaceAll(/[^\x20-\x7e\x80-\xff]/g, '');
      await rawRequest(shop.url, '/api/session', { headers: { 'x-vercel-id': header, 'user-agent': header } });
    }
    await sendBytes(
      shop.url,
      `GET /api/session HTTP/1.1\r\nhost: x\r\nx-vercel-id: a\x9b31mb\r\nconnection: close\r\n\r\n`,
    );
    await shop.settled();
    const said = lines.slice(before);
    expect(said.length).toBeGreaterThan(texts.length * ENTRANCES.length);
    for (const line of said) {
      // eslint-disable-next-line no-control-regex -- these are what it is about
      expect(line).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/);
      expect(JSON.parse(line)).toMatchObject({ level: expect.stringMatching(/^(info|warn|error)$/) });
    }
    // They reached the log at all; through a header, which takes nothing below a space.
    expect(said.some((line) => line.includes(String.raw`\u009b`))).toBe(true);
  });
});

describe('a line break in a value', () => {
  it('makes no header of an answer', async () => {
    const breaks = [
      '\r\nset-cookie: a=b',
      '\nset-cookie: a=b',
      '%0d%0aset-cookie:%20a=b',
      '\u560d\u560aset-cookie: a=b',
      '%E5%98%8D%E5%98%8Aset-cookie:a=b',
    ];
    for (const text of breaks) {
      for (const [name, put] of ENTRANCES) expect((await put(text)).headers.has('set-cookie'), name).toBe(false);
      for (const path of ['/api/', '/', '/api/cron/', '/to/', '/api/esimgo/catalogue?destination=']) {
        const answer = await sendBytes(
          shop.url,
          `GET ${path}${encodeURI(text)} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`,
        );
        expect(answer.toLowerCase(), path).not.toMatch(/^set-cookie/m);
      }
    }
  });
});

describe('an update in a form that Telegram never makes', () => {
  const payment = {
    currency: 'XTR',
    total_amount: 100,
    invoice_payload: 'x',
    telegram_payment_charge_id: 'charge_1',
  };

  it.each<[what: string, message: object]>([
    ['no Stars', { successful_payment: { ...payment, total_amount: 0 } }],
    ['less than no Stars', { successful_payment: { ...payment, total_amount: -100 } }],
    ['more Stars than a table holds', { successful_payment: { ...payment, total_amount: 2 ** 31 } }],
    [
      'a charge id that is too long',
      { successful_payment: { ...payment, telegram_payment_charge_id: 'x'.repeat(201) } },
    ],
    ['a charge id with a NUL', { successful_payment: { ...payment, telegram_payment_charge_id: 'x\u0000' } }],
    ['a date of the far future', { date: Number.MAX_SAFE_INTEGER, successful_payment: payment }],
    ['a private chat of a group', { chat: { id: -5, type: 'private' }, text: '/start' }],
    ['a refund of a charge with a NUL', { refunded_payment: { ...payment, telegram_payment_charge_id: 'x\u0000' } }],
  ])('is put aside, loudly and once, instead of being repeated for days: %s', async (_what, more) => {
    const before = lines.length;
    const payments = await shop.query(`SELECT count(*)::integer AS count FROM payments`);
    const answer = await update({ update_id: 720_000, message: privately(buyer.id, more) });
    expect(answer.status).toBe(200);
    expect(lines.slice(before).filter((line) => line.includes('update_unreadable'))).toHaveLength(1);
    expect(await shop.query(`SELECT count(*)::integer AS count FROM payments`)).toEqual(payments);
  });
});
