import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Finding } from '../../scripts/doctor/finding.ts';
import { runDoctor } from '../../scripts/doctor/run-doctor.ts';
import { startShop, type ShopUnderTest } from '../support/shop.ts';

const SCRIPT = fileURLToPath(new URL('../../scripts/doctor.ts', import.meta.url));

let shop: ShopUnderTest;
beforeAll(async () => {
  shop = await startShop();
});
afterEach(async () => {
  await shop.faults('esimgo', []);
  await shop.faults('telegram', []);
  await shop.set({ esimgo: { balance: 1_000_000, catalogue: 'ok' } });
});
afterAll(() => shop?.close());

async function findings(more: Record<string, string> = {}, isLive = false): Promise<Map<string, Finding>> {
  const found = await runDoctor({ env: { ...shop.env, ...more }, nodeVersion: 'v24.1.0', isLive });
  return new Map(found.map((finding) => [finding.name, finding]));
}

async function findingOf(name: string, more: Record<string, string> = {}): Promise<Finding | undefined> {
  return (await findings(more)).get(name);
}

const wrongOnes = (found: Map<string, Finding>): string[] =>
  [...found.values()].filter(({ state }) => state === 'wrong').map(({ name, says }) => `${name}: ${says}`);

function run(args: string[], env: Record<string, string>): Promise<{ code: number; stdout: string; stderr: string }> {
  const { PATH = '', HOME = '' } = process.env;
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      ['--import', 'tsx', SCRIPT, ...args],
      { env: { PATH, HOME, ...env } },
      (error, stdout, stderr) => resolve({ code: typeof error?.code === 'number' ? error.code : 0, stdout, stderr }),
    );
  });
}

/** A port on which nobody listens. */
async function closedPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}

