import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import * as z from 'zod';
import { signCallback } from '../../../lib/esim-go/signature.ts';
import { startShop, until, type ShopUnderTest } from '../../support/shop.ts';
import { startSmtpServer } from '../../support/smtp-server.ts';

const EMAIL = 'anna.petrova@mail.example.com';

const lineSchema = z.looseObject({
  at: z.iso.datetime(),
  level: z.enum(['info', 'warn', 'error']),
  event: z.string(),
  route: z.string().optional(),
  requestId: z.string().optional(),
});

let mail: Awaited<ReturnType<typeof startSmtpServer>>;
let shop: ShopUnderTest;
const lines: string[] = [];
const console_ = vi.spyOn(console, 'log').mockImplementation((line: unknown) => void lines.push(String(line)));

beforeAll(async () => {
  mail = await startSmtpServer();
  shop = await startShop({
    ESIMGO_API_KEY_PREVIOUS: 'the-key-before-the-last-change',
    ADMIN_TELEGRAM_IDS: '4999',
    SMTP_URL: mail.url.replace('//', '//shop:the-password-for-mail@'),
  });
});
afterAll(async () => {
  await shop?.close();
  await mail?.close();
  console_.mockRestore();
});

const parsed = () => lines.map((line) => lineSchema.parse(JSON.parse(line)));

