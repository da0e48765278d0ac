import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { ESIMGoClient } from '../../../src/esimgo-client.ts';
import { keep, readKept } from '../../../src/kept-values.ts';

type Reply = { status: number; body: unknown; headers?: Record<string, string> } | 'drop';
let server: Server | null = null;

async function serve(
  reply: (request: IncomingMessage, count: number) => Reply,
): Promise<{ client: ESIMGoClient; keys: string[] }> {
  const keys: string[] = [];
  let count = 0;
  const started = createServer((request, response) => {
    count += 1;
    const key = request.headers['idempotency-key'];
    if (typeof key === 'string') keys.push(key);
    const answer = reply(request, count);
    if (answer === 'drop') {
      request.socket.destroy();
      return;
    }
    response.writeHead(answer.status, { 'content-type': 'application/json', ...answer.headers });
    response.end(JSON.stringify(answer.body));
  });
  server = started;
  await new Promise<void>((resolve) => started.listen(0, '127.0.0.1', resolve));
  const { port } = started.address() as AddressInfo;
  return { client: new ESIMGoClient('user=1', `http://127.0.0.1:${port}`), keys };
}

afterEach(() => {
  server?.closeAllConnections();
  server?.close();
  server = null;
});

const wanted = (bundle: string) => ({ bundle_id: bundle, expected_stars: 200 });
const order = (id: string, status: string) => ({
  status: 200,
  body: { order: { id, status }, invoice_url: 'https://t.me/$x' },
});
const problem = (status: number, code: string, details?: object) => ({
  status,
  body: { error: { code, request_id: 'req_1', ...(details && { details }) } },
});

describe('ESIMGoClient.createOrder', () => {
  it('asks for the same order with the same key, also in a page that was loaded again', async () => {
    const { client, keys } = await serve(() => order('ord_1', 'pending'));
    await client.createOrder(wanted('same'));
    await client.createOrder(wanted('same'));
    expect(new Set(keys).size).toBe(1);
  });

  it('keeps the key when the answer was lost, because the order may have been made', async () => {
    const { client, keys } = await serve((_request, count) => (count === 1 ? 'drop' : order('ord_2', 'pending')));
    await expect(client.createOrder(wanted('lost'))).rejects.toMatchObject({ code: 'offline' });
    await client.createOrder(wanted('lost'));
    expect(keys[0]).toBe(keys[1]);
  });

  it('takes a new key for another plan, and after a refusal', async () => {
    const { client, keys } = await serve((_request, count) =>
      count === 2 ? problem(409, 'price_changed', { price_stars: 210 }) : order('ord_3', 'pending'),
    );
    await client.createOrder(wanted('one'));
    await expect(client.createOrder(wanted('two'))).rejects.toMatchObject({ details: { price_stars: 210 } });
    await client.createOrder(wanted('two'));
    expect(new Set(keys).size).toBe(3);
  });

  it('makes a new order when the kept one has expired', async () => {
    const { client, keys } = await serve((_request, count) => order('ord_4', count === 2 ? 'expired' : 'pending'));
    await client.createOrder(wanted('expires'));
    const { order: made } = await client.createOrder(wanted('expires'));
    expect(made.status).toBe('pending');
    expect(keys).toHaveLength(3);
    expect(keys[1]).toBe(keys[0]);
    expect(keys[2]).not.toBe(keys[0]);
  });

  it('forgets the key once the order is paid, so that buying the same again is a new order', async () => {
    const { client, keys } = await serve((request) =>
      request.method === 'GET' ? order('ord_5', 'processing') : order('ord_5', 'pending'),
    );
    await client.createOrder(wanted('again'));
    await client.getOrderStatus('ord_5');
    await client.createOrder(wanted('again'));
    expect(new Set(keys).size).toBe(2);
  });
});

describe('ESIMGoClient.continueOrder', () => {
  it('asks by the order alone, as on a device that never saw it, and makes none', async () => {
    const asked: string[] = [];
    const { client, keys } = await serve((request) => {
      asked.push(`${request.method} ${request.url}`);
      return order('ord_8', 'pending');
    });
    expect(await client.continueOrder('ord_8')).toMatchObject({ invoice_url: 'https://t.me/$x' });
    expect(asked).toEqual(['GET /api/esimgo/status?order_id=ord_8&pay=1']);
    expect(keys).toEqual([]);
  });
});

describe('The keys that ESIMGoClient keeps', () => {
  it('are one for each of several orders that wait, so that none is made twice', async () => {
    const { client, keys } = await serve((_request, count) => order(`ord_${count}`, 'pending'));
    const bundles = ['first', 'second', 'third'];
    for (const bundle of [...bundles, ...bundles]) await client.createOrder(wanted(bundle));
    expect(new Set(keys.slice(0, 3)).size).toBe(3);
    expect(keys.slice(3)).toEqual(keys.slice(0, 3));
  });

  it('are forgotten for an order that the list shows as paid', async () => {
    const { client, keys } = await serve((request) =>
      request.method === 'GET'
        ? { status: 200, body: { orders: [{ id: 'ord_seen', status: 'ready' }], next_cursor: null } }
        : order('ord_seen', 'pending'),
    );
    await client.createOrder(wanted('seen'));
    await client.listOrders();
    await client.createOrder(wanted('seen'));
    expect(new Set(keys).size).toBe(2);
  });

  it('are left alone for the others when one is paid', async () => {
    const { client, keys } = await serve((request, count) =>
      request.method === 'GET'
        ? order('ord_paid', 'processing')
        : order(count === 1 ? 'ord_paid' : 'ord_left', 'pending'),
    );
    await client.createOrder(wanted('paid'));
    await client.createOrder(wanted('left'));
    await client.getOrderStatus('ord_paid');
    await client.createOrder(wanted('left'));
    await client.createOrder(wanted('paid'));
    expect(keys[2]).toBe(keys[1]);
    expect(keys[3]).not.toBe(keys[0]);
  });
});

