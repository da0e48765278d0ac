import { Api, GrammyError, InputFile } from 'grammy';
import { validate } from '@tma.js/init-data-node';
import { serve } from 'srvx/node';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import * as z from 'zod';
import type { DeliveryOutcome, TelegramSimulator } from '../../sandbox/context.ts';
import { createFaultBook } from '../../sandbox/faults.ts';
import { createTelegramSimulator } from '../../sandbox/telegram/telegram-simulator.ts';
import { createTestDatabase } from '../support/database.ts';
import { createTestContext, serveFakeShop } from '../support/sandbox-context.ts';
import type { FakeShop, TestContext } from '../support/sandbox-context.ts';

const updateSchema = z.looseObject({
  update_id: z.number(),
  message: z
    .looseObject({
      message_id: z.number(),
      text: z.string().optional(),
      from: z.looseObject({ id: z.number() }),
      successful_payment: z.looseObject({ telegram_payment_charge_id: z.string() }).optional(),
      refunded_payment: z.looseObject({ telegram_payment_charge_id: z.string() }).optional(),
    })
    .optional(),
  pre_checkout_query: z.looseObject({ id: z.string(), total_amount: z.number() }).optional(),
  callback_query: z.looseObject({ id: z.string(), data: z.string() }).optional(),
  my_chat_member: z.looseObject({ new_chat_member: z.looseObject({ status: z.string() }) }).optional(),
});
type Update = z.infer<typeof updateSchema>;

const chatSchema = z.object({
  messages: z.array(
    z.looseObject({
      message_id: z.number(),
      from: z.string(),
      type: z.string(),
      text: z.string().optional(),
      caption: z.string().optional(),
      photo_base64: z.string().optional(),
      buttons: z.array(z.array(z.looseObject({ text: z.string() }))),
    }),
  ),
});

const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);
const INVOICE = { title: 'Thailand 5 GB', description: '30 days', payload: 'shop1:ord_1', currency: 'XTR' };
const USER = 1001;

let database: { url: string; drop(): Promise<void> };
let context: TestContext;
let simulator: TelegramSimulator;
let shop: FakeShop;
let botApi: ReturnType<typeof serve>;
let api: Api;
let apiRoot: string;
let updates: Update[];
let answerUpdate: (update: Update) => Promise<Response> | Response;
let intercept: (body: string) => DeliveryOutcome | null;

beforeAll(async () => {
  database = await createTestDatabase();
  shop = await serveFakeShop(async (request) => {
    const update = updateSchema.parse(await request.json());
    updates.push(update);
    secrets.push(request.headers.get('x-telegram-bot-api-secret-token'));
    return answerUpdate(update);
  });
  context = createTestContext(database.url, { shopUrl: shop.url, post: (body) => intercept(body) });
  simulator = createTelegramSimulator(context);
  await simulator.start();
  botApi = serve({
    port: 0,
    hostname: '127.0.0.1',
    silent: true,
    fetch: (request) => simulator.handle(request, new URL(request.url).pathname),
  });
  await botApi.ready();
  apiRoot = (botApi.url ?? '').replace(/\/$/, '');
  api = new Api(context.keys.botToken, { apiRoot });
});

afterAll(async () => {
  await simulator.stop();
  await botApi.close(true);
  await shop.close();
  await context.close();
  await database.drop();
});

const secrets: (string | null)[] = [];

beforeEach(async () => {
  updates = [];
  secrets.length = 0;
  intercept = () => null;
  answerUpdate = approve;
  await simulator.reset();
  await simulator.set({ rate_per_s: 0 });
  await api.setWebhook(`${shop.url}api/telegram/webhook`, { secret_token: 'hush', allowed_updates: [] });
});

afterEach(async () => {
  await api.deleteWebhook({ drop_pending_updates: true });
  context.clock.advance(3_600);
});

async function approve(update: Update): Promise<Response> {
  if (update.pre_checkout_query !== undefined) await api.answerPreCheckoutQuery(update.pre_checkout_query.id, true);
  return new Response('ok');
}

