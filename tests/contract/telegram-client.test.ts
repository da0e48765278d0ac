import { inspect } from 'node:util';
import * as z from 'zod';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { botMessages } from '../../lib/i18n/bot-messages.ts';
import { answerMessage } from '../../lib/notify/answer-message.ts';
import { sendReady } from '../../lib/notify/send-ready.ts';
import { createTelegramApi, type TelegramApi, type TelegramSetupApi } from '../../lib/telegram/bot-api.ts';
import { isUserUnreachable } from '../../lib/telegram/errors.ts';
import { verifyInitData } from '../../lib/telegram/init-data.ts';
import { checkBot, setUpBot } from '../../lib/telegram/set-up-bot.ts';
import { decodeUpdate, verifySecretToken, type WebhookUpdate } from '../../lib/telegram/webhook-update.ts';
import { readQrPng } from '../support/read-qr.ts';
import { startSandbox, type RunningSandbox } from '../support/running-sandbox.ts';
import { serveFakeShop, type FakeShop } from '../support/sandbox-context.ts';

const INVOICE = { title: 'Таиланд · 5 ГБ · 30 дней', description: '30 дней', payload: 'shop_1:ord_1', stars: 245 };
const SECRET = 'secret-token_0123456789';
const LPA = 'LPA:1$smdp.example$K2-ABCDE';

let sandbox: RunningSandbox;
let shop: FakeShop;
let api: TelegramApi & TelegramSetupApi;
let updates: WebhookUpdate[] = [];
let waiting: (() => void)[] = [];

/** The shop's side of the webhook: checks the secret, decodes, and says yes to every payment. */
async function takeUpdate(request: Request): Promise<Response> {
  if (!verifySecretToken(request.headers.get('x-telegram-bot-api-secret-token'), SECRET)) {
    return new Response(null, { status: 401 });
  }
  const update = decodeUpdate(await request.json());
  if (update === null) return new Response(null, { status: 400 });
  if (update.kind === 'pre_checkout') await api.answerPreCheckoutQuery(update.queryId, { ok: true });
  updates.push(update);
  for (const wake of waiting) wake();
  return new Response();
}

async function nextUpdate<Kind extends WebhookUpdate['kind']>(
  kind: Kind,
): Promise<Extract<WebhookUpdate, { kind: Kind }>> {
  for (;;) {
    const found = updates.find((update): update is Extract<WebhookUpdate, { kind: Kind }> => update.kind === kind);
    if (found !== undefined) return found;
    await new Promise<void>((resolve) => waiting.push(resolve));
  }
}

async function control(name: string, body: unknown): Promise<unknown> {
  const response = await sandbox.control(name, body);
  if (!response.ok) throw new Error(`${name}: ${response.status} ${await response.text()}`);
  return response.json();
}

const faults = (...rules: object[]) => control('faults', { target: 'telegram', rules });
const writeToBot = (userId: number, text = '/start') => control('message', { user_id: userId, text });
const failureOf = (call: Promise<unknown>): Promise<unknown> =>
  call.then(
    () => 'succeeded',
    (error: unknown) => error,
  );

async function chargeFor(userId: number, invoice = INVOICE) {
  const invoice_url = await api.createInvoiceLink(invoice);
  expect(await control('pay', { invoice_url, user_id: userId })).toMatchObject({ status: 'paid' });
  return nextUpdate('payment');
}

const chatBody = z.object({
  messages: z.array(
    z.looseObject({
      type: z.string(),
      text: z.string().optional(),
      caption: z.string().optional(),
      photo_base64: z.string().optional(),
      buttons: z.array(z.array(z.looseObject({ text: z.string() }))),
    }),
  ),
});

async function lastMessage(userId: number) {
  const response = await fetch(`${sandbox.url}/sandbox/api/chat?user_id=${userId}`);
  return chatBody.parse(await response.json()).messages.at(-1);
}

beforeAll(async () => {
  sandbox = await startSandbox({ seed: 'telegram-client' });
  shop = await serveFakeShop(takeUpdate);
  api = createTelegramApi({
    botToken: sandbox.sandbox.keys.botToken,
    apiUrl: `${sandbox.url}/sandbox/telegram`,
    ratePerS: 0,
  });
  await control('set', { telegram: { rate_per_s: 0 } });
  await setUpBot(api, { appUrl: shop.url.replace(/\/$/, ''), shopName: 'Roam', secretToken: SECRET });
});
beforeEach(() => {
  updates = [];
  waiting = [];
});
afterEach(() => faults());
afterAll(async () => {
  await sandbox.close();
  await shop.close();
});

