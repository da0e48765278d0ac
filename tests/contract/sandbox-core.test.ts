import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { createClock } from '../../sandbox/clock.ts';
import { createCallerCheck } from '../../sandbox/control/known-callers.ts';
import { createSandbox } from '../../sandbox/create-sandbox.ts';
import { loadKeys } from '../../sandbox/keys.ts';
import { createRandom } from '../../sandbox/random.ts';
import { createTestDatabase } from '../support/database.ts';
import { rawRequest } from '../support/raw-request.ts';
import { jsonOf, startSandbox, type RunningSandbox } from '../support/running-sandbox.ts';

const ORDER = {
  type: 'transaction',
  assign: true,
  order: [{ type: 'bundle', item: 'esim_1GB_7D_TH_V2', quantity: 1 }],
};

/** Waits for what happens after an answer, such as a callback; the limit only bounds a failing test. */
function eventually<Value>(read: () => Value | Promise<Value>) {
  return expect.poll(read, { timeout: 20_000 });
}

let running: RunningSandbox;
beforeAll(async () => {
  running = await startSandbox({ seed: 'core' });
  await running.control('set', { esimgo: { rate_per_s: 0 } });
});
afterAll(() => running.close());
afterEach(() => running.control('reset', {}));

function setFaults(rules: unknown, target = 'esimgo'): Promise<Response> {
  return running.control('faults', { target, rules });
}

function order(): Promise<Response> {
  return running.esimGo('/v2.5/orders', { method: 'POST', body: JSON.stringify(ORDER) });
}

async function ledgerOrders(): Promise<number> {
  const ledger = await jsonOf(await fetch(`${running.url}/sandbox/api/ledger`));
  return ledger.esimgo.orders.length;
}

describe('the control API', () => {
  it('refuses an unknown field with a sentence that names it', async () => {
    const response = await running.control('set', { esimgo: { balanse: 1 } });
    expect(response.status).toBe(400);
    expect(await jsonOf(response)).toEqual({ error: expect.stringContaining('balanse') });
  });

  it.each([
    ['set', { unknown: {} }],
    ['set', { clock: { advance_s: -1 } }],
    ['set', { esimgo: { catalogue: 500 } }],
    ['set', { esimgo: { bundle: { name: 'esim_1GB_7D_ZZ_V2', price: 1 } } }],
    ['esim', { iccid: 'x', action: 'use' }],
    ['esim', { iccid: '8943100000000000010', action: 'fly' }],
    ['reset', { sead: 1 }],
    ['faults', { target: 'esimgo' }],
    ['faults', { target: 'paypal', rules: [] }],
    ['faults', { target: 'esimgo', rules: [{ match: {}, action: 'explode' }] }],
    ['faults', { target: 'esimgo', rules: [{ match: { url: '/x' }, action: 'hang' }] }],
    ['faults', { target: 'esimgo', rules: [{ match: {}, action: 'hang', times: 0 }] }],
    ['faults', { target: 'esimgo', rules: [{ match: {}, action: 'hang', probability: 2 }] }],
    ['faults', { target: 'telegram', rules: [{ match: {}, action: 'assignment_delay' }] }],
    ['faults', { target: 'esimgo', rules: [{ match: { direction: 'in' }, action: 'lose' }] }],
    ['faults', { target: 'esimgo', rules: [{ match: {}, action: 'reorder', times: 1 }] }],
    ['faults', { target: 'telegram', rules: [{ match: {}, action: 'reorder' }] }],
    ['faults', { target: 'telegram', rules: [{ match: { direction: 'in' }, action: 'reorder', times: 1 }] }],
  ])('refuses %s %j', async (name, body) => {
    const response = await running.control(name, body);
    expect(response.status).toBe(400);
    expect(await jsonOf(response)).toEqual({ error: expect.any(String) });
  });

  it('refuses a body that is not JSON', async () => {
    const response = await fetch(`${running.url}/sandbox/api/set`, { method: 'POST', body: '{' });
    expect(response.status).toBe(400);
  });

  it('knows its own paths and methods', async () => {
    expect((await fetch(`${running.url}/sandbox/api/nothing`)).status).toBe(404);
    expect((await fetch(`${running.url}/sandbox/api/set`)).status).toBe(405);
  });

  it('leaves paths outside /sandbox to the host', async () => {
    expect((await fetch(`${running.url}/api/health`)).status).toBe(299);
    expect(await running.sandbox.fetch(new Request('http://shop.example/sandboxes'))).toBeNull();
  });

  it('lists calls in the journal, newest last, without the bot token', async () => {
    await running.esimGo('/v2.5/organisation/groups');
    await fetch(`${running.url}/sandbox/telegram/bot${running.sandbox.keys.botToken}/getMe`);
    const { entries } = await jsonOf(await fetch(`${running.url}/sandbox/api/journal`));
    expect(entries.slice(-2)).toMatchObject([
      { vendor: 'esimgo', direction: 'in', method: 'GET', path: '/v2.5/organisation/groups', status: 200 },
      { vendor: 'telegram', direction: 'in', path: '/bot…/getMe', status: 200 },
    ]);
    const last = entries.at(-1).n;
    await running.esimGo('/v2.5/nothing');
    const later = await jsonOf(await fetch(`${running.url}/sandbox/api/journal?after=${last}`));
    expect(later).toMatchObject({ entries: [{ path: '/v2.5/nothing', status: 404 }], last: last + 1 });
  });

  it('reports both vendors in one ledger', async () => {
    const ledger = await jsonOf(await fetch(`${running.url}/sandbox/api/ledger`));
    expect(ledger).toEqual({
      esimgo: { balance: 1_000_000, orders: [], esims: [], assignments: [] },
      stars: { charges: [], refunds: [] },
    });
  });

  it('moves the vendors’ time, for good', async () => {
    await running.control('set', { clock: { advance_s: 86_400 } });
    const aDayOn = async (): Promise<number> => {
      const response = await running.esimGo('/v2.5/organisation/groups');
      return Math.round((Date.parse(response.headers.get('date') ?? '') - Date.now()) / 3_600_000);
    };
    expect(await aDayOn()).toBe(24);
    await running.restart();
    expect(await aDayOn()).toBe(24);
  });
});