async function refusal(call: Promise<unknown>): Promise<string> {
  const error: unknown = await call.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (!(error instanceof GrammyError)) throw new Error(`expected a refusal, got ${String(error)}`);
  return `${error.error_code} ${error.description}`;
}

async function newInvoice(amount = 245): Promise<string> {
  const { title, description, payload, currency } = INVOICE;
  return api.createInvoiceLink(title, description, payload, '', currency, [{ label: 'Plan', amount }]);
}

async function pay(invoiceUrl: string, user = USER): Promise<unknown> {
  return (await simulator.pay({ invoice_url: invoiceUrl, user_id: user })).json();
}

async function writeToBot(text: string, user = USER): Promise<void> {
  await simulator.message({ user_id: user, text });
}

async function readChat(user = USER): Promise<z.infer<typeof chatSchema>['messages']> {
  const response = await simulator.chat(new URLSearchParams({ user_id: String(user) }));
  return chatSchema.parse(await response.json()).messages;
}

async function starsOf(user = USER): Promise<unknown> {
  const response = await simulator.pay({ invoice_url: 'none', user_id: user, preview: true });
  return z.object({ stars: z.number() }).parse(await response.json()).stars;
}

function texts(): (string | undefined)[] {
  return updates.map((update) => update.message?.text);
}

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  await vi.waitFor(async () => expect(await condition()).toBe(true), { timeout: 10_000, interval: 5 });
}

async function isIdle(): Promise<boolean> {
  return (await api.getWebhookInfo()).pending_update_count === 0;
}

describe('init data', () => {
  it('passes the check of an independent library', async () => {
    const response = await simulator.initData({
      user: { id: USER, first_name: 'Ярослав & Co + 😀', photo_url: 'https://t.me/i/userpic/1.svg' },
      start_param: 'ref_1',
    });
    const { init_data: initData } = z.object({ init_data: z.string() }).parse(await response.json());

    expect(() => validate(initData, context.keys.botToken)).not.toThrow();
    const fields = new URLSearchParams(initData);
    expect(fields.get('user')).toContain(String.raw`https:\/\/t.me\/i\/userpic\/1.svg`);
    expect(JSON.parse(fields.get('user') ?? '')).toMatchObject({
      id: USER,
      language_code: 'en',
      allows_write_to_pm: true,
    });
    expect(fields.get('signature')).toMatch(/^[\w-]{86}$/);
    expect(fields.get('start_param')).toBe('ref_1');
  });

  it('leaves out write access that the user has not given', async () => {
    await simulator.set({ user: { id: USER, can_write: false } });
    const response = await simulator.initData({ user: { id: USER } });
    expect(await response.text()).not.toContain('allows_write_to_pm');
  });
});

