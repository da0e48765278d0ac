import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Plan } from '../../../lib/contract/catalogue.ts';
import { problemSchema } from '../../../lib/contract/problem.ts';
import { signCallback } from '../../../lib/esim-go/signature.ts';
import { startShop, type Answer, type ShopUnderTest } from '../../support/shop.ts';

const USER_LIMIT = 12;
const FAILURE_LIMIT = 8;

let shop: ShopUnderTest;
let plan: Plan;
beforeAll(async () => {
  shop = await startShop({ USER_RATE_PER_MIN: String(USER_LIMIT), AUTH_FAILURES_PER_MIN: String(FAILURE_LIMIT) });
  const [first] = await shop.plans('TH');
  if (first === undefined) throw new Error('Thailand is not sold');
  plan = first;
});
afterAll(() => shop?.close());

async function many(count: number, ask: (index: number) => Promise<Answer>): Promise<number[]> {
  const answers: number[] = [];
  for (let index = 0; index < count; index += 1) answers.push((await ask(index)).status);
  return answers;
}

/** A proxy of this machine: what it says of the caller is believed, as Vercel is. */
const from = (address: string) => ({ 'x-forwarded-for': address });

function expectLimited(answer: Answer): void {
  expect(answer.status).toBe(429);
  expect(problemSchema.parse(answer.body).error.code).toBe('rate_limited');
  const retryAfterS = Number(answer.headers.get('retry-after'));
  expect(retryAfterS).toBeGreaterThanOrEqual(1);
  expect(retryAfterS).toBeLessThanOrEqual(60);
}

describe('the limit of a user', () => {
  it('counts their requests on all routes together, and nobody else’s', async () => {
    const [greedy, other] = [await shop.user(9_001), await shop.user(9_002)];
    const answers = await many(USER_LIMIT, (index) =>
      index % 2 === 0 ? greedy.get('/api/session') : greedy.get('/api/esimgo/order'),
    );
    expect(answers).toEqual(Array(USER_LIMIT).fill(200));
    for (const path of ['/api/session', '/api/esimgo/order', '/api/esimgo/esim', '/api/esimgo/status?order_id=ord_x']) {
      expectLimited(await greedy.get(path));
    }
    expectLimited(await greedy.post('/api/events', { events: [] }));
    expectLimited(await greedy.post('/api/esimgo/esim', { id: 'esim_x', action: 'diagnose' }));
    expectLimited(await greedy.order(plan));
    expect(await shop.query(`SELECT id FROM orders WHERE telegram_user_id = 9001`)).toEqual([]);
    expect((await other.get('/api/session')).status).toBe(200);
  });

  it('never touches the catalogue, the health check, cron and the webhooks', async () => {
    const updates = await many(USER_LIMIT * 2, (index) =>
      shop.call('/api/telegram/webhook', {
        json: { update_id: 1_000 + index, message: { from: { id: 9_001 } } },
        headers: { 'x-telegram-bot-api-secret-token': shop.env['TELEGRAM_WEBHOOK_SECRET'] ?? '' },
      }),
    );
    const callbacks = await many(USER_LIMIT * 2, (index) => {
      const body = JSON.stringify({ alertType: 'Utilisation', n: index });
      return shop.call('/api/esimgo/webhook', {
        method: 'POST',
        body,
        headers: {
          'content-type': 'application/json',
          'x-signature-sha256': signCallback(Buffer.from(body), shop.env['ESIMGO_API_KEY'] ?? ''),
        },
      });
    });
    const others = await many(USER_LIMIT * 2, (index) =>
      index % 3 === 0
        ? shop.call('/api/esimgo/catalogue')
        : index % 3 === 1
          ? shop.call('/api/health')
          : shop.cron('expire'),
    );
    expect(new Set([...updates, ...callbacks, ...others])).toEqual(new Set([200]));
  });
});