describe('who may drive the sandbox', () => {
  const ask = (headers: Record<string, string>, path = '/sandbox/api/ledger') =>
    rawRequest(running.url, path, { headers });

  it.each(['localhost', 'localhost:3000', 'LOCALHOST', '127.0.0.1:3000', '[::1]:3000'])(
    'answers as %s',
    async (host) => {
      expect((await ask({ host })).status).toBe(200);
    },
  );

  it.each(['evil.example', 'localhost.evil.example:3000', '127.0.0.1.evil.example', '192.168.0.7:3000', 'localhost.'])(
    'refuses to answer as "%s", where another page may have sent the browser',
    async (host) => {
      const refused = await ask({ host });
      expect(refused.status).toBe(403);
      expect(refused.body).toEqual({ error: expect.stringContaining('open it at localhost, or set APP_URL') });
      expect((await ask({ host }, '/sandbox')).status).toBe(403);
    },
  );

  it('does nothing that a page elsewhere asks for', async () => {
    await order();
    for (const origin of ['https://evil.example', 'null']) {
      const refused = await rawRequest(running.url, '/sandbox/api/reset', { method: 'POST', headers: { origin } });
      expect(refused.status).toBe(403);
    }
    expect(await ledgerOrders()).toBe(1);
    expect((await ask({ origin: 'http://localhost:5173' })).status).toBe(200);
  });

  it('leaves the vendors to their keys, so that a shop reaches them at any name', async () => {
    const headers = { host: 'simulators:3001', 'x-api-key': running.sandbox.keys.esimGoApiKey };
    expect((await ask(headers, '/sandbox/esimgo/v2.5/organisation')).status).toBe(200);
  });

  it.each([
    [{ APP_URL: 'https://tunnel.example/' }, 'tunnel.example'],
    [{ HOST: '192.168.0.7' }, '192.168.0.7:3000'],
    [{ HOST: 'fe80::7' }, '[fe80::7]:3000'],
    [{ HOST: '0.0.0.0' }, '192.168.0.7:3000'],
    [{ HOST: '::' }, '[fe80::7]:3000'],
  ])('answers where %j says', (env, host) => {
    const refusalAs = (name: string) =>
      createCallerCheck(env)(new Request('http://127.0.0.1/sandbox', { headers: { host: name } }));
    expect(refusalAs(host)).toBeNull();
    expect(refusalAs('localhost')).toBeNull();
    expect(refusalAs('evil.example')).not.toBeNull();
  });
});

