import { randomUUID } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { sign } from '@tma.js/init-data-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Plan } from '../../../lib/contract/catalogue.ts';
import { problemSchema, type Problem } from '../../../lib/contract/problem.ts';
import type { SessionAnswer } from '../../../lib/contract/session.ts';
import { signCallback } from '../../../lib/esim-go/signature.ts';
import { newId } from '../../../lib/ids.ts';
import { rawRequest } from '../../support/raw-request.ts';
import { startShop, type Answer, type ShopUnderTest } from '../../support/shop.ts';

const OTHER_BOT = '7342037359:AAFZehRPBRs8Seg40oDjTMIW8uTGPuW1zfQ';
const LIMIT = 64 * 1024;

let shop: ShopUnderTest;
let owner: Awaited<ReturnType<ShopUnderTest['user']>>;
let stranger: Awaited<ReturnType<ShopUnderTest['user']>>;
let plan: Plan;
/** Delivered to the owner. */
let bought: { orderId: string; esimId: string; iccid: string };

beforeAll(async () => {
  shop = await startShop();
  [owner, stranger] = await Promise.all([shop.user(501), shop.user(502)]);
  const [first] = await shop.plans('TH');
  if (first === undefined) throw new Error('Thailand is not sold');
  plan = first;
  const { body } = await owner.order(plan);
  await owner.pay(body.invoice_url);
  const order = await owner.waitFor(body.order.id, 'ready');
  const [esim] = await shop.query<{ id: string; iccid: string }>(`SELECT id, iccid FROM esims`);
  if (esim === undefined) throw new Error('no eSIM was delivered');
  bought = { orderId: order.id, esimId: esim.id, iccid: esim.iccid };
});
afterAll(() => shop?.close());

/** Every refusal has the closed shape, is kept by nobody, and says nothing of what is behind the door. */
function expectProblem(answer: Answer, status: number, code: string): Problem['error'] {
  expect(answer.status, JSON.stringify(answer.body)).toBe(status);
  expect(answer.headers.get('cache-control')).toBe('no-store');
  const { error } = problemSchema.parse(answer.body);
  expect(error.code).toBe(code);
  expect(JSON.stringify(answer.body)).not.toMatch(/stack|node_modules|\.ts|cost|LPA:|postgres|syntax|Error:/i);
  return error;
}

const raw = (
  path: string,
  method: string,
  headers: Record<string, string | string[]>,
  pieces: readonly Buffer[] = [],
): Promise<Answer> => rawRequest(shop.url, path, { method, headers, pieces });

const USER_ROUTES: readonly (readonly [method: string, path: string])[] = [
  ['GET', '/api/session'],
  ['POST', '/api/session'],
  ['POST', '/api/events'],
  ['POST', '/api/esimgo/order'],
  ['GET', '/api/esimgo/order'],
  ['GET', '/api/esimgo/status?order_id=ord_x'],
  ['GET', '/api/esimgo/esim'],
  ['GET', '/api/esimgo/esim?id=esim_x'],
  ['POST', '/api/esimgo/esim'],
];