describe('Bot API', () => {
  it('refuses foreign tokens and unknown methods as Telegram does', async () => {
    const wrong = await fetch(`${apiRoot}/bot99:abc/getMe`);
    expect([wrong.status, await wrong.json()]).toEqual([
      401,
      { ok: false, error_code: 401, description: 'Unauthorized' },
    ]);
    expect((await fetch(`${apiRoot}/botabc/getMe`)).status).toBe(404);
    expect((await fetch(`${apiRoot}/bot${context.keys.botToken}/fly`)).status).toBe(404);
  });

  it('reads JSON, query, urlencoded and multipart calls alike', async () => {
    await writeToBot('/start');
    const url = `${apiRoot}/bot${context.keys.botToken}/sendMessage`;
    const fields = { chat_id: String(USER), text: 'привет' };
    const form = new FormData();
    form.set('chat_id', fields.chat_id);
    form.set('text', fields.text);
    await fetch(`${url}?${new URLSearchParams(fields).toString()}`);
    await fetch(url, { method: 'POST', body: new URLSearchParams(fields) });
    await fetch(url, { method: 'POST', body: form });
    await fetch(url, { method: 'POST', body: JSON.stringify(fields), headers: { 'content-type': 'application/json' } });
    expect((await readChat()).map((message) => message.text)).toEqual([
      '/start',
      'привет',
      'привет',
      'привет',
      'привет',
    ]);
  });

  it('answers 429 with the wait above its rate', async () => {
    await simulator.set({ rate_per_s: 2 });
    await api.getMe();
    await api.getMe();
    const response = await fetch(`${apiRoot}/bot${context.keys.botToken}/getMe`);
    expect([response.status, await response.json()]).toEqual([
      429,
      { ok: false, error_code: 429, description: 'Too Many Requests: retry after 1', parameters: { retry_after: 1 } },
    ]);
    context.clock.advance(1);
    await api.getMe();
  });

  it('keeps the bot profile per language and falls back to the default', async () => {
    await api.setMyDescription('Travel data');
    await api.setMyDescription('Интернет в поездке', { language_code: 'ru' });
    await api.setMyCommands([{ command: 'start', description: 'Open' }], { language_code: 'ru' });
    await api.setChatMenuButton({
      menu_button: { type: 'web_app', text: 'Shop', web_app: { url: 'https://shop.example/' } },
    });
    await simulator.reset();

    expect(await api.getMyDescription({ language_code: 'ru' })).toEqual({ description: 'Интернет в поездке' });
    expect(await api.getMyDescription({ language_code: 'de' })).toEqual({ description: 'Travel data' });
    expect(await api.getMyCommands({ language_code: 'ru' })).toHaveLength(1);
    expect(await api.getMyCommands()).toEqual([]);
    expect(await api.getChatMenuButton()).toMatchObject({ type: 'web_app' });
    expect(await refusal(api.setMyCommands([{ command: 'No!', description: 'x' }]))).toBe(
      '400 Bad Request: BOT_COMMAND_INVALID',
    );
    expect(await refusal(api.setMyShortDescription('x'.repeat(121)))).toContain('400');
  });

  it('checks the webhook settings and keeps an omitted list of updates', async () => {
    expect(await refusal(api.setWebhook('ftp://shop.example'))).toBe('400 Bad Request: invalid webhook URL specified');
    expect(await refusal(api.setWebhook(shop.url, { secret_token: 'no spaces' }))).toContain('unallowed characters');
    await api.setWebhook(shop.url, { allowed_updates: ['message'] });
    await api.setWebhook(shop.url);
    expect((await api.getWebhookInfo()).allowed_updates).toEqual(['message']);
    await api.setWebhook(shop.url, { allowed_updates: [] });
    expect((await api.getWebhookInfo()).allowed_updates).toBeUndefined();
  });
});