describe('setting the bot up', () => {
  it('leaves Telegram with all that the check looks for, also the second time', async () => {
    const settings = { appUrl: shop.url.replace(/\/$/, ''), shopName: 'Roam', secretToken: SECRET };
    await setUpBot(api, settings);
    const checks = await checkBot(api, settings);
    expect(checks.filter(({ problem }) => problem !== null)).toEqual([]);
    expect(checks[0]).toMatchObject({ what: 'bot', has: expect.stringContaining(sandbox.sandbox.keys.botUsername) });
  });

  it('finds a webhook that points elsewhere', async () => {
    const checks = await checkBot(api, { appUrl: 'https://elsewhere.test', shopName: 'Roam' });
    expect(checks.filter(({ problem }) => problem !== null).map(({ what }) => what)).toEqual([
      'webhook',
      'menu button',
    ]);
  });
});

describe('initData', () => {
  it('of the client passes our check, and not with another token', async () => {
    const user = { id: 501, first_name: 'Анна/“Ann”', language_code: 'ru' };
    const body = z.object({ init_data: z.string() });
    const { init_data: raw } = body.parse(await control('init-data', { user, start_param: 'promo' }));
    const check = { raw, botToken: sandbox.sandbox.keys.botToken, maxAgeS: 3600, now: new Date() };
    expect(verifyInitData(check)).toMatchObject({
      ok: true,
      initData: { user: { id: 501, firstName: 'Анна/“Ann”', languageCode: 'ru' }, startParam: 'promo' },
    });
    expect(verifyInitData({ ...check, botToken: `${check.botToken}x` })).toEqual({ ok: false, reason: 'invalid' });
  });
});

describe('a payment', () => {
  it('asks first, then arrives with our payload', async () => {
    const charge = await chargeFor(601);
    expect(charge).toMatchObject({ userId: 601, currency: 'XTR', totalAmount: 245, payload: 'shop_1:ord_1' });
    expect(updates.map(({ kind }) => kind)).toEqual(['pre_checkout', 'payment']);
    expect(updates[0]).toMatchObject({ userId: 601, currency: 'XTR', totalAmount: 245, payload: 'shop_1:ord_1' });
  });

  it('does not happen when the query is answered with no', async () => {
    const refusing = createTelegramApi({
      botToken: sandbox.sandbox.keys.botToken,
      apiUrl: `${sandbox.url}/sandbox/telegram`,
      ratePerS: 0,
    });
    const approving = api;
    api = {
      ...refusing,
      answerPreCheckoutQuery: (id) =>
        refusing.answerPreCheckoutQuery(id, { ok: false, errorMessage: 'Цена изменилась.' }),
    };
    try {
      const invoice_url = await api.createInvoiceLink(INVOICE);
      const result = await control('pay', { invoice_url, user_id: 602 });
      expect(result).toEqual({ status: 'failed', error: 'Цена изменилась.' });
    } finally {
      api = approving;
    }
  });

  it('is refunded once, and a repeat says so', async () => {
    const { chargeId } = await chargeFor(603);
    await expect(api.refundStarPayment(603, chargeId)).resolves.toBe('refunded');
    await expect(api.refundStarPayment(603, chargeId)).resolves.toBe('already_refunded');
    expect(await nextUpdate('refunded_payment')).toMatchObject({ userId: 603, chargeId, totalAmount: 245 });
  });

  it('whose refund lost its answer is safe to refund again', async () => {
    const { chargeId } = await chargeFor(604);
    await faults({ match: { path: 'refundStarPayment' }, action: 'drop_after', times: 1 });
    await expect(failureOf(api.refundStarPayment(604, chargeId))).resolves.toMatchObject({
      name: 'TelegramUnreachableError',
      mayHaveBeenApplied: true,
    });
    await expect(api.refundStarPayment(604, chargeId)).resolves.toBe('already_refunded');
  });

  it('is not refunded to somebody else', async () => {
    const { chargeId } = await chargeFor(605);
    await expect(failureOf(api.refundStarPayment(606, chargeId))).resolves.toMatchObject({
      name: 'TelegramRefusedError',
      status: 400,
    });
  });

  it('and its refund are in the ledger, whatever the size of its pages', async () => {
    const { chargeId } = await chargeFor(607, { ...INVOICE, stars: 1, payload: 'shop_1:ord_ledger' });
    await api.refundStarPayment(607, chargeId);
    const whole = await api.getStarTransactions({ offset: 0, limit: 100 });
    expect(whole.transactions.filter((entry) => entry.chargeId === chargeId)).toMatchObject([
      { kind: 'charge', userId: 607, stars: 1, payload: 'shop_1:ord_ledger' },
      { kind: 'refund', userId: 607, stars: 1 },
    ]);
    const paged = [];
    for (let offset = 0; ; offset += 3) {
      const page = await api.getStarTransactions({ offset, limit: 3 });
      paged.push(...page.transactions);
      if (page.received < 3) break;
    }
    expect(paged).toEqual(whole.transactions);
  });
});