describe.each(USER_ROUTES)('%s %s', (method, path) => {
  const callAs = (authorization: string | null) =>
    shop.call(path, { method, headers: authorization === null ? {} : { authorization } });
  const signedBy = (token: string, authDate: Date) => sign({ user: { id: 501, first_name: 'Test' } }, token, authDate);
  const now = Date.now();

  it('asks who is calling before anything else', async () => {
    expectProblem(await callAs(null), 401, 'init_data_missing');
    expectProblem(await callAs('tma '), 401, 'init_data_missing');
    expectProblem(await callAs(`Bearer ${owner.initData}`), 401, 'init_data_missing');
    expectProblem(
      await shop.call(`${path}${path.includes('?') ? '&' : '?'}user_id=501`, { method }),
      401,
      'init_data_missing',
    );
  });

  it('knows altered initData, whatever was altered', async () => {
    const { initData } = owner;
    const hash = new URLSearchParams(initData).get('hash') ?? '';
    const altered = [
      initData.replace('501', '502'),
      initData.replace(/auth_date=\d+/, 'auth_date=9999999999'),
      initData.replace(hash, '0'.repeat(64)),
      initData.replace(`hash=${hash}`, ''),
      initData.replace(hash, hash.slice(0, 62)),
      initData.replace(/signature=/, 'signature=x'),
      `${initData}&admin=1`,
      'garbage',
      'hash='.repeat(2_000),
    ];
    for (const value of altered) expectProblem(await callAs(`tma ${value}`), 401, 'init_data_invalid');
  });

  it('knows initData with a field twice, first or last', async () => {
    for (const extra of ['auth_date=9999999999', 'user=%7B%22id%22%3A502%2C%22first_name%22%3A%22x%22%7D', 'hash=0']) {
      expectProblem(await callAs(`tma ${owner.initData}&${extra}`), 401, 'init_data_invalid');
      expectProblem(await callAs(`tma ${extra}&${owner.initData}`), 401, 'init_data_invalid');
    }
  });

  it('knows initData of another bot, of tomorrow and of the day before yesterday', async () => {
    const token = shop.env.TELEGRAM_BOT_TOKEN ?? '';
    const at = (hours: number) => new Date(now + hours * 3_600_000);
    expectProblem(await callAs(`tma ${signedBy(OTHER_BOT, at(0))}`), 401, 'init_data_invalid');
    expectProblem(await callAs(`tma ${signedBy(token, at(24))}`), 401, 'init_data_invalid');
    expectProblem(await callAs(`tma ${signedBy(token, at(-48))}`), 401, 'init_data_expired');
  });
});

describe('what belongs to somebody else', () => {
  it.each(['ord_doesnotexist', 'x', newId('ord'), "ord_' OR 1=1 --", 'ord_h3KxA8sdKJ3hs8dhK2lsé'])(
    'is found no more than an order %s that does not exist',
    async (id) => {
      const { status } = await stranger.get(`/api/esimgo/status?order_id=${encodeURIComponent(id)}`);
      expect([400, 404]).toContain(status);
    },
  );

  it('is not found by the id of its order', async () => {
    const path = `/api/esimgo/status?order_id=${bought.orderId}`;
    expect((await owner.get(path)).status).toBe(200);
    expectProblem(await stranger.get(path), 404, 'not_found');
  });

  it('is not found by the id of the eSIM', async () => {
    const path = `/api/esimgo/esim?id=${bought.esimId}`;
    expect((await owner.get(path)).status).toBe(200);
    expectProblem(await stranger.get(path), 404, 'not_found');
    expectProblem(await owner.get(`/api/esimgo/esim?id=${bought.iccid}`), 404, 'not_found');
  });

  it.each([
    { action: 'refresh_usage' },
    { action: 'diagnose' },
    { action: 'activated' },
    { action: 'rename', name: 'stolen' },
  ])('cannot be acted on with $action', async (action) => {
    for (const target of [{ id: bought.esimId }, { order_id: bought.orderId }]) {
      expectProblem(await stranger.post('/api/esimgo/esim', { ...action, ...target }), 404, 'not_found');
    }
    const rows = await shop.query(`SELECT name, user_confirmed_at FROM esims`);
    expect(rows).toEqual([{ name: null, user_confirmed_at: null }]);
  });

  it('cannot be topped up, by our id or by ICCID', async () => {
    for (const iccid of [bought.esimId, bought.iccid]) {
      expectProblem(await stranger.order(plan, { iccid }), 404, 'not_found');
    }
    expect(await shop.query(`SELECT id FROM orders WHERE telegram_user_id = 502`)).toEqual([]);
  });

  it('is in no list, and no cursor into it works', async () => {
    expect((await stranger.get('/api/esimgo/order')).body).toEqual({ orders: [], next_cursor: null });
    expect((await stranger.get('/api/esimgo/esim')).body).toEqual({ esims: [] });
    expectProblem(await stranger.get(`/api/esimgo/order?cursor=${bought.orderId}`), 404, 'not_found');
    expectProblem(await owner.get(`/api/esimgo/order?cursor=${newId('ord')}`), 404, 'not_found');
    expect((await owner.get(`/api/esimgo/order?cursor=${bought.orderId}`)).status).toBe(200);
  });
});