describe('messages', () => {
  beforeEach(() => writeToBot('/start'));

  it('shows an uploaded photo with its caption and buttons in the chat', async () => {
    const sent = await api.sendPhoto(USER, new InputFile(PNG, 'qr.png'), {
      caption: 'Code <code>LPA:1$a$b</code> &amp; more',
      parse_mode: 'HTML',
      reply_markup: { inline_keyboard: [[{ text: 'Copy', copy_text: { text: 'LPA:1$a$b' } }]] },
    });
    expect(sent.photo[0]).toMatchObject({ width: 1, height: 1 });
    expect(sent.caption_entities).toEqual([{ type: 'code', offset: 5, length: 9 }]);
    expect((await readChat()).at(-1)).toMatchObject({
      from: 'bot',
      type: 'photo',
      caption: 'Code LPA:1$a$b & more',
      photo_base64: PNG.toString('base64'),
      buttons: [[{ text: 'Copy', copy_text: { text: 'LPA:1$a$b' } }]],
    });
  });

  it('sends a known file again by its id', async () => {
    const sent = await api.sendDocument(USER, new InputFile(PNG, 'qr.png'));
    const again = await api.sendDocument(USER, sent.document.file_id);
    expect(again.document.file_name).toBe('qr.png');
  });

  it('refuses what Telegram refuses', async () => {
    const button = (rest: object): object => ({ inline_keyboard: [[{ text: 'x', ...rest }]] });
    const send = (markup: object): Promise<string> => {
      const body = JSON.stringify({ chat_id: USER, text: 'x', reply_markup: markup });
      const url = `${apiRoot}/bot${context.keys.botToken}/sendMessage`;
      return fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body }).then((r) =>
        r.text(),
      );
    };
    expect(await send(button({ callback_data: 'x'.repeat(65) }))).toContain('BUTTON_DATA_INVALID');
    expect(await send(button({ copy_text: { text: 'x'.repeat(257) } }))).toContain('BUTTON_COPY_TEXT_INVALID');
    expect(await send(button({ url: 'LPA:1$host$code' }))).toContain('is invalid');
    expect(await send(button({ web_app: { url: 'http://shop.example' } }))).toContain('Only HTTPS links are allowed');
    expect(await send(button({}))).toContain('Text buttons are unallowed');
    expect(await send(button({ web_app: { url: 'http://localhost:3000/' } }))).toContain('"ok":true');
    const html = { parse_mode: 'HTML' } as const;
    expect(await refusal(api.sendMessage(USER, '<b>x', html))).toBe(
      '400 Bad Request: can\'t parse entities: Can\'t find end tag corresponding to start tag "b"',
    );
    expect(await refusal(api.sendMessage(USER, '<b>x</i>', html))).toContain("can't parse entities");
    expect(await refusal(api.sendMessage(USER, ' '))).toBe('400 Bad Request: message text is empty');
    expect(await refusal(api.sendMessage(USER, 'x'.repeat(4_097)))).toBe('400 Bad Request: message is too long');
    expect(await refusal(api.sendPhoto(USER, new InputFile(PNG), { caption: 'x'.repeat(1_025) }))).toContain(
      'caption is too long',
    );
    expect(await refusal(api.sendPhoto(USER, new InputFile(Buffer.from('text'))))).toContain('IMAGE_PROCESS_FAILED');
  });

  it('edits and deletes messages of the bot', async () => {
    const sent = await api.sendMessage(USER, 'one');
    await api.editMessageText(USER, sent.message_id, 'two');
    expect(await refusal(api.editMessageText(USER, sent.message_id, 'two'))).toContain('message is not modified');
    const keyboard = { inline_keyboard: [[{ text: 'x', callback_data: 'x' }]] };
    await api.editMessageReplyMarkup(USER, sent.message_id, { reply_markup: keyboard });
    expect(await refusal(api.editMessageReplyMarkup(USER, sent.message_id, { reply_markup: keyboard }))).toContain(
      'not modified',
    );
    expect((await readChat()).at(-1)).toMatchObject({ text: 'two', buttons: keyboard.inline_keyboard });
    await api.deleteMessage(USER, sent.message_id);
    expect(await refusal(api.deleteMessage(USER, sent.message_id))).toContain('message to delete not found');
    expect(await readChat()).toHaveLength(1);
  });

  it('lets the bot write only to those who let it', async () => {
    expect(await refusal(api.sendMessage(777, 'x'))).toBe('400 Bad Request: chat not found');
    await simulator.set({ user: { id: USER, can_write: false } });
    expect(await refusal(api.sendMessage(USER, 'x'))).toBe(
      "403 Forbidden: bot can't initiate conversation with a user",
    );
    await writeToBot('/start');
    await api.sendMessage(USER, 'x');
    await simulator.set({ user: { id: USER, blocked: true } });
    expect(await refusal(api.sendMessage(USER, 'x'))).toBe('403 Forbidden: bot was blocked by the user');
    await until(() => updates.some((update) => update.my_chat_member?.new_chat_member.status === 'kicked'));
  });

  it('brings a tap on a button to the bot and its answer back', async () => {
    answerUpdate = async (update) => {
      if (update.callback_query !== undefined)
        await api.answerCallbackQuery(update.callback_query.id, { text: 'done' });
      return new Response('ok');
    };
    const sent = await api.sendMessage(USER, 'x', {
      reply_markup: { inline_keyboard: [[{ text: 'x', callback_data: 'go' }]] },
    });
    const tapped = await simulator.tap({ user_id: USER, message_id: sent.message_id, data: 'go' });
    expect(await tapped.json()).toMatchObject({ answered: true, text: 'done' });
    await expect(simulator.tap({ user_id: USER, message_id: sent.message_id, data: 'other' })).rejects.toThrow(
      'no such button',
    );
  });
});