describe('a reset', () => {
  it('clears orders, eSIMs and faults, and never gives an old id again', async () => {
    const first = await jsonOf(await order());
    await setFaults([{ match: {}, action: 'error_500' }]);
    await running.control('reset', { seed: 'core' });
    expect(await ledgerOrders()).toBe(0);
    const second = await jsonOf(await order());
    expect(second.orderReference).not.toBe(first.orderReference);
    expect(second.order[0].iccids).not.toEqual(first.order[0].iccids);
  });

  it('starts the fault draws of a seed again', async () => {
    const outcomes = async (): Promise<number[]> => {
      await running.control('reset', { seed: 'again' });
      await setFaults([{ match: {}, action: 'error_500', probability: 0.5 }]);
      const statuses: number[] = [];
      for (let call = 0; call < 12; call += 1)
        statuses.push((await running.esimGo('/v2.5/organisation/groups')).status);
      return statuses;
    };
    const first = await outcomes();
    expect(new Set(first)).toEqual(new Set([200, 500]));
    expect(await outcomes()).toEqual(first);
  });
});

describe('inbound fault rules', () => {
  it('cut the connection before anything is applied', async () => {
    await setFaults([{ match: { path: '/orders' }, action: 'drop_before', times: 1 }]);
    await expect(order()).rejects.toThrow('fetch failed');
    expect(await ledgerOrders()).toBe(0);
    expect((await order()).status).toBe(200);
  });

  it('cut the connection after the order was placed', async () => {
    await setFaults([{ match: { path: '/orders' }, action: 'drop_after', times: 1 }]);
    await expect(order()).rejects.toThrow('fetch failed');
    expect(await ledgerOrders()).toBe(1);
  });

  it('cut without a single byte of an answer', async () => {
    await setFaults([{ match: { path: '/organisation' }, action: 'drop_after', times: 1 }]);
    const { hostname, port } = new URL(running.url);
    const bytes = await new Promise<number>((resolve, reject) => {
      let count = 0;
      const socket = connect(Number(port), hostname, () => {
        const key = running.sandbox.keys.esimGoApiKey;
        socket.write(`GET /sandbox/esimgo/v2.5/organisation HTTP/1.1\r\nHost: x\r\nX-API-Key: ${key}\r\n\r\n`);
      });
      socket.on('data', (chunk) => (count += chunk.length));
      socket.on('close', () => resolve(count));
      socket.on('error', reject);
    });
    expect(bytes).toBe(0);
  });

  it('break the answer of an order that was placed', async () => {
    await setFaults([{ match: { path: '/orders' }, action: 'garbage', times: 1 }]);
    const response = await order();
    expect(response.status).toBe(200);
    await expect(jsonOf(response)).rejects.toThrow(SyntaxError);
    expect(await ledgerOrders()).toBe(1);
  });

  it.each([
    ['error_500', 500, null],
    ['error_503', 503, '1'],
    ['rate_limit', 429, '1'],
    ['forbidden', 403, null],
    ['not_found', 404, null],
  ])('%s refuses in eSIM Go’s words and applies nothing', async (action, status, retryAfter) => {
    await setFaults([{ match: {}, action, times: 1 }]);
    const response = await order();
    expect(response.status).toBe(status);
    expect(response.headers.get('retry-after')).toBe(retryAfter);
    const text = await response.text();
    if (status === 404) expect(text).toBe('Not Found');
    else expect(JSON.parse(text)).toEqual({ message: expect.any(String) });
    expect(await ledgerOrders()).toBe(0);
  });

  it('refuse in Telegram’s words', async () => {
    await setFaults([{ match: { path: '/getMe' }, action: 'rate_limit', delay_ms: 7_000 }], 'telegram');
    const response = await fetch(`${running.url}/sandbox/telegram/bot${running.sandbox.keys.botToken}/getMe`);
    expect(response.status).toBe(429);
    expect(await jsonOf(response)).toEqual({
      ok: false,
      error_code: 429,
      description: 'Too Many Requests: retry after 7',
      parameters: { retry_after: 7 },
    });
  });

  it('hang until the caller goes away', async () => {
    await setFaults([{ match: { method: 'POST' }, action: 'hang' }]);
    const giveUp = new AbortController();
    const body = JSON.stringify(ORDER);
    const hung = expect(
      running.esimGo('/v2.5/orders', { method: 'POST', body, signal: giveUp.signal }),
    ).rejects.toThrow('aborted');
    expect((await running.esimGo('/v2.5/orders')).status).toBe(200);
    giveUp.abort();
    await hung;
    expect(await ledgerOrders()).toBe(0);
  });

  it('delay by the vendors’ time and then answer normally', async () => {
    await setFaults([{ match: { path: '/organisation' }, action: 'delay', delay_ms: 3_600_000 }]);
    let status: number | null = null;
    const pending = running.esimGo('/v2.5/organisation').then((response) => (status = response.status));
    expect((await running.esimGo('/v2.5/esims')).status).toBe(200);
    expect(status).toBeNull();
    // More than once, because the delayed call may arrive after the first move of the clock.
    await eventually(async () => {
      await running.control('set', { clock: { advance_s: 3_600 } });
      return status;
    }).toBe(200);
    await pending;
  });

  it('match method, path and body, and only as often as they say', async () => {
    await setFaults([
      { match: { method: 'POST', path: '/orders', body: 'esim_2GB' }, action: 'error_500' },
      { match: { method: 'POST', path: '/orders', body: 'esim_1GB' }, action: 'error_503', times: 2 },
    ]);
    expect((await running.esimGo('/v2.5/orders')).status).toBe(200);
    expect([(await order()).status, (await order()).status, (await order()).status]).toEqual([503, 503, 200]);
  });

  it('are tried in order, and the first live one wins', async () => {
    await setFaults([
      { match: {}, action: 'error_500', times: 1 },
      { match: {}, action: 'forbidden', times: 1 },
    ]);
    const calls = [
      await running.esimGo('/v2.5/esims'),
      await running.esimGo('/v2.5/esims'),
      await running.esimGo('/v2.5/esims'),
    ];
    expect(calls.map((response) => response.status)).toEqual([500, 403, 200]);
  });

  it('look at the path and not at the query', async () => {
    await setFaults([{ match: { path: 'perPage' }, action: 'error_500' }]);
    expect((await running.esimGo('/v2.5/esims?perPage=10')).status).toBe(200);
  });

  it('are replaced by the next set of the same target, and cleared by an empty one', async () => {
    await setFaults([{ match: {}, action: 'error_500' }]);
    await setFaults([], 'telegram');
    expect((await running.esimGo('/v2.5/esims')).status).toBe(500);
    await setFaults([{ match: {}, action: 'forbidden' }]);
    expect((await running.esimGo('/v2.5/esims')).status).toBe(403);
    await setFaults([]);
    expect((await running.esimGo('/v2.5/esims')).status).toBe(200);
  });

  it('are told as long as they can still strike', async () => {
    const live = async () => jsonOf(await fetch(`${running.url}/sandbox/api/faults`));
    const rule = { match: { path: '/esims' }, action: 'error_500', times: 1 };
    await setFaults([rule, { match: {}, action: 'delay', delay_ms: 1 }]);
    expect(await live()).toEqual({ esimgo: [rule, { match: {}, action: 'delay', delay_ms: 1 }], telegram: [] });
    await running.esimGo('/v2.5/esims');
    expect(await live()).toEqual({ esimgo: [{ match: {}, action: 'delay', delay_ms: 1 }], telegram: [] });
  });

  it('outlast a restart with the count of their matches', async () => {
    await setFaults([{ match: { path: '/esims' }, action: 'error_500', times: 2 }]);
    expect((await running.esimGo('/v2.5/esims')).status).toBe(500);
    await running.restart();
    expect((await running.esimGo('/v2.5/esims')).status).toBe(500);
    expect((await running.esimGo('/v2.5/esims')).status).toBe(200);
  });
});