describe('a bad query', () => {
  it.each([
    ['/api/esimgo/status', 'order_id'],
    ['/api/esimgo/status?order_id=', 'order_id'],
    ['/api/esimgo/status?order_id=%00', 'order_id'],
    [`/api/esimgo/status?order_id=${'x'.repeat(65)}`, 'order_id'],
    ['/api/esimgo/esim?id=', 'id'],
    ['/api/esimgo/esim?id=esim_%00', 'id'],
    [`/api/esimgo/esim?id=${'x'.repeat(5_000)}`, 'id'],
    ['/api/esimgo/order?cursor=', 'cursor'],
    ['/api/esimgo/order?cursor=1', 'cursor'],
    ['/api/esimgo/order?cursor=ord_%00', 'cursor'],
    ['/api/esimgo/catalogue?destination=', 'destination'],
    ['/api/esimgo/catalogue?destination=T%00H', 'destination'],
    ['/api/esimgo/catalogue?destination=T;H', 'destination'],
    [`/api/esimgo/catalogue?destination=${'T'.repeat(21)}`, 'destination'],
  ])('%s is refused with its name', async (path, name) => {
    expect(expectProblem(await owner.get(path), 400, 'bad_request').details).toMatchObject({ path: name });
  });
});

describe('a bad order', () => {
  const order = (json: unknown, headers: Record<string, string> = { 'idempotency-key': randomUUID() }) =>
    owner.post('/api/esimgo/order', json, headers);
  const good = () => ({ bundle_id: plan.id, expected_stars: plan.price_stars });

  it.each<[path: string, more: object]>([
    ['bundle_id', { bundle_id: undefined }],
    ['bundle_id', { bundle_id: '' }],
    ['bundle_id', { bundle_id: 7 }],
    ['bundle_id', { bundle_id: 'a b' }],
    ['bundle_id', { bundle_id: 'x'.repeat(121) }],
    ['bundle_id', { bundle_id: ['esim_1GB_7D_TH_V2'] }],
    ['bundle_id', { bundle_id: 'a\u0000' }],
    ['expected_stars', { expected_stars: undefined }],
    ['expected_stars', { expected_stars: 0 }],
    ['expected_stars', { expected_stars: -5 }],
    ['expected_stars', { expected_stars: 1.5 }],
    ['expected_stars', { expected_stars: '250' }],
    ['expected_stars', { expected_stars: 1e9 }],
    ['expected_stars', { expected_stars: null }],
    ['iccid', { iccid: '123' }],
    ['iccid', { iccid: 8943108170001234567n.toString().slice(0, 17) }],
    ['iccid', { iccid: null }],
    ['iccid', { iccid: { $ne: '' } }],
    ['email', { email: 'nobody' }],
    ['email', { email: `a@${'b'.repeat(260)}.example` }],
    ['email', { email: 'a@b.example\r\nBcc: c@d.example' }],
    ['price_stars', { price_stars: 1 }],
    ['telegram_user_id', { telegram_user_id: 1 }],
  ])('is refused with the path %s for %j', async (path, more) => {
    expect(expectProblem(await order({ ...good(), ...more }), 400, 'bad_request').details).toMatchObject({ path });
  });

  it.each<[what: string, headers: Record<string, string>]>([
    ['missing', {}],
    ['too short', { 'idempotency-key': '1234567' }],
    ['too long', { 'idempotency-key': 'x'.repeat(65) }],
    ['with a space inside', { 'idempotency-key': 'two words' }],
  ])('is refused for an Idempotency-Key that is %s', async (_what, headers) => {
    const answer = await owner.post('/api/esimgo/order', good(), headers);
    expect(expectProblem(answer, 400, 'bad_request').details).toMatchObject({ path: 'idempotency-key' });
  });

  it('is told apart: an unknown bundle, an old price, a used key', async () => {
    expectProblem(await order({ ...good(), bundle_id: 'esim_1GB_7D_XX_V9' }), 404, 'unknown_bundle');
    const changed = await order({ ...good(), expected_stars: plan.price_stars + 1 });
    expect(expectProblem(changed, 409, 'price_changed').details).toEqual({
      price_stars: plan.price_stars,
      price_usd: plan.price_usd,
    });
    const key = { 'idempotency-key': randomUUID() };
    expect((await order(good(), key)).status).toBe(200);
    expectProblem(await order({ ...good(), email: 'anna@mail.example' }, key), 409, 'idempotency_conflict');
  });
});