describe('createInvoiceLink', () => {
  const create = (change: {
    title?: string;
    payload?: string;
    currency?: string;
    provider?: string;
    prices?: object[];
  }): Promise<string> => {
    const {
      title = 'T',
      payload = 'p',
      currency = 'XTR',
      provider = '',
      prices = [{ label: 'x', amount: 1 }],
    } = change;
    const body = JSON.stringify({ title, description: 'D', payload, currency, provider_token: provider, prices });
    const url = `${apiRoot}/bot${context.keys.botToken}/createInvoiceLink`;
    return fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body }).then((r) => r.text());
  };

  it('makes a link for one price in whole Stars', async () => {
    expect(await newInvoice()).toMatch(/^https:\/\/t\.me\/\$[\w-]+$/);
  });

  it('refuses anything but a plain Stars invoice', async () => {
    expect(await create({ title: '' })).toContain('parameter \\"title\\" is required');
    expect(await create({ title: 'x'.repeat(33) })).toContain('STARS_INVOICE_INVALID');
    expect(await create({ payload: 'ж'.repeat(65) })).toContain('INVOICE_PAYLOAD_INVALID');
    expect(await create({ provider: 'tok' })).toContain('STARS_INVOICE_INVALID');
    expect(await create({ currency: 'USD' })).toContain('400');
    expect(await create({ prices: [] })).toContain('there must be at least one price');
    expect(
      await create({
        prices: [
          { label: 'a', amount: 1 },
          { label: 'b', amount: 1 },
        ],
      }),
    ).toContain('STARS_INVOICE_INVALID');
    expect(await create({ prices: [{ label: 'a', amount: 0 }] })).toContain('CURRENCY_TOTAL_AMOUNT_INVALID');
    expect(await create({ prices: [{ label: 'a', amount: 1.5 }] })).toContain('must be of type Number');
  });
});

describe('paying', () => {
  it('takes the Stars and tells the bot once it agreed', async () => {
    const link = await newInvoice();
    expect(await pay(link)).toEqual({ status: 'paid' });
    await until(() => updates.length === 2);

    const { charges, refunds } = await simulator.ledger();
    expect(charges).toEqual([{ charge_id: expect.any(String), user_id: USER, amount: 245, payload: INVOICE.payload }]);
    expect(refunds).toEqual([]);
    expect(updates[0]?.pre_checkout_query).toMatchObject({
      currency: 'XTR',
      total_amount: 245,
      invoice_payload: INVOICE.payload,
    });
    expect(updates[1]?.message).toMatchObject({
      from: { id: USER, is_bot: false },
      chat: { id: USER, type: 'private' },
      successful_payment: { currency: 'XTR', total_amount: 245, telegram_payment_charge_id: charges[0]?.charge_id },
    });
    expect(updates[1]?.message?.message_id).toBeGreaterThan(0);
    expect(secrets).toEqual(['hush', 'hush']);
    expect(await starsOf()).toBe(999_755);
  });

  it('fails with the words of a bot that refuses, and takes nothing', async () => {
    answerUpdate = async (update) => {
      const id = update.pre_checkout_query?.id ?? '';
      await api.answerPreCheckoutQuery(id, false, { error_message: 'Sold out' });
      return new Response('ok');
    };
    expect(await pay(await newInvoice())).toEqual({ status: 'failed', error: 'Sold out' });
    expect(await starsOf()).toBe(1_000_000);
  });

  it('fails when the bot is silent for ten seconds, and takes no answer after that', async () => {
    answerUpdate = () => new Response('ok');
    const paying = pay(await newInvoice());
    await until(() => updates.length === 1);
    context.clock.advance(10);
    expect(await paying).toEqual({ status: 'failed', error: 'BOT_PRECHECKOUT_TIMEOUT' });
    const late = api.answerPreCheckoutQuery(updates[0]?.pre_checkout_query?.id ?? '', true);
    expect(await refusal(late)).toBe(
      '400 Bad Request: query is too old and response timeout expired or query ID is invalid',
    );
    expect((await simulator.ledger()).charges).toEqual([]);
  });

  it('takes an answer that comes in the body of the webhook answer', async () => {
    answerUpdate = (update) =>
      Response.json({
        method: 'answerPreCheckoutQuery',
        pre_checkout_query_id: update.pre_checkout_query?.id,
        ok: true,
      });
    expect(await pay(await newInvoice())).toEqual({ status: 'paid' });
  });

  it('charges only what the balance allows, also when two payments race', async () => {
    await simulator.set({ user: { id: USER, stars: 300 } });
    const link = await newInvoice();
    const results = await Promise.all([pay(link), pay(link)]);
    expect(results).toContainEqual({ status: 'paid' });
    expect(results).toContainEqual({ status: 'failed', error: 'not enough Stars' });
    expect(await starsOf()).toBe(55);
    expect((await simulator.ledger()).charges).toHaveLength(1);
  });

  it('lets one link be paid many times and by anyone', async () => {
    const link = await newInvoice();
    expect(await Promise.all([pay(link), pay(link, 2), pay(link, 3)])).toEqual(Array(3).fill({ status: 'paid' }));
    const { charges } = await simulator.ledger();
    expect(new Set(charges.map((charge) => charge.charge_id)).size).toBe(3);
  });

  it('fails for an unknown link and does nothing when the sheet is closed', async () => {
    expect(await pay('https://t.me/$nothing')).toMatchObject({ status: 'failed' });
    const closed = await simulator.pay({ invoice_url: await newInvoice(), user_id: USER, cancel: true });
    expect(await closed.json()).toEqual({ status: 'cancelled' });
    expect(updates).toEqual([]);
  });
});

