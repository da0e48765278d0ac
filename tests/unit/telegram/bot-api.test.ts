import { inspect } from 'node:util';
import { delay, http, HttpResponse } from 'msw';
import { setupServer } from 'msw/node';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { createTelegramApi } from '../../../lib/telegram/bot-api.ts';
import { isUserUnreachable, TelegramRefusedError, TelegramUnreachableError } from '../../../lib/telegram/errors.ts';

const TOKEN = '7342037359:AAFZehRPBRs8Seg40oDjTMIW8uTGPuW1zfQ';
const URL_OF = (method: string) => `https://telegram.test/bot${TOKEN}/${method}`;

const server = setupServer();
beforeAll(() => server.listen({ onUnhandledRequest: 'error' }));
afterEach(() => server.resetHandlers());
afterAll(() => server.close());

const api = createTelegramApi({ botToken: TOKEN, apiUrl: 'https://telegram.test', ratePerS: 0 });

/** Answers the method with this result and hands back the bodies it was called with. */
function answering(method: string, result: unknown): unknown[] {
  const bodies: unknown[] = [];
  server.use(
    http.post(URL_OF(method), async ({ request }) => {
      bodies.push(await request.json());
      return HttpResponse.json({ ok: true, result });
    }),
  );
  return bodies;
}

function refusing(method: string, status: number, description: string, parameters?: object): void {
  server.use(
    http.post(URL_OF(method), () =>
      HttpResponse.json(
        { ok: false, error_code: status, description, ...(parameters ? { parameters } : {}) },
        { status },
      ),
    ),
  );
}

async function failureOf(call: Promise<unknown>): Promise<unknown> {
  return call.then(
    () => expect.unreachable('the call succeeded'),
    (error: unknown) => error,
  );
}

const INVOICE = { title: 'Thailand, 5 GB', description: '30 days', payload: 'shop:ord_1', stars: 245 };