describe('a bad action on an eSIM', () => {
  const act = (json: unknown) => owner.post('/api/esimgo/esim', json);

  it.each<[path: string, body: () => object]>([
    ['action', () => ({ id: bought.esimId })],
    ['action', () => ({ id: bought.esimId, action: 'delete' })],
    ['action', () => ({ id: bought.esimId, action: '__proto__' })],
    ['id', () => ({ action: 'diagnose' })],
    ['id', () => ({ id: bought.esimId, order_id: bought.orderId, action: 'diagnose' })],
    ['id', () => ({ id: bought.iccid, action: 'diagnose' })],
    ['id', () => ({ id: 7, action: 'diagnose' })],
    ['order_id', () => ({ order_id: 'x', action: 'diagnose' })],
    ['name', () => ({ id: bought.esimId, action: 'rename' })],
    ['name', () => ({ id: bought.esimId, action: 'rename', name: '  ' })],
    ['name', () => ({ id: bought.esimId, action: 'rename', name: 'x'.repeat(41) })],
    ['name', () => ({ id: bought.esimId, action: 'rename', name: 'a\u0000b' })],
    ['name', () => ({ id: bought.esimId, action: 'rename', name: 'a\nb' })],
    ['name', () => ({ id: bought.esimId, action: 'rename', name: '\ud800' })],
    ['name', () => ({ id: bought.esimId, action: 'diagnose', name: 'x' })],
  ])('is refused with the path %s', async (path, body) => {
    expect(expectProblem(await act(body()), 400, 'bad_request').details).toMatchObject({ path });
  });
});

describe('a bad batch of events', () => {
  it.each<[path: string, body: unknown]>([
    ['events', {}],
    ['events', { events: [] }],
    ['events', { events: Array.from({ length: 21 }, () => ({ name: 'open' })) }],
    ['events.0.name', { events: [{ name: 'hack' }] }],
    ['events.1.name', { events: [{ name: 'open' }, {}] }],
    ['events.0.at', { events: [{ name: 'open', at: 'yesterday' }] }],
    ['events.0.details.x', { events: [{ name: 'open', details: { x: { deep: 1 } } }] }],
    ['events.0.details.code', { events: [{ name: 'destination', details: { code: 'y'.repeat(201) } }] }],
    ['events.0.details.code', { events: [{ name: 'open', details: { code: 'TH' } }] }],
    ['events.0.user', { events: [{ name: 'open', user: 1 }] }],
  ])('is refused with the path %s', async (path, body) => {
    const answer = await owner.post('/api/events', body);
    expect(expectProblem(answer, 400, 'bad_request').details).toMatchObject({ path });
  });
});

describe('every route that takes JSON', () => {
  const routes = (): [path: string, headers: Record<string, string>][] => [
    ['/api/esimgo/order', { ...owner.headers, 'idempotency-key': randomUUID() }],
    ['/api/esimgo/esim', owner.headers],
    ['/api/events', owner.headers],
    ['/api/telegram/webhook', { 'x-telegram-bot-api-secret-token': shop.env.TELEGRAM_WEBHOOK_SECRET ?? '' }],
  ];
  const send = (
    path: string,
    headers: Record<string, string>,
    body: NonNullable<RequestInit['body']>,
    type: string | null = 'application/json',
  ) =>
    shop.call(path, {
      method: 'POST',
      headers: { ...headers, ...(type === null ? {} : { 'content-type': type }) },
      body,
    });

  it('refuses what is no JSON object of its kind', async () => {
    const bodies = [
      '',
      '{',
      '[]',
      'null',
      '"x"',
      '[{}]',
      '{"__proto__":{"action":"diagnose"}}',
      '{"constructor":{"prototype":{"x":1}}}',
      '['.repeat(30_000) + ']'.repeat(30_000),
      '\ufeff\ufeff{}',
    ];
    for (const [path, headers] of routes()) {
      for (const body of bodies) expectProblem(await send(path, headers, body), 400, 'bad_request');
    }
    expect(Reflect.get({}, 'x')).toBeUndefined();
  });

  it('refuses other types and compressed bodies', async () => {
    for (const [path, headers] of routes()) {
      for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x']) {
        expectProblem(await send(path, headers, '{}', type), 415, 'unsupported_media_type');
      }
      const packed = { ...headers, 'content-encoding': 'gzip' };
      expectProblem(await send(path, packed, new Uint8Array(gzipSync('{}'))), 415, 'unsupported_media_type');
    }
  });

  it('refuses more than 64 KB, announced or in pieces', async () => {
    const big = JSON.stringify({ filler: 'x'.repeat(LIMIT) });
    for (const [path, headers] of [...routes(), ['/api/esimgo/webhook', {}] as const]) {
      expectProblem(await send(path, headers, big), 413, 'payload_too_large');
      const pieces = Array.from({ length: 70 }, () => Buffer.alloc(1024, ' '));
      const chunked = { ...headers, 'content-type': 'application/json', 'transfer-encoding': 'chunked' };
      expectProblem(await raw(path, 'POST', chunked, pieces), 413, 'payload_too_large');
    }
  });

  it('still answers after a body that was not read to its end', async () => {
    await send('/api/events', owner.headers, 'x'.repeat(LIMIT * 20));
    expect((await owner.get('/api/session')).status).toBe(200);
  });
});