describe('refunds', () => {
  async function paidCharge(): Promise<string> {
    await pay(await newInvoice());
    return (await simulator.ledger()).charges.at(-1)?.charge_id ?? '';
  }

  it('gives the Stars back once and tells the bot', async () => {
    const chargeId = await paidCharge();
    await api.refundStarPayment(USER, chargeId);
    expect(await refusal(api.refundStarPayment(USER, chargeId))).toBe('400 Bad Request: CHARGE_ALREADY_REFUNDED');
    expect(await starsOf()).toBe(1_000_000);
    expect((await simulator.ledger()).refunds).toEqual([{ charge_id: chargeId }]);
    await until(() =>
      updates.some((update) => update.message?.refunded_payment?.telegram_payment_charge_id === chargeId),
    );
    expect(await api.getMyStarBalance()).toEqual({ amount: 0 });
  });

  it('gives back once when two refunds race', async () => {
    const chargeId = await paidCharge();
    const results = await Promise.allSettled([
      api.refundStarPayment(USER, chargeId),
      api.refundStarPayment(USER, chargeId),
    ]);
    expect(results.filter((result) => result.status === 'fulfilled')).toHaveLength(1);
    expect(await starsOf()).toBe(1_000_000);
  });

  it('refuses an unknown charge and another user', async () => {
    const chargeId = await paidCharge();
    expect(await refusal(api.refundStarPayment(USER, ''))).toBe('400 Bad Request: CHARGE_ID_EMPTY');
    expect(await refusal(api.refundStarPayment(USER, 'nope'))).toBe('400 Bad Request: CHARGE_NOT_FOUND');
    expect(await refusal(api.refundStarPayment(2, chargeId))).toContain('400');
  });

  it('reports a charge that Telegram takes back by itself', async () => {
    const chargeId = await paidCharge();
    await simulator.set({ refund: { charge_id: chargeId } });
    await until(() => updates.some((update) => update.message?.refunded_payment !== undefined));
    expect(await refusal(api.refundStarPayment(USER, chargeId))).toContain('CHARGE_ALREADY_REFUNDED');
    await expect(simulator.set({ refund: { charge_id: 'nope' } })).rejects.toThrow('There is no charge nope.');
  });

  it('lists transactions in order, a refund under the id of its charge', async () => {
    const first = await paidCharge();
    const second = await paidCharge();
    await api.refundStarPayment(USER, first);
    const { transactions } = await api.getStarTransactions();
    expect(transactions.map((entry) => entry.id)).toEqual([first, second, first]);
    expect(transactions[0]).toMatchObject({
      amount: 245,
      source: { type: 'user', user: { id: USER }, invoice_payload: INVOICE.payload },
    });
    expect(transactions[2]).toMatchObject({ receiver: { type: 'user', user: { id: USER } } });
    expect((await api.getStarTransactions({ offset: 1, limit: 1 })).transactions.map((entry) => entry.id)).toEqual([
      second,
    ]);
  });
});