describe('the list of destinations', () => {
  const aDestination = { code: 'TH', kind: 'country', region: 'asia', iso: ['TH'], from_stars: 102, plans: 9 };
  const answer = () => ({ status: 200, body: { version: 1, destinations: [aDestination] } });

  it('is there at once the next time, but asked for anew', async () => {
    const { client } = await serve(answer);
    expect(client.knownDestinations).toBeNull();
    await client.getDestinations();
    expect(client.areDestinationsFresh).toBe(true);
    const next = new ESIMGoClient('user=1');
    expect(next.knownDestinations).toEqual([aDestination]);
    expect(next.areDestinationsFresh).toBe(false);
  });

  it('is forgotten after a week, and where it is not what it should be', async () => {
    const { client } = await serve(answer);
    await client.getDestinations();
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 7 * 86_400_000 });
    expect(new ESIMGoClient('user=1').knownDestinations).toBeNull();
    vi.useRealTimers();
    keep('destinations', { at: Date.now(), list: [{ code: 'TH' }] });
    expect(new ESIMGoClient('user=1').knownDestinations).toBeNull();
  });
});

describe('ESIMGoClient', () => {
  it('asks again for what only reads, and gives up in words', async () => {
    const { client } = await serve((_request, count) =>
      count === 1 ? problem(503, 'temporarily_unavailable') : { status: 200, body: { destinations: [] } },
    );
    await expect(client.getDestinations()).resolves.toEqual([]);
  });

  it('does not ask again after a plain no', async () => {
    let asked = 0;
    const { client } = await serve((_request, count) => {
      asked = count;
      return problem(404, 'not_found');
    });
    await expect(client.getOrderStatus('ord_6')).rejects.toMatchObject({ code: 'not_found', requestId: 'req_1' });
    expect(asked).toBe(1);
  });

  it('takes an unknown code and a page of a gateway for what they are', async () => {
    const { client } = await serve(() => problem(418, 'teapot'));
    await expect(client.getOrderStatus('ord_7')).rejects.toMatchObject({ code: 'unreadable' });
  });
});

describe('ESIMGoClient.deleteData', () => {
  it('forgets on this device what was kept of the user, and asks anew who they are', async () => {
    let sessions = 0;
    const { client } = await serve(({ method }) => {
      if (method === 'POST') return { status: 200, body: { erasure: 'done' } };
      sessions += 1;
      return { status: 200, body: { user: { id: 1 } } };
    });
    keep('seen-esims', { user: '1', list: [], details: ['LPA:1$rsp.example$SECRET'] });
    await client.authenticate();
    expect(await client.deleteData()).toEqual({ erasure: 'done' });
    expect(readKept('seen-esims', (value): value is object => value !== null)).toBeNull();
    await client.authenticate();
    expect(sessions).toBe(2);
  });

  it('keeps everything when the shop did not take it', async () => {
    const { client } = await serve(() => problem(503, 'temporarily_unavailable'));
    keep('seen-esims', { user: '1', list: [], details: [] });
    await expect(client.deleteData()).rejects.toMatchObject({ code: 'temporarily_unavailable' });
    expect(readKept('seen-esims', (value): value is object => value !== null)).not.toBeNull();
  });
});

describe('ESIMGoClient, told that it asks too often', () => {
  const limited = (retryAfterS: number) => ({
    ...problem(429, 'rate_limited'),
    headers: { 'retry-after': String(retryAfterS) },
  });

  it('asks nothing more until the time is over, and says how long that is', async () => {
    let requests = 0;
    const { client } = await serve((_request, count) => {
      requests = count;
      return limited(30);
    });
    await expect(client.getOrderStatus('ord_9')).rejects.toMatchObject({ code: 'rate_limited', retryAfterMs: 30_000 });
    const again = await client.getOrderStatus('ord_9').catch((error: unknown) => error);
    expect(again).toMatchObject({ code: 'rate_limited' });
    await expect(client.listEsims()).rejects.toMatchObject({ code: 'rate_limited' });
    expect(requests).toBe(1);
  });

  it('waits by itself where that is short', async () => {
    const { client } = await serve((_request, count) => (count === 1 ? limited(1) : order('ord_9', 'ready')));
    expect((await client.getOrderStatus('ord_9')).status).toBe('ready');
  });

  it('still shows the catalogue, which is limited for nobody', async () => {
    const { client } = await serve((request) =>
      request.url?.startsWith('/api/esimgo/catalogue') ? { status: 200, body: { plans: [] } } : limited(30),
    );
    await expect(client.getOrderStatus('ord_9')).rejects.toMatchObject({ code: 'rate_limited' });
    expect(await client.getProducts('TH')).toEqual({ plans: [] });
  });
});
