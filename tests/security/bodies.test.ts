import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { randomUUID } from 'node:crypto';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Plan } from '../../lib/contract/catalogue.ts';
import { signCallback } from '../../lib/esim-go/signature.ts';
import { prepareServer } from '../../scripts/serve/listen.ts';
import type { Buyer } from '../support/money.ts';
import { rawRequest, sendBytes } from '../support/raw-request.ts';
import { startShop, until, type Answer, type ShopUnderTest } from '../support/shop.ts';

const LIMIT = 64 * 1024;
const MB = 1024 * 1024;

let shop: ShopUnderTest;
let buyer: Buyer;
let plan: Plan;
beforeAll(async () => {
  shop = await startShop();
  buyer = await shop.user(70_001);
  const [first] = await shop.plans('TH');
  if (first === undefined) throw new Error('Thailand is not sold');
  plan = first;
});
afterAll(() => shop?.close());

/** Every route that reads a body, past its guard. */
function doors(body: Buffer): [path: string, headers: Record<string, string>][] {
  return [
    ['/api/esimgo/order', { ...buyer.headers, 'idempotency-key': randomUUID() }],
    ['/api/esimgo/esim', buyer.headers],
    ['/api/events', buyer.headers],
    ['/api/telegram/webhook', { 'x-telegram-bot-api-secret-token': shop.env['TELEGRAM_WEBHOOK_SECRET'] ?? '' }],
    ['/api/esimgo/webhook', { 'x-signature-sha256': signCallback(body, shop.env['ESIMGO_API_KEY'] ?? '') }],
  ];
}

const send = (path: string, headers: Record<string, string>, pieces: readonly Buffer[]): Promise<Answer> =>
  rawRequest(shop.url, path, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, pieces });

const isWell = async () => expect((await buyer.get('/api/session')).status).toBe(200);