describe('update delivery', () => {
  it('repeats a failing update at once, then after 2, 4, 8 seconds, and holds back only its own chat', async () => {
    let isBroken = true;
    answerUpdate = (update) => new Response('', { status: isBroken && update.message?.from.id === USER ? 500 : 200 });
    await writeToBot('first');
    await writeToBot('second');
    await writeToBot('other', 2);
    await until(() => context.clock.sleepers() === 1 && updates.length === 3);
    expect(texts().toSorted()).toEqual(['first', 'first', 'other']);

    for (const [waitS, tries] of [
      [2, 3],
      [4, 4],
      [8, 5],
    ] as const) {
      context.clock.advance(waitS - 1);
      expect(texts().filter((text) => text === 'first')).toHaveLength(tries - 1);
      context.clock.advance(1);
      await until(() => context.clock.sleepers() === 1 && texts().filter((text) => text === 'first').length === tries);
    }
    expect((await api.getWebhookInfo()).last_error_message).toContain('500');
    isBroken = false;
    context.clock.advance(16);
    await until(isIdle);
    expect(texts().slice(-2)).toEqual(['first', 'second']);
  });

  it('counts update ids upwards and repeats an update under its own id', async () => {
    let failures = 1;
    answerUpdate = () => new Response('', { status: failures-- > 0 ? 503 : 200 });
    await writeToBot('a');
    await until(isIdle);
    await writeToBot('b');
    await until(isIdle);
    const ids = updates.map((update) => update.update_id);
    expect(ids[1]).toBe(ids[0]);
    expect(ids[2]).toBe((ids[1] ?? 0) + 1);
  });

  it('waits as long as Retry-After says', async () => {
    answerUpdate = () => new Response('', { status: 429, headers: { 'retry-after': '30' } });
    await writeToBot('a');
    await until(() => context.clock.sleepers() === 1);
    answerUpdate = () => new Response('');
    context.clock.advance(29);
    expect(updates).toHaveLength(1);
    context.clock.advance(1);
    await until(isIdle);
    expect(updates).toHaveLength(2);
  });

  it('gives a query up after 150 seconds and a message after a day', async () => {
    answerUpdate = () => new Response('', { status: 500 });
    const paying = pay(await newInvoice());
    await writeToBot('a');
    await until(() => updates.length === 4);
    context.clock.advance(151);
    await paying;
    await until(async () => (await api.getWebhookInfo()).pending_update_count === 1);
    context.clock.advance(24 * 3_600);
    await until(isIdle);
  });

  it('never brings a lost update, while the payment stays', async () => {
    intercept = (body) => (body.includes('successful_payment') ? { kind: 'lost' } : null);
    expect(await pay(await newInvoice())).toEqual({ status: 'paid' });
    await until(isIdle);
    expect(updates).toHaveLength(1);
    expect((await simulator.ledger()).charges).toHaveLength(1);
  });

  it('lets the next of the same chat overtake an update, also one that comes later', async () => {
    let held = 1;
    intercept = (body) => (body.includes('slow') && held-- > 0 ? { kind: 'overtaken', waitMs: 5_000 } : null);
    await writeToBot('slow');
    await until(() => context.clock.sleepers() === 1);
    await writeToBot('quick');
    await until(isIdle);
    expect(texts()).toEqual(['quick', 'slow']);
  });

  it('is never told to hold back a pre-checkout query', async () => {
    const faults = createFaultBook(context.sql, context.random);
    await context.sql.query('create schema if not exists sandbox');
    await faults.load();
    await faults.replace('telegram', [{ match: { path: 'webhook' }, action: 'reorder', times: 5 }]);
    const strike = (body: object) =>
      faults.strike({
        vendor: 'telegram',
        direction: 'out',
        method: 'POST',
        path: '/api/telegram/webhook',
        body: JSON.stringify(body),
      });
    expect(await strike({ update_id: 1, pre_checkout_query: { id: '1' } })).toBeNull();
    expect(await strike({ update_id: 2, message: { text: 'hi' } })).toMatchObject({ action: 'reorder' });
    await faults.clear();
  });

  it('lets nothing overtake an update that is alone for long enough', async () => {
    let held = 1;
    intercept = (body) => (body.includes('slow') && held-- > 0 ? { kind: 'overtaken', waitMs: 5_000 } : null);
    await writeToBot('slow');
    await writeToBot('other chat', 2);
    await until(() => context.clock.sleepers() === 1 && updates.length === 1);
    context.clock.advance(5);
    await until(isIdle);
    await writeToBot('quick');
    await until(isIdle);
    expect(texts()).toEqual(['other chat', 'slow', 'quick']);
  });

  it('brings an update again when the answer was cut off', async () => {
    let cuts = 1;
    const outcome: DeliveryOutcome = { kind: 'unanswered', reason: 'cut' };
    intercept = () => (cuts-- > 0 ? outcome : null);
    await writeToBot('a');
    await until(isIdle);
    expect(texts()).toEqual(['a']);
  });

  it('leaves out kinds the bot did not ask for, and waits without a webhook', async () => {
    await api.deleteWebhook();
    await writeToBot('early');
    expect((await api.getWebhookInfo()).pending_update_count).toBe(1);
    await api.setWebhook(shop.url, { allowed_updates: ['pre_checkout_query'] });
    await writeToBot('unwanted');
    await until(isIdle);
    expect(texts()).toEqual(['early']);
  });

  it('drops what is pending when asked to', async () => {
    await api.deleteWebhook();
    await writeToBot('old');
    await api.setWebhook(shop.url, { drop_pending_updates: true });
    await writeToBot('new');
    await until(isIdle);
    expect(texts()).toEqual(['new']);
  });

  it('goes on with undelivered updates after a restart', async () => {
    intercept = () => ({ kind: 'unanswered', reason: 'down' });
    await writeToBot('one');
    await writeToBot('two');
    await writeToBot('other', 2);
    await simulator.stop();
    intercept = () => null;

    simulator = createTelegramSimulator(context);
    await simulator.start();
    await until(isIdle);
    expect(texts().filter((text) => text !== 'other')).toEqual(['one', 'two']);
    expect(texts()).toContain('other');
    expect(secrets).toEqual(['hush', 'hush', 'hush']);
  });
});

describe('control', () => {
  it('says what is wrong with an input', async () => {
    await expect(simulator.set({ user: { id: 'x' } })).rejects.toThrow(/^user\.id: /);
    await expect(simulator.set({ speed: 1 })).rejects.toThrow();
    await expect(simulator.pay({})).rejects.toThrow(/^invoice_url: /);
    await expect(simulator.chat(new URLSearchParams())).rejects.toThrow('user_id must be a number.');
  });

  it('forgets chats, charges and balances on reset, and keeps the webhook', async () => {
    await writeToBot('/start');
    const link = await newInvoice();
    await pay(link);
    await simulator.reset();
    expect(await readChat()).toEqual([]);
    expect(await simulator.ledger()).toEqual({ charges: [], refunds: [] });
    expect(await starsOf()).toBe(1_000_000);
    expect(await pay(link)).toMatchObject({ status: 'failed' });
    expect((await api.getWebhookInfo()).url).toContain('/api/telegram/webhook');
  });

  it('starts in two processes at once', async () => {
    const others = [createTelegramSimulator(context), createTelegramSimulator(context)];
    await Promise.all(others.map((other) => other.start()));
    await Promise.all(others.map((other) => other.stop()));
  });
});