describe('a delivery', () => {
  const esim = (userId: number) =>
    sendReady(api, userId, {
      order: {
        id: 'ord_AAAAAAAAAAAAAAAAAAAA',
        country_code: 'TH',
        country_name: 'Thailand',
        data_mb: 5000,
        days: 30,
        tier: 'fixed',
        price_stars: 245,
        esim_id: 'esim_BBBBBBBBBBBBBBBBBBBB',
      },
      lpaString: LPA,
      smdpAddress: 'smdp.example',
      matchingId: 'K2-ABCDE',
      appleInstallUrl: `https://esimsetup.apple.com/esim_qrcode_provisioning?carddata=${LPA}`,
      androidInstallUrl: `https://esimsetup.android.com/esim_qrcode_provisioning?carddata=${LPA}`,
      language: 'ru',
      appUrl: 'https://shop.test',
    });

  it('shows a QR code that reads as the activation code, the codes, and all buttons', async () => {
    await writeToBot(701);
    await esim(701);
    const message = await lastMessage(701);
    expect(message?.type).toBe('photo');
    expect(readQrPng(Buffer.from(message?.photo_base64 ?? '', 'base64'))).toBe(LPA);
    expect(message?.caption).toContain('Код активации: K2-ABCDE');
    expect(message?.buttons.flat()).toMatchObject([
      { web_app: { url: 'https://shop.test/esims/esim_BBBBBBBBBBBBBBBBBBBB' } },
      { url: expect.stringContaining('esimsetup.apple.com') },
      { url: expect.stringContaining('esimsetup.android.com') },
      { copy_text: { text: LPA } },
    ]);
  });

  it('to someone who blocked the bot, or never started it, is told apart from a failure', async () => {
    await writeToBot(702);
    await control('set', { telegram: { user: { id: 702, blocked: true } } });
    expect(isUserUnreachable(await failureOf(esim(702)))).toBe(true);
    expect(isUserUnreachable(await failureOf(api.sendMessage(703, { html: 'x' })))).toBe(true);
    expect(await nextUpdate('member')).toMatchObject({ userId: 702, blocked: true });
  });

  it('says how long to wait when Telegram is busy', async () => {
    await writeToBot(704);
    await faults({ match: { path: 'sendPhoto' }, action: 'rate_limit', times: 1 });
    const error = await failureOf(esim(704));
    expect(error).toMatchObject({ name: 'TelegramRefusedError', status: 429, retryAfterMs: expect.any(Number) });
    expect(isUserUnreachable(error)).toBe(false);
    await esim(704);
  });

  it.each(['error_500', 'error_503', 'drop_before', 'drop_after', 'garbage'])(
    'is in doubt after %s',
    async (action) => {
      await writeToBot(705);
      await faults({ match: { path: 'sendPhoto' }, action, times: 1 });
      const error = await failureOf(esim(705));
      expect(error).toMatchObject({ name: 'TelegramUnreachableError', mayHaveBeenApplied: true });
      expect(inspect(error, { depth: null, showHidden: true })).not.toContain(sandbox.sandbox.keys.botToken);
    },
  );
});

describe('the bot', () => {
  it.each(Object.keys(botMessages.en.setup.command))(
    'has an answer to /%s that Telegram takes, in both languages',
    async (command) => {
      for (const language of ['en', 'ru'] as const) {
        const context = {
          language,
          appUrl: 'https://shop.test',
          shopName: 'A & <B>',
          supportContact: 'x@y.z',
          deliveryDeadlineS: 900,
          now: new Date(),
        };
        await writeToBot(801, `/${command}`);
        const outcome = await answerMessage(api, { text: `/${command}`, isPrivate: true, chatId: 801 }, context);
        expect(outcome).toBe('answered');
        expect((await lastMessage(801))?.text).not.toMatch(/[<>]b>|&amp;/);
      }
    },
  );

  it('reads what people write to it', async () => {
    await writeToBot(802, 'Привет');
    expect(await nextUpdate('message')).toMatchObject({ userId: 802, chatId: 802, text: 'Привет', isPrivate: true });
  });
});

describe('the connection', () => {
  it('that is refused has applied nothing', async () => {
    const closed = await serveFakeShop(async () => new Response());
    await closed.close();
    const unreachable = createTelegramApi({ botToken: '1:x', apiUrl: closed.url.replace(/\/$/, ''), ratePerS: 0 });
    await expect(failureOf(unreachable.refundStarPayment(1, 'stx1'))).resolves.toMatchObject({
      name: 'TelegramUnreachableError',
      reason: 'not_sent',
      mayHaveBeenApplied: false,
      detail: 'ECONNREFUSED',
    });
  });

  it('with a wrong token is refused', async () => {
    const wrong = createTelegramApi({ botToken: '1:x', apiUrl: `${sandbox.url}/sandbox/telegram`, ratePerS: 0 });
    await expect(failureOf(wrong.getMe())).resolves.toMatchObject({ name: 'TelegramRefusedError', status: 401 });
  });
});