describe('a body', () => {
  it.each<[name: string, bytes: Buffer]>([
    ['gzip', gzipSync(Buffer.alloc(100 * MB, ' '))],
    ['deflate', deflateSync(Buffer.alloc(100 * MB, ' '))],
    ['br', brotliCompressSync(Buffer.alloc(20 * MB, ' '))],
    ['gzip, gzip', gzipSync(gzipSync(Buffer.alloc(100 * MB, ' ')))],
    ['GZIP', gzipSync('{}')],
    ['x-gzip', gzipSync('{}')],
    ['identity, gzip', gzipSync('{}')],
    ['zstd', Buffer.from('{}')],
    ['nonsense', Buffer.from('{}')],
  ])('is never unpacked, so that no bomb goes off: %s', async (encoding, bytes) => {
    for (const [path, headers] of doors(bytes)) {
      const { status } = await send(path, { ...headers, 'content-encoding': encoding }, [bytes]);
      expect([413, 415], path).toContain(status);
    }
    await isWell();
  });

  it('is read no further than 64 KB, in pieces and without a length', async () => {
    const piece = Buffer.alloc(8 * 1024, ' ');
    for (const [path, headers] of doors(Buffer.alloc(0))) {
      const answer = await send(
        path,
        headers,
        Array.from({ length: 9 }, () => piece),
      );
      expect(answer, path).toMatchObject({ status: 413, body: { error: { code: 'payload_too_large' } } });
    }
  });

  it('is taken in pieces and without a length when it is small', async () => {
    const body = Buffer.from(JSON.stringify({ events: [{ name: 'open' }] }));
    const pieces = [...body].map((byte) => Buffer.of(byte));
    expect((await send('/api/events', buyer.headers, pieces)).status).toBe(204);
  });

  it('is refused at once when it announces more, before a byte of it', async () => {
    const socket = connect(Number(new URL(shop.url).port), '127.0.0.1');
    const head = [
      'POST /api/esimgo/webhook HTTP/1.1',
      'host: shop',
      'content-type: application/json',
      `content-length: ${10 * 1024 * MB}`,
    ];
    socket.write(`${head.join('\r\n')}\r\n\r\n`);
    const [answer] = await once(socket, 'data');
    expect(String(answer)).toMatch(/^HTTP\/1\.1 413 /);
    socket.destroy();
  });

  it('has one length: a request that says two things is refused', async () => {
    const smuggled = (headers: string[]) =>
      sendBytes(
        shop.url,
        `POST /api/events HTTP/1.1\r\nhost: x\r\nauthorization: tma ${buyer.initData}\r\ncontent-type: application/json\r\n${headers.join('\r\n')}\r\n\r\n` +
          `0\r\n\r\nGET /api/session HTTP/1.1\r\nhost: x\r\nauthorization: tma ${buyer.initData}\r\n\r\n`,
      );
    const variants = [
      ['content-length: 5', 'transfer-encoding: chunked'],
      ['content-length: 5', 'content-length: 6'],
      ['transfer-encoding: identity', 'transfer-encoding: chunked', 'content-length: 4'],
      ['content-length: +5'],
      ['content-length: 0x5'],
      ['transfer-encoding : chunked'],
      ['transfer-encoding: chunked, identity'],
    ];
    for (const headers of variants) {
      const answer = await smuggled(headers);
      expect(answer, headers.join()).toMatch(/^HTTP\/1\.1 400 /);
      expect(answer, headers.join()).not.toContain('70001');
    }
  });

  it.each([
    ['arrays', '['.repeat(LIMIT / 2 - 10) + ']'.repeat(LIMIT / 2 - 10)],
    ['objects', '{"a":'.repeat(10_000) + '1' + '}'.repeat(10_000)],
    ['arrays left open', '['.repeat(LIMIT - 1)],
    [
      'an array inside the known form',
      `{"events":[{"name":"open","details":{"a":${'['.repeat(20_000)}${']'.repeat(20_000)}}}]}`,
    ],
    ['an array in a message', `{"update_id":5,"message":${'['.repeat(20_000)}${']'.repeat(20_000)}}`],
    ['a long number', `{"update_id":${'9'.repeat(60_000)}}`],
    ['many keys', `{${Array.from({ length: 5_000 }, (_, index) => `"k${index}":1`).join(',')}}`],
  ])('is refused or ignored when it is deep or wide: %s', async (_name, text) => {
    const body = Buffer.from(text);
    for (const [path, headers] of doors(body)) {
      const { status } = await send(path, headers, [body]);
      expect(status, path).toBeLessThan(500);
      // A signed callback of an unknown kind, and an update of one, are stored and ignored.
      if (!path.endsWith('webhook')) expect(status, path).toBe(400);
    }
    await isWell();
  });

  it.each([
    '{"__proto__":{"bundle_id":"x","polluted":1}}',
    '{"constructor":{"prototype":{"polluted":1}}}',
    '{"events":[{"name":"open","details":{"__proto__":"polluted","constructor":"x","toString":"y"}}]}',
    '{"events":[{"name":"open","__proto__":{"polluted":1}}]}',
    '{"update_id":7,"__proto__":{"polluted":1}}',
    '{"update_id":8,"__proto__":{"message":{"chat":{"id":1,"type":"private"},"date":1}}}',
    '{"update_id":9,"constructor":{}}',
    '{"update_id":10,"message":{"__proto__":{"polluted":1},"date":1,"chat":{"id":70001,"type":"private"},"text":"/start"}}',
    '{"alertType":"__proto__","iccid":"8943108170001234567","bundle":{"__proto__":{"polluted":1}}}',
    '{"event":"constructor","order_id":"__proto__"}',
    '["__proto__"]',
  ])('changes no object but its own: %s', async (text) => {
    const body = Buffer.from(text);
    for (const [path, headers] of doors(body)) {
      expect((await send(path, headers, [body])).status, path).toBeLessThan(500);
    }
    expect(Reflect.get({}, 'polluted')).toBeUndefined();
    expect(Object.keys(Object.prototype)).toEqual([]);
    await isWell();
  });

  it('is one thing, also with a key twice: what is checked is what is kept', async () => {
    const other = (await shop.plans('FR'))[0];
    const body = (first: string | undefined, last: string) =>
      Buffer.from(
        `{"bundle_id":"${first}","expected_stars":${plan.price_stars},"expected_stars":${plan.price_stars},"bundle_id":"${last}"}`,
      );
    const headers = { ...buyer.headers, 'idempotency-key': randomUUID() };
    const answer = await send('/api/esimgo/order', headers, [body(other?.id, plan.id)]);
    expect(answer).toMatchObject({ status: 200, body: { order: { plan_id: plan.id, price_stars: plan.price_stars } } });
    const cheap = Buffer.from(`{"expected_stars":${plan.price_stars},"bundle_id":"${plan.id}","expected_stars":1}`);
    const again = { ...buyer.headers, 'idempotency-key': randomUUID() };
    expect((await send('/api/esimgo/order', again, [cheap])).status).toBe(409);
  });

  it('is UTF-8 or broken: other bytes name no other thing', async () => {
    const broken = [
      Buffer.from([0xff, 0xfe, 0x7b, 0x00, 0x7d, 0x00]),
      Buffer.from(JSON.stringify({ events: [{ name: 'open' }] }), 'utf16le'),
      Buffer.concat([Buffer.from('{"events":[{"name":"op'), Buffer.of(0xc1, 0xa5), Buffer.from('n"}]}')]),
    ];
    for (const bytes of broken) expect((await send('/api/events', buyer.headers, [bytes])).status).toBe(400);
  });
});

describe('a body that never ends', () => {
  const stalled = (path: string, headers: Record<string, string>): Promise<Socket> =>
    new Promise((resolve, reject) => {
      const socket = connect(Number(new URL(shop.url).port), '127.0.0.1');
      const lines = Object.entries({ host: 'shop', 'content-type': 'application/json', ...headers });
      const head = lines.map(([name, value]) => `${name}: ${value}`).join('\r\n');
      socket.on('error', reject);
      socket.write(`POST ${path} HTTP/1.1\r\n${head}\r\ncontent-length: 20\r\n\r\n{`, () => resolve(socket));
    });

  it('holds up nobody else, and is no failure of the shop', async () => {
    const lines: string[] = [];
    const log = vi.spyOn(console, 'log').mockImplementation((line: unknown) => void lines.push(String(line)));
    const sockets = await Promise.all(
      Array.from({ length: 40 }, () => doors(Buffer.alloc(0)).map(([path, headers]) => stalled(path, headers))).flat(),
    );
    expect(sockets).toHaveLength(200);
    await isWell();
    const ordered = await buyer.order(plan);
    expect(ordered.status).toBe(200);
    for (const socket of sockets) socket.destroy();
    await until(
      async () => lines.filter((line) => line.includes('"event":"request"') && line.includes('"status":400')).length,
      (count) => count === 200,
    );
    log.mockRestore();
    expect(lines.filter((line) => line.includes('"level":"error"'))).toEqual([]);
    await isWell();
  });

  it('is given up by a server of our own, and so is a head that never ends', () => {
    const { node } = prepareServer({ fetch: () => new Response(), port: 0 });
    expect(node).toMatchObject({ requestTimeout: 60_000, headersTimeout: 15_000 });
  });
});
