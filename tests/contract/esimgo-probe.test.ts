import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { supportMessage, type ProbedCall } from '../../lib/admin/probe-supplier.ts';
import { runProbe } from '../../scripts/esimgo-probe/run-probe.ts';
import { startSandbox, type RunningSandbox } from '../support/running-sandbox.ts';

const SCRIPT = fileURLToPath(new URL('../../scripts/esimgo-probe.ts', import.meta.url));

let sandbox: RunningSandbox;
let key: string;
beforeAll(async () => {
  sandbox = await startSandbox();
  key = sandbox.sandbox.keys.esimGoApiKey;
  await sandbox.control('set', { esimgo: { rate_per_s: 0 } });
});
afterEach(async () => {
  await sandbox.control('set', { esimgo: { catalogue: 'ok' } });
  await sandbox.control('faults', { target: 'esimgo', rules: [] });
});
afterAll(() => sandbox?.close());

const at = (version: string): string => `${sandbox.url}/sandbox/esimgo/${version}`;

let pausesMs: number[];
beforeEach(() => {
  pausesMs = [];
});

const probe = (version: string, more: { apiKey?: string; iccid?: string } = {}) =>
  runProbe({
    baseUrl: at(version),
    apiKey: more.apiKey ?? key,
    iccid: more.iccid ?? null,
    ratePerS: 0,
    sleep: async (ms) => void pausesMs.push(ms),
  });

function answersOf(calls: readonly ProbedCall[], version: string): Record<string, string> {
  return Object.fromEntries(
    calls.filter((call) => call.version === version).map((call) => [call.path, `${call.status} ${call.meaning}`]),
  );
}

function run(args: string[], env: Record<string, string>): Promise<{ code: number; stdout: string; stderr: string }> {
  const { PATH = '', HOME = '' } = process.env;
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      ['--import', 'tsx', SCRIPT, ...args],
      { env: { PATH, HOME, ESIMGO_RATE_PER_S: '0', ...env } },
      (error, stdout, stderr) => resolve({ code: typeof error?.code === 'number' ? error.code : 0, stdout, stderr }),
    );
  });
}