describe('outbound fault rules', () => {
  let iccid: string;
  beforeEach(async () => {
    iccid = (await jsonOf(await order())).order[0].iccids[0];
  });

  async function attach(): Promise<void> {
    expect((await running.control('esim', { iccid, action: 'attach' })).status).toBe(200);
  }

  /** Callbacks of one eSIM leave in order, so a later one that has arrived proves that the earlier one is settled. */
  async function alertsUntil(country: string): Promise<string[]> {
    await running.control('esim', { iccid, action: 'attach', country });
    await eventually(() => alertsOf(iccid).at(-1)).toContain('CountryChange');
    return alertsOf(iccid);
  }

  function alertsOf(number: string): string[] {
    return running.received.filter(({ body }) => body.includes(number)).map(({ body }) => JSON.parse(body).alertType);
  }

  it('lose a callback for good', async () => {
    await setFaults([{ match: { path: '/api/esimgo/webhook' }, action: 'lose', times: 1 }]);
    await attach();
    expect(await alertsUntil('FR')).toEqual(['CountryChange']);
  });

  it('send a callback twice', async () => {
    await setFaults([{ match: { direction: 'out' }, action: 'duplicate', times: 1 }]);
    await attach();
    expect(await alertsUntil('FR')).toEqual(['FirstAttachment', 'FirstAttachment', 'CountryChange']);
  });

  it('drop a callback before it is sent, and eSIM Go does not try again', async () => {
    await setFaults([{ match: { direction: 'out' }, action: 'drop_before', times: 1 }]);
    await attach();
    expect(await alertsUntil('FR')).toEqual(['CountryChange']);
  });

  it('deliver a callback whose answer is then lost', async () => {
    await setFaults([{ match: { direction: 'out' }, action: 'drop_after', times: 1 }]);
    await attach();
    expect(await alertsUntil('FR')).toEqual(['FirstAttachment', 'CountryChange']);
  });

  it('answer in the shop’s place without sending', async () => {
    await setFaults([{ match: { direction: 'out' }, action: 'error_500', times: 1 }]);
    await attach();
    expect(await alertsUntil('FR')).toEqual(['CountryChange']);
  });

  it('leave calls to the vendor alone when they name a webhook', async () => {
    await setFaults([{ match: { path: 'webhook' }, action: 'error_500' }]);
    expect((await running.esimGo('/v2.5/webhook')).status).toBe(404);
  });
});

