import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { createEsimGoClient } from '../../../lib/esim-go/client.ts';

const HEAD = 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n';
const WHOLE = JSON.stringify({ orderReference: '00000000-1111-4222-8333-444444444444', status: 'completed' });
const whole = `${HEAD}Content-Length: ${WHOLE.length}\r\n\r\n${WHOLE}`;

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

/** A server on the bare socket, so that it can break off wherever it likes. */
async function aVendor(onRequest: (socket: Socket, text: string) => void) {
  const requests: string[] = [];
  const sockets = new Set<Socket>();
  let connections = 0;
  const server = createServer((socket) => {
    connections += 1;
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('data', (chunk) => {
      const text = chunk.toString('latin1');
      if (/^[A-Z]+ \S+ HTTP/.test(text)) requests.push(text);
      onRequest(socket, text);
    });
  });
  const port = await listen(server);
  closers.push(async () => {
    for (const socket of sockets) socket.destroy();
    server.close();
    await once(server, 'close');
  });
  return { port, requests, connections: () => connections };
}

async function listen(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

function aClient(port: number, timeoutMs = 10_000, now: () => number = Date.now) {
  const client = createEsimGoClient({
    baseUrl: `http://127.0.0.1:${port}/v2.5`,
    apiKey: 'key-not-real',
    ratePerS: 0,
    orderIntervalMs: 0,
    userAgent: 'esim-shop/test',
    getTimeoutMs: timeoutMs,
    orderTimeoutMs: timeoutMs,
    sleep: () => Promise.resolve(),
    now,
  });
  closers.unshift(client.close);
  return client;
}

const failureOf = (call: Promise<unknown>): Promise<unknown> =>
  call.then(
    () => 'succeeded',
    (error: unknown) => error,
  );
const order = { bundleName: 'esim_1GB_7D_PT_V2' };

describe('placeOrder over a broken connection', () => {
  it.each<[string, (socket: Socket) => void]>([
    ['resets before it answers', (socket) => socket.resetAndDestroy()],
    ['closes before it answers', (socket) => socket.end()],
    [
      'resets within the head',
      (socket) => void socket.write('HTTP/1.1 200 OK\r\nContent-', () => socket.resetAndDestroy()),
    ],
    ['resets within the body', (socket) => void socket.write(whole.slice(0, -20), () => socket.resetAndDestroy())],
    ['answers something that is not HTTP', (socket) => socket.end('garbage\r\n\r\n')],
  ])('sends once when the vendor %s', async (_what, onRequest) => {
    const vendor = await aVendor(onRequest);
    const error = await failureOf(aClient(vendor.port).placeOrder(order));
    expect(error).toMatchObject({ name: 'EsimGoUnreachableError', reason: 'cut_off', mayHaveBeenApplied: true });
    expect(vendor.requests).toHaveLength(1);
  });

  it.each<[string, (socket: Socket) => void]>([
    ['never answers', () => undefined],
    ['stops within the body', (socket) => void socket.write(whole.slice(0, -20))],
  ])('sends once and gives up in time when the vendor %s', async (_what, onRequest) => {
    const vendor = await aVendor(onRequest);
    const error = await failureOf(aClient(vendor.port, 300).placeOrder(order));
    expect(error).toMatchObject({ name: 'EsimGoUnreachableError', reason: 'timed_out', mayHaveBeenApplied: true });
    // A slow machine may give up before the request arrives; what counts is that there is no second one.
    expect(vendor.requests.length).toBeLessThanOrEqual(1);
  });

  it('knows that nothing was sent when nobody listens', async () => {
    const server = createServer();
    const port = await listen(server);
    server.close();
    await once(server, 'close');
    const error = await failureOf(aClient(port).placeOrder(order));
    expect(error).toMatchObject({ reason: 'not_sent', mayHaveBeenApplied: false, causeCode: 'ECONNREFUSED' });
  });

  it('sends nothing when it comes to the wire more than five seconds after it was recorded', async () => {
    const vendor = await aVendor((socket) => void socket.write(whole));
    let nowMs = 0;
    // The process freezes between the record and the wire: a connection stands one turn of the event loop later at the earliest.
    const freeze = (): void => void setImmediate(() => (nowMs += 5_001));
    const error = await failureOf(aClient(vendor.port, 10_000, () => nowMs).placeOrder(order, { beforeSend: freeze }));
    expect(error).toMatchObject({ reason: 'not_sent', mayHaveBeenApplied: false, causeCode: 'ESENDTOOLATE' });
    expect(vendor.requests).toHaveLength(0);
  });

  it('keeps a refusal whose text is lost', async () => {
    const head = 'HTTP/1.1 403 Forbidden\r\nContent-Length: 100\r\n\r\n{';
    const vendor = await aVendor((socket) => void socket.write(head, () => socket.resetAndDestroy()));
    expect(await failureOf(aClient(vendor.port).placeOrder(order))).toMatchObject({
      name: 'EsimGoRefusedError',
      status: 403,
    });
  });

  it('opens a connection of its own, so that none can be closing under it', async () => {
    const vendor = await aVendor((socket) => void socket.write(whole));
    const client = aClient(vendor.port);
    await client.placeOrder(order);
    await client.placeOrder(order);
    expect(vendor.connections()).toBe(2);
  });
});

describe('GET over a broken connection', () => {
  it('is repeated on another one', async () => {
    let count = 0;
    const vendor = await aVendor((socket) => {
      count += 1;
      if (count < 3) socket.resetAndDestroy();
      else socket.write(whole);
    });
    expect(await aClient(vendor.port).getOrder('x')).toMatchObject({ status: 'completed' });
    expect(vendor.requests).toHaveLength(3);
  });

  it('shares a connection while it lasts', async () => {
    const vendor = await aVendor((socket) => void socket.write(whole));
    const client = aClient(vendor.port);
    for (let count = 0; count < 10; count += 1) await client.getOrder('x');
    expect(vendor.requests).toHaveLength(10);
    expect(vendor.connections()).toBeLessThan(10);
  });
});