describe('a method that a route does not take', () => {
  const ROUTES: readonly (readonly [path: string, methods: readonly string[]])[] = [
    ['/api/esimgo/catalogue', ['GET']],
    ['/api/esimgo/order', ['GET', 'POST']],
    ['/api/esimgo/status', ['GET']],
    ['/api/esimgo/esim', ['GET', 'POST']],
    ['/api/esimgo/webhook', ['POST']],
    ['/api/telegram/webhook', ['POST']],
    ['/api/cron/tick', ['GET']],
    ['/api/session', ['GET', 'POST']],
    ['/api/events', ['POST']],
    ['/api/health', ['GET']],
  ];

  it.each(ROUTES)('is answered 405 at %s, with those it takes', async (path, methods) => {
    const others = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'PROPFIND'];
    for (const method of others.filter((name) => !methods.includes(name))) {
      const answer = await raw(path, method, { 'content-length': '0' });
      expectProblem(answer, 405, 'method_not_allowed');
      expect(answer.headers.get('allow')).toBe(methods.join(', '));
    }
  });
});

describe('a path that is no route', () => {
  it.each([
    '/api/',
    '/api/x',
    '/api/esimgo',
    '/api/esimgo/bundles',
    '/api/session/',
    '/api/session.ts',
    '/api/../api/x',
    '/api/cron',
    '/api/cron/tick/x',
    '/api/%00',
    '/api/%',
  ])('is answered 404: %s', async (path) => {
    expectProblem(await raw(path, 'GET', {}), 404, 'not_found');
  });
});

describe('GET /api/cron/[job]', () => {
  const bearer = (value: string) => ({ headers: { authorization: `Bearer ${value}` } });

  it.each(['tick', 'drain', 'usage', 'nonsense'])('does nothing for a caller without the secret: %s', async (job) => {
    const secret = shop.env.CRON_SECRET ?? '';
    expectProblem(await shop.call(`/api/cron/${job}`), 401, 'unauthorized');
    for (const wrong of ['', 'x', secret.slice(1), `${secret}x`, secret.toUpperCase(), `x ${secret}`]) {
      expectProblem(await shop.call(`/api/cron/${job}`, bearer(wrong)), 401, 'unauthorized');
    }
    expectProblem(await shop.call(`/api/cron/${job}?secret=${secret}`), 401, 'unauthorized');
    expectProblem(await owner.get(`/api/cron/${job}`), 401, 'unauthorized');
  });

  it.each(['nonsense', '__proto__', 'toString', 'TICK', 'tick%00'])('knows no job %s', async (job) => {
    expectProblem(await shop.cron(job), 404, 'not_found');
  });

  it('takes the job from the path, whatever the query says', async () => {
    expectProblem(await shop.cron('nonsense?job=tick'), 404, 'not_found');
  });
});

describe('the name of a request', () => {
  it('is the shop’s own, whatever the caller calls it', async () => {
    const { body } = await shop.call('/api/session', { headers: { 'x-vercel-id': 'chosen-by-the-caller' } });
    expect(body).toMatchObject({ error: { request_id: expect.stringMatching(/^req_[A-Za-z0-9]{20}$/) } });
  });
});