describe('opening a sandbox', () => {
  it('works for two at once on a database that knows no sandbox yet', async () => {
    const database = await createTestDatabase();
    const dataDir = await mkdtemp(join(tmpdir(), 'sandbox-twice-'));
    const options = { databaseUrl: database.url, dataDir, shopUrl: () => running.url, env: {} };
    const [one, other] = await Promise.all([createSandbox(options), createSandbox(options)]);
    expect(one.keys).toEqual(other.keys);
    await Promise.all([one.close(), other.close()]);
    await rm(dataDir, { recursive: true });
    await database.drop();
  });
});

describe('sandbox keys', () => {
  let dataDir: string;
  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'sandbox-keys-'));
  });
  afterEach(() => rm(dataDir, { recursive: true, force: true }));

  it('are made once, marked, and kept for the owner of the folder only', async () => {
    const keys = await loadKeys(dataDir, {});
    expect(keys.botToken).toMatch(/^\d{10}:[\w-]{35}$/);
    expect(keys.botToken).toContain('sandbox');
    expect(keys.esimGoApiKey).toContain('sandbox');
    expect(await loadKeys(dataDir, {})).toEqual(keys);
    const path = join(dataDir, 'sandbox-keys.json');
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(await readFile(path, 'utf8')).toContain(keys.botToken);
  });

  it('are the same for two processes that start at once', async () => {
    const [one, other] = await Promise.all([loadKeys(dataDir, {}), loadKeys(dataDir, {})]);
    expect(one).toEqual(other);
  });

  it.each(['TELEGRAM_BOT_TOKEN', 'ESIMGO_API_KEY'])('refuse a %s that may be real', async (name) => {
    await expect(loadKeys(dataDir, { [name]: '123456789:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA' })).rejects.toThrow(
      `${name} does not contain the word "sandbox"`,
    );
  });

  it('take marked ones from the environment', async () => {
    const botToken = '123456789:sandbox_AAAAAAAAAAAAAAAAAAAAAAAAAAA';
    const keys = await loadKeys(dataDir, { TELEGRAM_BOT_TOKEN: botToken, ESIMGO_API_KEY: 'my-sandbox-key' });
    expect(keys).toMatchObject({ botToken, esimGoApiKey: 'my-sandbox-key' });
  });
});

describe('the sandbox clock', () => {
  it('wakes those who are due when it is advanced, and only those', async () => {
    const clock = createClock(0);
    const woken: string[] = [];
    const hour = clock.sleep(3_600_000).then(() => woken.push('hour'));
    const day = clock.sleep(86_400_000).then(() => woken.push('day'));
    clock.advance(3_600_000);
    await hour;
    expect(woken).toEqual(['hour']);
    clock.advance(86_400_000);
    await day;
    clock.stop();
  });

  it('lets a sleeper go when its signal aborts, and all of them when it stops', async () => {
    const clock = createClock(0);
    const abort = new AbortController();
    const aborted = clock.sleep(3_600_000, abort.signal);
    const stopped = clock.sleep(3_600_000);
    abort.abort();
    await aborted;
    clock.stop();
    await stopped;
  });
});

describe('the seeded random', () => {
  it('draws the same for the same seed', () => {
    const draws = (seed: string): unknown[] => {
      const random = createRandom(seed);
      return [random.next(), random.integer(1, 6), random.string(8, 'abc'), random.uuid()];
    };
    expect(draws('a')).toEqual(draws('a'));
    expect(draws('a')).not.toEqual(draws('b'));
  });

  it('keeps to its bounds and to the form of a UUID', () => {
    const random = createRandom('bounds');
    const rolls = Array.from({ length: 600 }, () => random.integer(1, 6));
    expect(new Set(rolls)).toEqual(new Set([1, 2, 3, 4, 5, 6]));
    expect(random.uuid()).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });
});