describe('the limit of failed proofs', () => {
  let lastAddress = 0;
  let address = '';
  const next = () => (address = `203.0.113.${(lastAddress += 1)}`);
  afterEach(next);
  next();

  const attempts: [string, () => Promise<Answer>][] = [
    ['forged initData', () => shop.call('/api/session', { headers: { authorization: 'tma x', ...from(address) } })],
    [
      'a wrong secret of Telegram',
      () =>
        shop.call('/api/telegram/webhook', {
          json: { update_id: 1 },
          headers: { 'x-telegram-bot-api-secret-token': randomUUID(), ...from(address) },
        }),
    ],
    [
      'a wrong signature of eSIM Go',
      () => shop.call('/api/esimgo/webhook', { json: {}, headers: { 'x-signature-sha256': 'bm8=', ...from(address) } }),
    ],
    [
      'a wrong cron secret',
      () => shop.call('/api/cron/tick', { headers: { authorization: `Bearer ${randomUUID()}`, ...from(address) } }),
    ],
  ];
  const guessAtHealth = (query = '') =>
    shop.call(`/api/health${query}`, { headers: { authorization: `Bearer ${randomUUID()}`, ...from(address) } });

  it.each(attempts)('answers %s 401 so many times, then 429', async (_what, attempt) => {
    expect(await many(FAILURE_LIMIT, attempt)).toEqual(Array(FAILURE_LIMIT).fill(401));
    expectLimited(await attempt());
  });

  it('counts all kinds of one address together, and no other address', async () => {
    for (let index = 0; index < FAILURE_LIMIT; index += 1) await attempts[index % attempts.length]?.[1]();
    const [, forged] = attempts[0] ?? ['', () => shop.cron('expire')];
    expectLimited(await forged());
    next();
    expect((await forged()).status).toBe(401);
  });

  it('counts the addresses of one IPv6 network together', async () => {
    const [, forged] = attempts[0] ?? ['', () => shop.cron('expire')];
    for (let index = 0; index < FAILURE_LIMIT; index += 1) {
      address = `2001:db8:1:2::${index + 1}`;
      await forged();
    }
    address = '2001:db8:1:2:ffff::9';
    expectLimited(await forged());
    address = '2001:db8:1:3::1';
    expect((await forged()).status).toBe(401);
  });

  it('keeps nobody out who has a proof, from the same address', async () => {
    const [, forged] = attempts[0] ?? ['', () => shop.cron('expire')];
    await many(FAILURE_LIMIT + 1, forged);
    const user = await shop.user(9_003);
    const answer = await shop.call('/api/session', { headers: { ...user.headers, ...from(address) } });
    expect(answer.status).toBe(200);
    const cron = { authorization: `Bearer ${shop.env['CRON_SECRET']}`, ...from(address) };
    expect((await shop.call('/api/cron/expire', { headers: cron })).status).toBe(200);
  });

  it('counts a wrong cron secret where a stranger is welcome too, and keeps the right one in', async () => {
    const answers = await many(FAILURE_LIMIT, (index) => guessAtHealth(index % 2 === 0 ? '' : '?include=bot'));
    expect(answers).toEqual(Array(FAILURE_LIMIT).fill(200));
    expectLimited(await guessAtHealth());
    expectLimited(await guessAtHealth('?include=bot'));
    expect((await shop.call('/api/health', { headers: from(address) })).body).toEqual({ ok: true });
    const operator = { authorization: `Bearer ${shop.env['CRON_SECRET']}`, ...from(address) };
    expect((await shop.call('/api/health', { headers: operator })).body).toMatchObject({ ok: true, database: 'up' });
  });

  it('costs the store nothing for who is over it', async () => {
    const [, forged] = attempts[0] ?? ['', () => shop.cron('expire')];
    await many(FAILURE_LIMIT + 1, forged);
    const calls: string[] = [];
    const { kv } = shop.app.deps;
    const { increment } = kv;
    kv.increment = (key, ...rest) => {
      calls.push(key);
      return increment(key, ...rest);
    };
    try {
      for (const [, attempt] of attempts) expectLimited(await attempt());
      expectLimited(await guessAtHealth());
    } finally {
      kv.increment = increment;
    }
    expect(calls).toEqual([]);
  });

  it('leaves no address in the store', async () => {
    await many(FAILURE_LIMIT, attempts[0]?.[1] ?? (() => shop.cron('expire')));
    const keys = await shop.query<{ key: string }>(`SELECT key FROM kv`);
    expect(JSON.stringify(keys)).not.toContain('203.0.113');
  });
});
