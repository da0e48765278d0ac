import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { problemSchema } from '../../../lib/contract/problem.ts';
import { deployedRoutes } from '../../support/deployed-routes.ts';
import { rawRequest, sendBytes } from '../../support/raw-request.ts';
import { startShop, type ShopUnderTest } from '../../support/shop.ts';

/** Node takes each of them for a Host header; none is one. */
const NO_HOSTS = ['xn--', 'x:99999', '1.2.3.256'];
const MANY = 20;

let shop: ShopUnderTest;
const lines: string[] = [];
const log = vi.spyOn(console, 'log').mockImplementation((line: unknown) => void lines.push(String(line)));

beforeAll(async () => {
  shop = await startShop({}, undefined, {
    serveFile: async (_request, pathname) => (pathname === '/index.html' ? new Response('the page') : null),
    settings: {
      headersFor: () => [['referrer-policy', 'no-referrer']],
      rewriteOf: (pathname) => (pathname.startsWith('/to/') ? '/index.html' : null),
    },
  });
});
afterAll(async () => {
  await shop?.close();
  log.mockRestore();
});

async function ask(
  method: string,
  target: string,
  host: string,
): Promise<{ status: number; head: string; body: string }> {
  const head = `${method} ${target} HTTP/1.1\r\nhost: ${host}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n`;
  const answer = await sendBytes(shop.url, head);
  const [answered = '', ...rest] = answer.split('\r\n\r\n');
  return { status: Number(/^HTTP\/1\.1 (\d{3})/.exec(answered)?.[1]), head: answered, body: rest.join('\r\n\r\n') };
}

async function targets(): Promise<[method: string, target: string][]> {
  const routes = (await deployedRoutes()).map((route): [string, string] => {
    const [method = '', path = ''] = route.split(' ');
    return [method, path.replace('[job]', 'tick')];
  });
  return [
    ...routes,
    ['GET', '/api/health?include=bot'],
    // What has to be normalised takes another way through the server.
    ['GET', '/api/a/../health'],
    ['GET', '/api/none'],
    ['GET', '/index.html'],
    ['GET', '/to/TH'],
    ['GET', '/'],
    ['GET', '/sandbox/api/ledger'],
    ['DELETE', '/api/session'],
  ];
}

describe('a Host header that is none', () => {
  it.each(NO_HOSTS)(
    'is refused on every route, as a problem and with the headers of every answer: %s',
    async (host) => {
      for (const [method, target] of await targets()) {
        const { status, head, body } = await ask(method, target, host);
        expect([method, target, status]).toEqual([method, target, 400]);
        expect(head).toMatch(/\r\nreferrer-policy: no-referrer/i);
        const json = body.slice(body.indexOf('{'), body.lastIndexOf('}') + 1);
        expect(problemSchema.parse(JSON.parse(json)).error).toMatchObject({
          code: 'bad_request',
          details: { path: 'host' },
        });
      }
    },
  );

  it('leaves no error in the log and alerts nobody, however often it comes', async () => {
    const before = lines.length;
    for (let index = 0; index < MANY; index += 1) await ask('GET', '/api/session', 'xn--');
    await shop.settled();
    const said = lines.slice(before).filter((line) => /"level":"(warn|error)"/.test(line));
    expect(said).toEqual([]);
    expect(await shop.query(`SELECT job_key FROM outbox WHERE kind = 'alert'`)).toEqual([]);
  });

  it('is no matter of names the shop does not go by', async () => {
    for (const host of ['esim.example.com', '127.0.0.1:1', '[::1]:3000', 'localhost']) {
      expect((await rawRequest(shop.url, '/api/health', { headers: { host } })).status).toBe(200);
    }
  });
});