describe('GET /api/health', () => {
  it('tells a stranger only that all is well', async () => {
    expect((await shop.call('/api/health')).body).toEqual({ ok: true });
    const wrong = await shop.call('/api/health', { headers: { authorization: 'Bearer wrong' } });
    expect(wrong).toMatchObject({ status: 200, body: { ok: true } });
  });

  it('tells whoever met the shop outside Telegram where it is', async () => {
    const { body: session } = await (await shop.user(911)).get<SessionAnswer>('/api/session');
    const { body } = await shop.call('/api/health?include=bot');
    expect(body).toEqual({ ok: true, bot_username: session.bot_username });
  });

  it('stays well while Telegram does not say the name', async () => {
    await shop.app.deps.kv.delete('telegram:bot-username');
    await shop.faults('telegram', [{ match: { path: 'getMe' }, action: 'error_500' }]);
    const answer = await shop.call('/api/health?include=bot');
    await shop.faults('telegram', []);
    expect(answer).toMatchObject({ status: 200, body: { ok: true, bot_username: null } });
  });

  it('tells the operator more', async () => {
    const answer = await shop.call('/api/health', { headers: { authorization: `Bearer ${shop.env.CRON_SECRET}` } });
    expect(answer.body).toMatchObject({ ok: true, database: 'up', kv: 'up' });
  });
});

describe('POST /api/esimgo/webhook', () => {
  const text = '{"iccid":"8943108170001234567","alertType":"FirstAttachment"}';
  const send = (body: string, headers: Record<string, string>) =>
    shop.call('/api/esimgo/webhook', {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/json', ...headers },
    });
  const signatureOf = (body: string, key = shop.env.ESIMGO_API_KEY ?? '') => signCallback(Buffer.from(body), key);

  it('takes nothing without a signature over these very bytes', async () => {
    const right = signatureOf(text);
    const wrong: Record<string, string>[] = [
      {},
      { 'x-signature-sha256': '' },
      { 'x-signature-sha256': 'nonsense' },
      { 'x-signature-sha256': signatureOf(text, 'another key') },
      { 'x-signature-sha256': signatureOf(text, '') },
      { 'x-signature-sha256': right.slice(0, -2) },
      { 'x-signature-sha256': `${right}, ${right}` },
      { 'x-hmac-signature': right },
    ];
    for (const headers of wrong) expectProblem(await send(text, headers), 401, 'unauthorized');
    const respaced = JSON.stringify(JSON.parse(text), null, 1);
    for (const body of [respaced, `${text}\n`, `\ufeff${text}`, text.replace('7"', '8"')]) {
      expectProblem(await send(body, { 'x-signature-sha256': right }), 401, 'unauthorized');
    }
    expect(await shop.query(`SELECT * FROM inbox WHERE source = 'esimgo'`)).toEqual([]);
  });
});

describe('POST /api/telegram/webhook', () => {
  const update = {
    update_id: 990_001,
    message: { date: 1, chat: { id: 777, type: 'private' }, from: { id: 777 }, text: '/start' },
  };
  const send = (headers: Record<string, string>, json: unknown = update) =>
    shop.call('/api/telegram/webhook', { json, headers });

  it('takes nothing from a caller without the secret token', async () => {
    const secret = shop.env.TELEGRAM_WEBHOOK_SECRET ?? '';
    for (const value of ['', 'x', secret.slice(1), `${secret}x`, secret.toUpperCase()]) {
      expectProblem(await send({ 'x-telegram-bot-api-secret-token': value }), 401, 'unauthorized');
    }
    expectProblem(await send({}), 401, 'unauthorized');
    expectProblem(await send({ authorization: `Bearer ${secret}` }), 401, 'unauthorized');
    expect(await shop.query(`SELECT * FROM users WHERE telegram_user_id = 777`)).toEqual([]);
  });

  it.each([{}, { update_id: '1' }, { update_id: -1 }, { update_id: 1.5 }, []])(
    'refuses %j, which is no update',
    async (json) => {
      const answer = await send({ 'x-telegram-bot-api-secret-token': shop.env.TELEGRAM_WEBHOOK_SECRET ?? '' }, json);
      expect(expectProblem(answer, 400, 'bad_request').details).toMatchObject({ path: 'update_id' });
    },
  );
});