describe('createTelegramApi', () => {
  it('asks for an invoice in whole Stars', async () => {
    const bodies = answering('createInvoiceLink', 'https://t.me/$abc');
    await expect(api.createInvoiceLink(INVOICE)).resolves.toBe('https://t.me/$abc');
    expect(bodies).toEqual([
      {
        title: 'Thailand, 5 GB',
        description: '30 days',
        payload: 'shop:ord_1',
        provider_token: '',
        currency: 'XTR',
        prices: [{ label: 'Thailand, 5 GB', amount: 245 }],
      },
    ]);
  });

  it('answers a pre-checkout query with yes, or with no and a sentence', async () => {
    const bodies = answering('answerPreCheckoutQuery', true);
    await api.answerPreCheckoutQuery('7', { ok: true });
    await api.answerPreCheckoutQuery('8', { ok: false, errorMessage: 'The price has changed.' });
    expect(bodies).toEqual([
      { pre_checkout_query_id: '7', ok: true },
      { pre_checkout_query_id: '8', ok: false, error_message: 'The price has changed.' },
    ]);
  });

  it('counts a charge that was refunded before as success', async () => {
    refusing('refundStarPayment', 400, 'Bad Request: CHARGE_ALREADY_REFUNDED');
    await expect(api.refundStarPayment(1, 'stx1')).resolves.toBe('already_refunded');
    answering('refundStarPayment', true);
    await expect(api.refundStarPayment(1, 'stx1')).resolves.toBe('refunded');
  });

  it('does not take any other refusal of a refund for success', async () => {
    refusing('refundStarPayment', 400, 'Bad Request: CHARGE_ID_INVALID');
    await expect(failureOf(api.refundStarPayment(1, 'stx1'))).resolves.toMatchObject({
      name: 'TelegramRefusedError',
      status: 400,
      description: 'Bad Request: CHARGE_ID_INVALID',
      retryAfterMs: null,
    });
  });

  it("reads the ledger's charges and refunds and counts what it leaves out", async () => {
    const user = { type: 'user', transaction_type: 'invoice_payment', user: { id: 5, is_bot: false, first_name: 'A' } };
    const bodies = answering('getStarTransactions', {
      transactions: [
        { id: 'stx1', amount: 245, date: 1795255200, source: { ...user, invoice_payload: 'shop:ord_1' } },
        { id: 'stx1', amount: 245, date: 1795255260, receiver: user },
        {
          id: 'w1',
          amount: 1000,
          date: 1795255260,
          receiver: { type: 'fragment', withdrawal_state: { type: 'pending' } },
        },
        { id: 'n1', amount: 10, date: 1795255260, source: { type: 'kind_of_the_future' } },
        { id: 'g1', amount: 50, date: 1795255260, receiver: { ...user, transaction_type: 'gift_purchase' } },
      ],
    });
    await expect(api.getStarTransactions({ offset: 200, limit: 100 })).resolves.toEqual({
      received: 5,
      transactions: [
        {
          chargeId: 'stx1',
          kind: 'charge',
          userId: 5,
          stars: 245,
          payload: 'shop:ord_1',
          at: new Date('2026-11-21T10:00:00Z'),
        },
        {
          chargeId: 'stx1',
          kind: 'refund',
          userId: 5,
          stars: 245,
          payload: null,
          at: new Date('2026-11-21T10:01:00Z'),
        },
      ],
    });
    expect(bodies).toEqual([{ offset: 200, limit: 100 }]);
  });

  it('does not read a ledger entry of a form it does not know as nothing', async () => {
    const payer = { type: 'user', transaction_type: 'invoice_payment', user: {} };
    for (const entry of [
      { id: 'stx1', date: 1 },
      { id: 'stx1', date: 1, amount: 1, source: payer },
    ]) {
      answering('getStarTransactions', { transactions: [entry] });
      await expect(failureOf(api.getStarTransactions({ offset: 0, limit: 100 }))).resolves.toMatchObject({
        name: 'TelegramUnreachableError',
        reason: 'unreadable',
        mayHaveBeenApplied: false,
      });
    }
  });

  it('sends a text with its buttons', async () => {
    const bodies = answering('sendMessage', { message_id: 12 });
    const button = { text: 'Open', web_app: { url: 'https://shop.test' } };
    await expect(api.sendMessage(5, { html: '<b>Hi</b>', buttons: [[button]] })).resolves.toBe(12);
    expect(bodies).toEqual([
      {
        chat_id: 5,
        text: '<b>Hi</b>',
        parse_mode: 'HTML',
        link_preview_options: { is_disabled: true },
        reply_markup: { inline_keyboard: [[button]] },
      },
    ]);
  });

  it('says how long to wait after too many requests', async () => {
    refusing('sendMessage', 429, 'Too Many Requests: retry after 7', { retry_after: 7 });
    await expect(failureOf(api.sendMessage(5, { html: 'x' }))).resolves.toMatchObject({
      status: 429,
      retryAfterMs: 7000,
    });
    refusing('sendPhoto', 429, 'Too Many Requests: retry after 3', { retry_after: 3 });
    const photo = failureOf(api.sendPhoto(5, new Uint8Array(1), { captionHtml: 'x' }));
    await expect(photo).resolves.toMatchObject({ status: 429, retryAfterMs: 3000 });
  });

  it('tells a server error from a refusal, since it may have been applied', async () => {
    refusing('refundStarPayment', 500, 'Internal Server Error');
    await expect(failureOf(api.refundStarPayment(1, 'stx1'))).resolves.toMatchObject({
      name: 'TelegramUnreachableError',
      reason: 'server_error',
      mayHaveBeenApplied: true,
    });
  });

  it('takes a page of HTML for no answer', async () => {
    server.use(http.post(URL_OF('refundStarPayment'), () => HttpResponse.html('<h1>502</h1>', { status: 502 })));
    await expect(failureOf(api.refundStarPayment(1, 'stx1'))).resolves.toMatchObject({
      reason: 'unreadable',
      mayHaveBeenApplied: true,
    });
  });

  it('does not follow a redirect, which would carry the token elsewhere', async () => {
    server.use(http.post(URL_OF('getMe'), () => HttpResponse.redirect('https://elsewhere.test/', 307)));
    await expect(failureOf(api.getMe())).resolves.toBeInstanceOf(TelegramUnreachableError);
  });

  it('never shows the token in an error, however deep one looks', async () => {
    const errors: unknown[] = [];
    refusing('getMe', 401, `Unauthorized: bot ${TOKEN}`);
    errors.push(await failureOf(api.getMe()));
    server.use(http.post(URL_OF('getMe'), () => HttpResponse.error()));
    errors.push(await failureOf(api.getMe()));
    server.use(http.post(URL_OF('getMe'), () => HttpResponse.text('no')));
    errors.push(await failureOf(api.getMe()));
    const noUrl = createTelegramApi({ botToken: TOKEN, apiUrl: 'no url', ratePerS: 0 });
    errors.push(
      await failureOf(noUrl.getMe()),
      await failureOf(noUrl.sendPhoto(1, new Uint8Array(1), { captionHtml: 'x' })),
    );
    for (const error of errors) {
      expect(error instanceof TelegramRefusedError || error instanceof TelegramUnreachableError).toBe(true);
      expect(inspect(error, { depth: null, showHidden: true })).not.toContain(TOKEN.split(':')[1]);
    }
    expect(inspect(api, { depth: null, showHidden: true })).not.toContain(TOKEN);
  });

  it('puts the text of a message into no error', async () => {
    refusing('sendMessage', 403, 'Forbidden: bot was blocked by the user');
    const error = await failureOf(api.sendMessage(5, { html: 'LPA:1$smdp.test$CODE' }));
    expect(inspect(error, { depth: null, showHidden: true })).not.toContain('CODE');
  });

  it('gives up on a pre-checkout answer before Telegram cancels the payment', async () => {
    const asked = new Promise<void>((resolve) => {
      server.use(
        http.post(URL_OF('answerPreCheckoutQuery'), async () => {
          resolve();
          await delay('infinite');
          return HttpResponse.json({});
        }),
      );
    });
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      const failure = failureOf(api.answerPreCheckoutQuery('7', { ok: true }));
      await asked;
      await vi.advanceTimersByTimeAsync(5_000);
      await expect(failure).resolves.toMatchObject({ reason: 'timed_out', mayHaveBeenApplied: true });
    } finally {
      vi.useRealTimers();
    }
  });
});

describe('isUserUnreachable', () => {
  it.each([
    [403, 'Forbidden: bot was blocked by the user', true],
    [403, 'Forbidden: user is deactivated', true],
    [403, "Forbidden: bot can't initiate conversation with a user", true],
    [400, 'Bad Request: chat not found', true],
    [400, 'Bad Request: message is too long', false],
    [429, 'Too Many Requests: retry after 5', false],
    [401, 'Unauthorized', false],
  ])('reads %i %s as %s', (status, description, expected) => {
    const error = new TelegramRefusedError({ method: 'sendMessage', status, description, retryAfterMs: null });
    expect(isUserUnreachable(error)).toBe(expected);
  });

  it('is false for errors of other kinds', () => {
    expect(isUserUnreachable(new Error('403'))).toBe(false);
  });
});