describe('the log', () => {
  it('has one line for each request, with its route, status, time and outcome', async () => {
    const buyer = await shop.user(4_001);
    const before = lines.length;
    const path = '/api/esimgo/status?order_id=ord_00000000000000000000';
    const { body } = await buyer.get<{ error: { request_id: string } }>(path);
    await buyer.get('/api/session');
    await shop.call('/api/session');
    const said = parsed().slice(before);
    expect(said.map(({ event, route, status, code, level }) => ({ event, route, status, code, level }))).toEqual([
      { event: 'request', route: 'esimgo/status', status: 404, code: 'not_found', level: 'info' },
      { event: 'request', route: 'session', status: 200, code: undefined, level: 'info' },
      { event: 'request', route: 'session', status: 401, code: 'init_data_missing', level: 'info' },
    ]);
    expect(said[0]?.requestId).toBe(body.error.request_id);
    for (const { ms, method } of said) expect([typeof ms, method]).toEqual(['number', 'GET']);
  });

  it('holds nothing secret after a purchase with everything that can go wrong around it', async () => {
    const { env } = shop;
    const buyer = await shop.user(4_002);
    const [plan] = await shop.plans('TH');
    if (plan === undefined) throw new Error('Thailand is not sold');

    // Answers that quote what must not be quoted, from both sides.
    await shop.faults('esimgo', [
      { match: { path: '/esims/' }, action: 'garbage', times: 2 },
      { match: { path: '/esims/' }, action: 'error_500', times: 2 },
      { match: { path: '/esims/' }, action: 'forbidden', times: 2 },
      { match: { path: '/esims/' }, action: 'drop_after', times: 2 },
      { match: { path: '/assignments' }, action: 'garbage', times: 1 },
    ]);
    await shop.faults('telegram', [
      { match: { path: '/sendPhoto' }, action: 'drop_after', times: 1 },
      { match: { path: '/createInvoiceLink' }, action: 'garbage', times: 1 },
      { match: { path: '/getMe' }, action: 'error_500', times: 1 },
    ]);
    mail.fail({ RCPT: '451 4.2.0 <%s> come back later' });
    await buyer.get('/api/session');
    await buyer.order(plan, { email: EMAIL }, 'the-same-key');
    const { body } = await buyer.order(plan, { email: EMAIL }, 'the-same-key');
    await buyer.pay(body.invoice_url);
    const order = await buyer.waitFor(body.order.id, 'ready');
    await shop.settled();
    const [esim] = await shop.query<{ id: string; iccid: string }>(`SELECT id, iccid FROM esims`);
    const { iccid = '' } = esim ?? {};
    for (const action of ['refresh_usage', 'diagnose', 'activated', 'refresh_usage', 'activated']) {
      await buyer.post('/api/esimgo/esim', { id: esim?.id, action });
    }
    await shop.faults('esimgo', []);
    await shop.faults('telegram', []);
    // The letter is put off once, and refused for good when it is due again; both answers quote the address.
    await shop.cron('drain');
    await shop.settled();
    mail.fail({ RCPT: '550 5.1.1 <%s> no such mailbox' });
    await shop.query(`UPDATE outbox SET run_at = now() WHERE done_at IS NULL AND dead_at IS NULL`);
    await shop.cron('tick');
    await shop.control('esim', { iccid, action: 'use', bytes: 1_000_000 });
    await until(
      async () => {
        await shop.query(`UPDATE esims SET next_refresh_at = now() - interval '1 second'`);
        await shop.cron('usage');
        return buyer.status(order.id);
      },
      ({ status }) => status === 'active',
    );
    const topUp = await buyer.order(plan, { iccid });
    await buyer.pay(topUp.body.invoice_url);
    await buyer.waitFor(topUp.body.order.id, 'ready', 'active');

    // Callers who are refused, and errors that the app reports.
    await shop.call('/api/session', { headers: { authorization: `tma ${buyer.initData}&x=1` } });
    await shop.call(`/api/esimgo/esim?id=${iccid}`, { headers: buyer.headers });
    await shop.cron(`nonsense?secret=${shop.env.CRON_SECRET}`);
    // What a caller chooses is printed too.
    const chosen = `${iccid} ${EMAIL} ${env.TELEGRAM_BOT_TOKEN} tma ${env.CRON_SECRET}`;
    await shop.call('/api/health', { headers: { 'x-vercel-id': chosen } });
    const callback = JSON.stringify({ alertType: iccid, iccid });
    const signature = signCallback(Buffer.from(callback), shop.env.ESIMGO_API_KEY ?? '');
    for (const header of [signature, signature.slice(1)]) {
      await shop.call('/api/esimgo/webhook', {
        method: 'POST',
        body: callback,
        headers: { 'x-signature-sha256': header },
      });
    }
    const broken = `{"email":"${EMAIL}","lpa":"${order.activation_code}"`;
    const headers = { ...buyer.headers, 'content-type': 'application/json', 'idempotency-key': 'another-key' };
    await shop.call('/api/esimgo/order', { method: 'POST', body: broken, headers });
    const message = `no install of ${order.activation_code} on ${iccid} for ${EMAIL}, tma ${buyer.initData}`;
    for (const details of [{ message: message.slice(0, 200) }, { type: 'TypeError', frame: 'main.js:1:2' }]) {
      await buyer.post('/api/events', { events: [{ name: 'error', details }] });
    }
    await shop.settled();

    const matchingId = order.activation_code?.split('$')[2] ?? '';
    const fields = new URLSearchParams(buyer.initData);
    const secrets = {
      botToken: env.TELEGRAM_BOT_TOKEN,
      botSecret: env.TELEGRAM_BOT_TOKEN?.split(':')[1],
      apiKey: env.ESIMGO_API_KEY,
      previousKey: env.ESIMGO_API_KEY_PREVIOUS,
      webhookSecret: env.TELEGRAM_WEBHOOK_SECRET,
      cronSecret: env.CRON_SECRET,
      dataKey: env.DATA_KEY,
      databaseUrl: env.DATABASE_URL,
      mailPassword: 'the-password-for-mail',
      initData: buyer.initData,
      hash: fields.get('hash'),
      signature: fields.get('signature'),
      callbackSignature: signature,
      lpa: order.activation_code,
      matchingId,
      iccid,
      email: EMAIL,
      qrCode: 'data:image',
    };
    expect(matchingId).not.toBe('');
    expect(iccid).not.toBe('');
    const log = lines.join('\n');
    expect(parsed().filter(({ level }) => level !== 'info').length).toBeGreaterThan(3);
    expect(parsed().map(({ event }) => event)).toContain('mini_app_error');
    expect(parsed().filter(({ job }) => job === 'mail_ready')).not.toEqual([]);
    expect(parsed().filter(({ event }) => event === 'mail_refused')).toHaveLength(1);
    for (const [name, secret] of Object.entries(secrets)) {
      expect(secret, name).toBeTruthy();
      const found = lines.filter((line) => line.includes(secret ?? ''));
      expect(found, name).toEqual([]);
    }
    expect(log).not.toMatch(/LPA:1|\d{18,22}/);
  });
});