describe('the doctor', () => {
  it('finds nothing wrong with a shop that works, and says so of every setting and service', async () => {
    const found = await findings();
    expect(wrongOnes(found)).toEqual([]);
    for (const name of [
      'Node',
      'DATA_KEY',
      'database',
      'migrations',
      'KV',
      'jobs',
      'catalogue',
      'eSIM Go',
      'balance at eSIM Go',
      'currency',
      'bot',
      'webhook',
      'webhook deliveries',
      'bot texts',
      'public address',
      'cron secret there',
      'clock of PostgreSQL',
      'clock of eSIM Go',
      'shop id',
    ]) {
      expect(found.get(name)?.state, name).toBe('ok');
    }
    expect(found.get('catalogue')?.says).toMatch(/^5\d{3} plans, 0(\.\d)? h old, from the API$/);
  });

  it('prints no secret', async () => {
    const printed = JSON.stringify([...(await findings({ SMTP_URL: 'smtps://u:mail-password@host' })).values()]);
    for (const name of ['DATABASE_URL', 'ESIMGO_API_KEY', 'TELEGRAM_BOT_TOKEN', 'CRON_SECRET', 'DATA_KEY']) {
      expect(printed).not.toContain(shop.env[name]);
    }
    expect(printed).not.toContain(shop.env['TELEGRAM_WEBHOOK_SECRET']);
    expect(printed).not.toContain('mail-password');
  });

  it('names each setting that is missing or wrong, and asks nobody then', async () => {
    const found = await findings({ CRON_SECRET: '', ORDER_TTL: 'soon' });
    expect(found.get('CRON_SECRET')).toMatchObject({ state: 'wrong', todo: 'CRON_SECRET is missing.' });
    expect(found.get('ORDER_TTL')).toMatchObject({ state: 'wrong' });
    expect(found.get('outside services')).toMatchObject({ state: 'skipped' });
  });

  it('warns of a simulator and of weak secrets, and calls them wrong in production', async () => {
    const weak = { CRON_SECRET: 'aaaaaaaaaaaaaaaa' };
    expect(await findingOf('ESIMGO_API_URL')).toMatchObject({ state: 'warn' });
    expect(await findingOf('CRON_SECRET', weak)).toMatchObject({ state: 'warn' });
    const found = await findings({ ...weak, VERCEL_ENV: 'production' });
    for (const name of ['ESIMGO_API_URL', 'ESIMGO_API_KEY', 'TELEGRAM_API_URL', 'CRON_SECRET', 'DATABASE_URL']) {
      expect(found.get(name)?.state, name).toBe('wrong');
    }
  });

  it('tells a database that cannot be reached from the rest', async () => {
    const url = new URL(shop.env['DATABASE_URL'] ?? '');
    url.port = '1';
    const found = await findings({ DATABASE_URL: url.href });
    expect(found.get('database')).toMatchObject({ state: 'wrong' });
    expect(found.get('catalogue')).toMatchObject({ state: 'skipped' });
    expect(found.get('bot')).toMatchObject({ state: 'ok' });
  });

  it('names migrations that are missing', async () => {
    const rows = await shop.query<{ name: string; checksum: string }>(
      `DELETE FROM schema_migrations WHERE name = (SELECT max(name) FROM schema_migrations) RETURNING name, checksum`,
    );
    const [last] = rows;
    try {
      expect(await findingOf('migrations')).toMatchObject({ state: 'wrong', says: `missing: ${last?.name}` });
    } finally {
      await shop.query('INSERT INTO schema_migrations (name, checksum) VALUES ($1, $2)', [last?.name, last?.checksum]);
    }
  });

  it('tells a refused key, a wrong version and a silent supplier apart', async () => {
    const key = await findingOf('eSIM Go', { ESIMGO_API_KEY: 'sandbox-not-the-key' });
    expect(key).toMatchObject({ state: 'wrong', says: 'refuses the key (403)' });
    const version = await findingOf('eSIM Go', { ESIMGO_API_URL: `${shop.url}/sandbox/esimgo/v2` });
    expect(version).toMatchObject({ state: 'wrong', says: 'no such route (404)' });
    const silent = await findingOf('eSIM Go', { ESIMGO_API_URL: `http://127.0.0.1:${await closedPort()}/v2.5` });
    expect(silent).toMatchObject({ state: 'wrong', says: 'no answer: ECONNREFUSED' });
  });

  it.each([
    [50, 'warn'],
    [0, 'wrong'],
  ])('judges a balance of %i as %s', async (balance, state) => {
    await shop.set({ esimgo: { balance } });
    expect(await findingOf('balance at eSIM Go')).toMatchObject({ state, says: `${balance}.00 USD` });
  });

  it('names a webhook that points elsewhere and a token that is no bot’s', async () => {
    const elsewhere = await findings({ APP_URL: 'http://127.0.0.1:1' });
    expect(elsewhere.get('webhook')).toMatchObject({ state: 'wrong' });
    expect(elsewhere.get('public address')).toMatchObject({ state: 'warn' });
    const token = `${'9'.repeat(10)}:sandbox_${'x'.repeat(27)}`;
    expect(await findingOf('bot', { TELEGRAM_BOT_TOKEN: token })).toMatchObject({ state: 'wrong' });
  });

  it('notices that the deployed shop has another cron secret', async () => {
    const found = await findings({ CRON_SECRET: 'c81e0f5b27d94a36' });
    expect(found.get('cron secret there')).toMatchObject({ state: 'wrong' });
  });

  it('notices jobs that nobody works off', async () => {
    await shop.query(
      `INSERT INTO outbox (job_key, kind, subject_id, run_at) VALUES ('stuck', 'alert', 'x', now() - interval '1 hour')`,
    );
    try {
      expect(await findingOf('jobs')).toMatchObject({ state: 'wrong' });
    } finally {
      await shop.query(`DELETE FROM outbox WHERE job_key = 'stuck'`);
    }
  });

  it('compares the shop’s identity with that of its eSIMs and payments', async () => {
    const buyer = await shop.user(8_001);
    const plan = (await shop.plans('TH'))[0];
    if (plan === undefined) throw new Error('no plan for TH');
    const { order, invoice_url: invoice } = (await buyer.order(plan)).body;
    await buyer.pay(invoice);
    await buyer.waitFor(order.id, 'ready');
    await shop.settled();
    await shop.cron('drain');

    const good = await findings();
    expect(good.get('shop id at eSIM Go')).toMatchObject({ state: 'ok' });
    expect(good.get('shop id in invoices')).toMatchObject({ state: 'ok' });

    const [row] = await shop.query<{ id: string }>('SELECT id FROM shop');
    await shop.query(`UPDATE shop SET id = 'shop_aaaaaaaaaaaa'`);
    try {
      const other = await findings();
      expect(other.get('shop id at eSIM Go')).toMatchObject({ state: 'wrong' });
      expect(other.get('shop id in invoices')).toMatchObject({ state: 'wrong' });
    } finally {
      await shop.query('UPDATE shop SET id = $1', [row?.id]);
    }
  });

  it('asks live what a key can answer, and buys nothing', async () => {
    const before = (await shop.ledger()).esimgo;
    const found = await findings({}, true);
    const after = (await shop.ledger()).esimgo;
    expect(after.orders).toEqual(before.orders);
    expect(after.esims).toEqual(before.esims);
    expect(after.balance).toBe(before.balance);
    expect(wrongOnes(found)).toEqual([]);
    expect(found.get('live: validate')).toMatchObject({ state: 'ok' });
    expect(found.get('live: catalogue')?.says).toMatch(/^5\d{3} bundles on 6 pages of 1000$/);
    expect(found.get('live: unknown bundle')?.says).toMatch(/^validate: 4\d\d .*; catalogue: 4\d\d/);
    expect(found.get('live: install links')?.state).toBe('ok');
  });
});

describe('npm run doctor', () => {
  it('ends with 0 when nothing is wrong and with 1 when something is', async () => {
    const good = await run([], shop.env);
    expect(good).toMatchObject({ code: 0, stderr: '' });
    expect(good.stdout).toMatch(/^0 wrong, /m);
    const bad = await run([], { ...shop.env, ESIMGO_API_KEY: 'sandbox-not-the-key' });
    expect(bad.code).toBe(1);
    expect(bad.stdout).toMatch(/^WRONG +eSIM Go +refuses the key/m);
  });

  it('explains itself without settings, and refuses unknown options', async () => {
    expect(await run(['--help'], {})).toMatchObject({ code: 0, stdout: expect.stringContaining('--live') });
    expect(await run(['--fix'], {})).toMatchObject({ code: 2 });
  });
});