describe('the probe of an eSIM Go account', () => {
  it('shows under /v2 a list of eSIMs, a missing catalogue and two closed routes', async () => {
    const { calls } = await probe('v2');
    expect(answersOf(calls, 'v2')).toEqual({
      '/catalogue': '404 no_such_route',
      '/esims': '200 empty_list',
      '/organisation': '404 no_such_route',
      '/inventory': '404 no_such_route',
      '/networks': '404 no_such_route',
      '/catalog': '404 no_such_route',
      '/bundles': '403 private_route',
      '/products': '403 private_route',
      '/available': '404 no_such_route',
      '/marketplace': '404 no_such_route',
      '/store': '404 no_such_route',
    });
  });

  it('tries every version and path, and finds the catalogue where it is', async () => {
    const { calls, verdict } = await probe('v2');
    expect([...new Set(calls.map(({ version }) => version))]).toEqual(['v2', 'v2.5', 'v2.4', 'v2.3']);
    for (const version of ['v2.5', 'v2.4', 'v2.3']) {
      expect(answersOf(calls, version)).toMatchObject({
        '/catalogue': '200 works',
        '/organisation': '200 works',
        '/products': '404 no_such_route',
      });
    }
    expect(verdict).toEqual({ kind: 'set_base_url', baseUrl: at('v2.5') });
  });

  it('has nothing to change for a shop that uses the newest version', async () => {
    expect((await probe('v2.5')).verdict).toEqual({ kind: 'all_well' });
  });

  it.each(['v2.4', 'v2.3'])('names the newest version to a shop that uses %s', async (version) => {
    expect((await probe(version)).verdict).toEqual({ kind: 'newer_version', baseUrl: at('v2.5') });
  });

  it('names the version to a shop whose address has none', async () => {
    const report = await runProbe({ baseUrl: `${sandbox.url}/sandbox/esimgo/`, apiKey: key, iccid: null, ratePerS: 0 });
    expect(report.verdict).toEqual({ kind: 'set_base_url', baseUrl: at('v2.5') });
  });

  it('looks into an eSIM that the account owns, and names only the end of its ICCID', async () => {
    const listing = await sandbox.esimGo('/v2.5/catalogue?page=1&perPage=1');
    const name = /"name":"(esim_[^"]+)"/.exec(await listing.text())?.[1];
    const body = { type: 'transaction', assign: true, order: [{ type: 'bundle', item: name, quantity: 1 }] };
    const ordered = await sandbox.esimGo('/v2.5/orders', {
      method: 'POST',
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json' },
    });
    const iccid = /"iccid":"(\d+)"/.exec(await ordered.text())?.[1] ?? '';
    const report = await probe('v2.5');
    expect(answersOf(report.calls, 'v2.5')).toMatchObject({ [`/esims/…${iccid.slice(-4)}/bundles`]: '200 works' });
    expect(JSON.stringify(report)).not.toContain(iccid);
    expect(supportMessage(report)).not.toContain(iccid);
  });

  it('tells a wrong key from a catalogue that is closed or missing', async () => {
    expect((await probe('v2.5', { apiKey: 'sandbox-not-the-key' })).verdict).toEqual({ kind: 'key_refused' });
    await sandbox.control('set', { esimgo: { catalogue: 403 } });
    expect((await probe('v2.5')).verdict).toEqual({ kind: 'catalogue_refused' });
    await sandbox.control('set', { esimgo: { catalogue: 404 } });
    const missing = await probe('v2.5');
    expect(answersOf(missing.calls, 'v2.5')).toMatchObject({
      '/catalogue': '404 no_such_route',
      '/organisation': '200 works',
    });
    expect(missing.verdict).toEqual({ kind: 'catalogue_refused' });
  });

  it('says nothing about the key while the supplier is out of order', async () => {
    await sandbox.control('faults', {
      target: 'esimgo',
      rules: [{ match: { path: '/catalogue' }, action: 'error_500' }],
    });
    expect((await probe('v2.5')).verdict).toEqual({ kind: 'try_again' });
  });

  const failCatalogue = (version: string, action: string, more: { times?: number; delay_ms?: number } = {}) =>
    sandbox.control('faults', {
      target: 'esimgo',
      rules: [{ match: { path: `/${version}/catalogue` }, action, ...more }],
    });

  it.each(['rate_limit', 'error_503', 'error_500'])('asks again after one %s, and then knows', async (action) => {
    await failCatalogue('v2.5', action, { times: 1 });
    const { calls, verdict } = await probe('v2.5');
    expect(verdict).toEqual({ kind: 'all_well' });
    expect(answersOf(calls, 'v2.5')).toMatchObject({ '/catalogue': '200 works' });
    expect(pausesMs).toEqual([1_000]);
  });

  it('waits as long as it is told', async () => {
    await failCatalogue('v2.5', 'error_503', { times: 1, delay_ms: 7_000 });
    expect((await probe('v2.5')).verdict).toEqual({ kind: 'all_well' });
    expect(pausesMs).toEqual([7_000]);
  });

  it.each(['v2.5', 'v2.4', 'v2'])(
    'advises no older version to %s while the newest is out of order',
    async (version) => {
      await failCatalogue('v2.5', 'error_503');
      const { calls, verdict } = await probe(version);
      expect(answersOf(calls, 'v2.4')).toMatchObject({ '/catalogue': '200 works' });
      expect(verdict).toEqual({ kind: 'try_again' });
      expect(pausesMs).toEqual([1_000, 3_000, 6_000]);
    },
  );

  it('says nothing of a version that is set and out of order, and does not mind an older one', async () => {
    await failCatalogue('v2.4', 'error_500');
    expect((await probe('v2.4')).verdict).toEqual({ kind: 'try_again' });
    expect((await probe('v2.5')).verdict).toEqual({ kind: 'all_well' });
    expect((await probe('v2.3')).verdict).toEqual({ kind: 'newer_version', baseUrl: at('v2.5') });
  });

  it('advises an older version to nobody whose own does not answer in time', async () => {
    await failCatalogue('v2.5', 'drop_before');
    const { calls, verdict } = await probe('v2.5');
    expect(answersOf(calls, 'v2.5')).toMatchObject({ '/catalogue': 'null no_answer' });
    expect(verdict).toEqual({ kind: 'try_again' });
  });

  it('knows a host that is not eSIM Go', async () => {
    const report = await runProbe({ baseUrl: `${at('v2.5')}/elsewhere`, apiKey: key, iccid: null, ratePerS: 0 });
    expect(report.verdict).toEqual({ kind: 'wrong_host' });
  });

  it('takes a site that shows a page for every path for no API', async () => {
    const site = createServer((_, response) => response.setHeader('content-type', 'text/html').end('<!doctype html>'));
    await once(site.listen(0, '127.0.0.1'), 'listening');
    try {
      const report = await runProbe({ baseUrl: urlOf(site), apiKey: key, iccid: null, ratePerS: 0 });
      expect(new Set(report.calls.map(({ meaning }) => meaning))).toEqual(new Set(['not_the_api']));
      expect(report.verdict).toEqual({ kind: 'wrong_host' });
    } finally {
      site.close();
    }
  });

  it('tells an empty catalogue from one that is closed', async () => {
    const page = '{"bundles":[],"pageCount":0,"rows":0,"pageSize":1}';
    const vendor = createServer((_, response) => response.setHeader('content-type', 'application/json').end(page));
    await once(vendor.listen(0, '127.0.0.1'), 'listening');
    try {
      const report = await runProbe({ baseUrl: `${urlOf(vendor)}/v2.5`, apiKey: key, iccid: null, ratePerS: 0 });
      expect(report.verdict).toEqual({ kind: 'catalogue_empty' });
    } finally {
      vendor.close();
    }
  });

  it('gives the support what it needs, without the key or what granted calls answered', async () => {
    await sandbox.control('set', { esimgo: { catalogue: 403 } });
    const message = supportMessage(await probe('v2.5'));
    expect(message).not.toContain(key);
    expect(message).not.toContain('robin@');
    expect(message).not.toContain('Sandbox Travel');
    expect(message).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z {2}GET \/v2\.5\/catalogue {2}403 {2}\d+ ms .*access denied/m);
  });
});

