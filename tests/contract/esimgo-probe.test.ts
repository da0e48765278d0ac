import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { PROBED_VERSIONS, supportMessage, type ProbedCall } from '../../lib/admin/probe-supplier.ts';
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

const probe = (version: string, more: { apiKey?: string; iccid?: string } = {}) =>
  runProbe({ baseUrl: at(version), apiKey: more.apiKey ?? key, iccid: more.iccid ?? null, ratePerS: 0 });

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
    expect([...new Set(calls.map(({ version }) => version))]).toEqual([...PROBED_VERSIONS]);
    for (const version of ['v2.5', 'v2.4', 'v2.3']) {
      expect(answersOf(calls, version)).toMatchObject({
        '/catalogue': '200 works',
        '/organisation': '200 works',
        '/products': '404 no_such_route',
      });
    }
    expect(verdict).toEqual({ kind: 'set_base_url', baseUrl: at('v2.5') });
  });

  it.each(['v2.5', 'v2.4', 'v2.3'])('has nothing to change for an account that uses %s', async (version) => {
    expect((await probe(version)).verdict).toEqual({ kind: 'all_well' });
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

  it('knows a host that is not eSIM Go', async () => {
    const report = await runProbe({ baseUrl: `${at('v2.5')}/elsewhere`, apiKey: key, iccid: null, ratePerS: 0 });
    expect(report.verdict).toEqual({ kind: 'wrong_host' });
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

describe('npm run esimgo:probe', () => {
  it('explains what the owner of a /v2 address meets, and what to set', async () => {
    const { code, stdout } = await run(['--url', at('v2')], { ESIMGO_API_KEY: key });
    expect(code).toBe(1);
    expect(stdout).toContain(`ESIMGO_API_URL=${at('v2.5')}`);
    expect(stdout).toMatch(/\/catalogue +404 +no such route in this version/);
    expect(stdout).toMatch(/\/bundles +403 +a route of eSIM Go’s own/);
    expect(stdout).toContain('For the support of eSIM Go');
    expect(stdout).not.toContain(key);
  });

  it('ends with 0 when all is well, and with 2 without a key or with a wrong use', async () => {
    expect(await run([], { ESIMGO_API_KEY: key, ESIMGO_API_URL: at('v2.5') })).toMatchObject({ code: 0, stderr: '' });
    expect(await run([], {})).toMatchObject({ code: 2, stderr: expect.stringContaining('Set ESIMGO_API_KEY') });
    expect(await run(['--key', 'x'], { ESIMGO_API_KEY: key })).toMatchObject({ code: 2 });
    expect(await run(['--help'], {})).toMatchObject({ code: 0, stdout: expect.stringContaining('--iccid') });
  });
});