/** A port of this machine on which nobody listens. */
async function deadUrl(): Promise<string> {
  const server = createServer();
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const url = urlOf(server);
  server.close();
  await once(server, 'close');
  return url;
}

function urlOf(server: Server): string {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The server does not listen.');
  return `http://127.0.0.1:${address.port}`;
}

describe('npm run esimgo:probe', () => {
  const CALL = /^\d{4}-\d\d-\d\dT[\d:.]+Z {2}GET \/v2(\.\d)?\/\S+ {2}(\d{3}|no answer) {2}\d+ ms/gm;

  // Five processes, one after the other: longer than the usual patience on a busy machine.
  it(
    'gives five different pieces of advice, each with every answer in words and a message without the key',
    { timeout: 120_000 },
    async () => {
      const cases = [
        { name: 'v2', url: at('v2'), apiKey: key, code: 1 },
        { name: 'v2.4', url: at('v2.4'), apiKey: key, code: 0 },
        { name: 'v2.5', url: at('v2.5'), apiKey: key, code: 0 },
        { name: 'wrong key', url: at('v2.5'), apiKey: 'sandbox-not-the-key', code: 1 },
        { name: 'dead', url: `${await deadUrl()}/v2.5`, apiKey: key, code: 1 },
      ];
      const advice = new Map<string, string>();
      for (const { name, url, apiKey, code } of cases) {
        const ran = await run(['--url', url], { ESIMGO_API_KEY: apiKey });
        expect(ran, name).toMatchObject({ code, stderr: '' });
        const [before, message, todo] = ran.stdout.split(/^─── .* ───$/m);
        const answers = before?.match(/^ {2}\/\S+ +(\d{3}|-) +\S.{10,}$/gm) ?? [];
        // Eleven paths under four versions, and the bundles of an eSIM where the key finds one.
        expect(name === 'dead' ? [2] : [44, 48], name).toContain(answers.length);
        // As many calls in the message as answers in the table.
        expect(message?.match(CALL), name).toHaveLength(answers.length);
        expect(message, name).toContain(`Base URL: ${url}.`);
        expect(ran.stdout, name).not.toContain(apiKey);
        advice.set(name, todo?.trim() ?? '');
      }
      expect(new Set(advice.values()).size).toBe(5);
      expect(advice.get('v2')).toContain(`  ESIMGO_API_URL=${at('v2.5')}`);
      expect(advice.get('v2.4')).toMatch(/can stay as it is/);
      expect(advice.get('v2.4')).toContain(`  ESIMGO_API_URL=${at('v2.5')}`);
      expect(advice.get('v2.5')).toMatch(/Nothing to set/);
      expect(advice.get('wrong key')).toMatch(/refuses this key[^]*ESIMGO_API_KEY[^]*allow-list[^]*verified/);
      expect(advice.get('dead')).toMatch(/does not answer at all: nobody listens there \(ECONNREFUSED\)/);
    },
  );

  it('begins with the version that is set, and shows under /v2 what its users meet', async () => {
    const { stdout } = await run(['--url', at('v2')], { ESIMGO_API_KEY: key });
    const [, first = ''] = stdout.split(/^\/v2/m);
    expect(first).toMatch(/\/catalogue +404 +no such route in this version: v2 is the first one and has no catalogue/);
    expect(first).toMatch(/\/esims +200 +readable, and empty: these are the eSIMs the account has bought/);
    expect(first).toMatch(/\/bundles +403 +a route of eSIM Go’s own/);
    expect(first).toMatch(/\/products +403 +a route of eSIM Go’s own/);
  });

  it('takes no address with a password in it, and does not repeat it', async () => {
    const ran = await run(['--url', 'https://me:pass-word@host/v2.5'], { ESIMGO_API_KEY: key });
    expect(ran.code).toBe(2);
    expect(ran.stdout + ran.stderr).not.toContain('pass-word');
  });

  it('ends with 0 when all is well, and with 2 without a key or with a wrong use', async () => {
    expect(await run([], { ESIMGO_API_KEY: key, ESIMGO_API_URL: at('v2.5') })).toMatchObject({ code: 0, stderr: '' });
    expect(await run([], {})).toMatchObject({ code: 2, stderr: expect.stringContaining('Set ESIMGO_API_KEY') });
    expect(await run(['--key', 'x'], { ESIMGO_API_KEY: key })).toMatchObject({ code: 2 });
    expect(await run(['--help'], {})).toMatchObject({ code: 0, stdout: expect.stringContaining('--iccid') });
  });
});
