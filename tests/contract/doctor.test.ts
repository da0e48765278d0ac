import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { createServer } from 'node:net';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { activePriceRules } from '../../lib/catalogue/price-rules.ts';
import { connectPg } from '../../lib/db/pg.ts';
import { emailPurpose } from '../../lib/orders/order-row.ts';
import { createTelegramApi } from '../../lib/telegram/bot-api.ts';
import { patientSetup } from '../../lib/telegram/patient-setup.ts';
import { setUpBot } from '../../lib/telegram/set-up-bot.ts';
import type { Finding } from '../../scripts/doctor/finding.ts';
import { runDoctor } from '../../scripts/doctor/run-doctor.ts';
import { createTestDatabase } from '../support/database.ts';
import { startPooler } from '../support/pgbouncer.ts';
import { createRedisEngine } from '../support/redis-engine.ts';
import { startRedisRestBridge, type RedisRestBridge } from '../support/redis-rest-bridge.ts';
import { startSmtpServer } from '../support/smtp-server.ts';
import { startShop, until, type ShopUnderTest } from '../support/shop.ts';

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
      'webhook secret there',
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

  it('judges by the rules of npm start: an address in clear is refused, one of this machine is not', async () => {
    const found = await findings({ APP_URL: 'http://shop.example' });
    expect(found.get('rules')?.says).toContain('npm start');
    expect(found.get('APP_URL')).toMatchObject({ state: 'wrong', todo: expect.stringContaining('https://') });
    expect(found.get('outside services')).toMatchObject({ state: 'skipped' });
    const local = await findings();
    expect(local.get('APP_URL')).toMatchObject({ state: 'warn' });
    expect(local.get('KV')?.says).toMatch(/^a table in the database, /);
  });

  it('takes the rules of development when asked to', async () => {
    const development = { NODE_ENV: 'development' };
    expect(await findingOf('APP_URL', { ...development, APP_URL: 'http://shop.example' })).toMatchObject({
      state: 'ok',
    });
    const found = await findings(development);
    expect(wrongOnes(found)).toEqual([]);
    expect(found.get('rules')?.says).toMatch(/NODE_ENV=development/);
    expect(found.get('KV')?.says).toMatch(/^memory of one process/);
  });

  it('warns of a simulator outside Vercel and of weak secrets in development, and calls them wrong elsewhere', async () => {
    const weak = { CRON_SECRET: 'aaaaaaaaaaaaaaaa' };
    expect(await findingOf('ESIMGO_API_URL')).toMatchObject({ state: 'warn' });
    expect(await findingOf('CRON_SECRET', { ...weak, NODE_ENV: 'development' })).toMatchObject({ state: 'warn' });
    expect(await findingOf('CRON_SECRET', weak)).toMatchObject({ state: 'wrong' });
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

  it('counts an address under the old key also where no code is stored, so that the key is not given up', async () => {
    expect(await findingOf('codes and addresses')).toMatchObject({ state: 'skipped' });
    const buyer = await shop.user(8_002);
    const [plan] = await shop.plans('TH');
    if (plan === undefined) throw new Error('no plan for TH');
    const { id } = (await buyer.order(plan)).body.order;
    const sealed = shop.app.deps.keyring.seal('anna@example.org', emailPurpose(id));
    await shop.query(`UPDATE orders SET email_sealed = $2 WHERE id = $1`, [id, sealed]);
    try {
      const rotated = { DATA_KEY: randomBytes(32).toString('hex') };
      expect(await findingOf('codes and addresses', rotated)).toMatchObject({
        state: 'wrong',
        says: '1 of 1 cannot be opened',
      });
      const previous = { DATA_KEY_PREVIOUS: shop.env['DATA_KEY'] ?? '' };
      expect(await findingOf('codes and addresses', { ...rotated, ...previous })).toMatchObject({
        state: 'ok',
        says: 'all 1 can be opened, 1 with DATA_KEY_PREVIOUS: keep it',
      });
    } finally {
      await shop.query(`UPDATE orders SET email_sealed = NULL WHERE id = $1`, [id]);
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
    const before = await shop.ledger();
    const [calls] = await shop.query<{ count: number }>('SELECT count(*)::integer FROM provisioning_attempts');
    const found = await findings({}, true);
    expect(await shop.ledger()).toEqual(before);
    expect(await shop.query('SELECT count(*)::integer FROM provisioning_attempts')).toEqual([calls]);
    expect(wrongOnes(found)).toEqual([]);
    expect(found.get('live: organisation')).toMatchObject({ state: 'ok', says: 'a list with one entry' });
    expect(found.get('live: validate')).toMatchObject({ state: 'ok' });
    expect(found.get('live: catalogue')?.says).toMatch(/^5\d{3} bundles on 6 pages of 1000$/);
    expect(found.get('live: page size')?.says).toMatch(/^asked for 1000, got 1000; unasked 50; /);
    expect(found.get('live: unlimited')?.says).toMatch(/^dataAmount is /);
    expect(found.get('live: regions')?.says).toMatch(/roamingEnabled/);
    expect(found.get('live: unknown bundle')?.says).toMatch(/^validate: 4\d\d .*; catalogue: 4\d\d/);
    expect(found.get('live: install links')?.state).toBe('ok');
    expect(found.get('live: top-up that does not fit')?.says).toMatch(/^answers \d{3}$/);
    expect(found.get('live: filter by customerRef')?.state).toBe('ok');
  });
});

interface Breakage {
  name: string;
  /** The settings that are changed. */
  env?: Record<string, string>;
  /** Breaks something outside the settings, and gives back what mends it. */
  act?: () => Promise<() => Promise<unknown>>;
  /** What must be found, and nothing else: each with a word of its cure. */
  finds: Record<string, RegExp>;
}

describe('the doctor, with one thing broken at a time', () => {
  let kv: RedisRestBridge;
  let healthy: Map<string, Finding>;
  beforeAll(async () => {
    kv = await startRedisRestBridge(createRedisEngine(Date.now));
    await shop.query(`INSERT INTO price_rules (rules) SELECT rules || '{"ratesDate":"2026-11-01"}' FROM price_rules
      ORDER BY version DESC LIMIT 1`);
    healthy = await findings({ ADMIN_TELEGRAM_IDS: '8001' });
  });
  afterAll(() => kv?.close());

  const notWell = (found: Map<string, Finding>): Finding[] =>
    [...found.values()].filter(({ state }) => state === 'wrong' || state === 'warn');

  it('finds nothing in the same shop while it is whole, but that it stands on simulators', () => {
    expect(notWell(healthy).map(({ name, state }) => `${name} ${state}`)).toEqual([
      'APP_URL warn',
      'ESIMGO_API_KEY warn',
      'ESIMGO_API_URL warn',
      // Tests ask the simulators faster than the vendors allow.
      'ESIMGO_RATE_PER_S warn',
      'TELEGRAM_BOT_TOKEN warn',
      'TELEGRAM_API_URL warn',
      'TELEGRAM_RATE_PER_S warn',
    ]);
    expect(healthy.get('codes and addresses')).toMatchObject({ state: 'ok' });
  });

  const REAL_KEY = 'a81c0e5f2b7d94a36c81e0f5b27d94a3f81e0c5b27d94a36c81e0f5b27d94a30';
  const breakages: Breakage[] = [
    {
      name: 'the database is down',
      env: { DATABASE_URL: 'postgres://shop:pass@127.0.0.1:1/shop' },
      finds: { database: /DATABASE_URL/ },
    },
    {
      name: 'DATABASE_URL_UNPOOLED leads to another database, a copy of the same shop',
      act: async () => {
        const [row] = await shop.query<{ id: string }>('SELECT id FROM shop');
        const other = await createTestDatabase();
        const copy = connectPg({ url: other.url });
        await copy.query('UPDATE shop SET id = $1', [row?.id]);
        await copy.close();
        broken['DATABASE_URL_UNPOOLED'] = other.url;
        return other.drop;
      },
      finds: { 'database, unpooled': /Copy both again from one database/ },
    },
    {
      name: 'DATABASE_URL_UNPOOLED leads to an empty database',
      act: async () => {
        const other = await createTestDatabase();
        const empty = connectPg({ url: other.url });
        await empty.query('DROP SCHEMA public CASCADE');
        await empty.close();
        broken['DATABASE_URL_UNPOOLED'] = other.url;
        return other.drop;
      },
      finds: { 'database, unpooled': /Copy both again from one database/ },
    },
    {
      name: 'DATABASE_URL_UNPOOLED leads nowhere',
      env: { DATABASE_URL_UNPOOLED: 'postgres://shop:pass@127.0.0.1:1/shop' },
      finds: { 'database, unpooled': /Check DATABASE_URL_UNPOOLED/ },
    },
    {
      name: 'the migrations never ran',
      act: async () => {
        await shop.query('ALTER TABLE schema_migrations RENAME TO schema_migrations_kept');
        return () =>
          shop.query(
            'DROP TABLE IF EXISTS schema_migrations; ALTER TABLE schema_migrations_kept RENAME TO schema_migrations',
          );
      },
      finds: { migrations: /npm run migrate/ },
    },
    {
      name: 'the KV refuses its token',
      act: async () => {
        broken['KV_REST_API_URL'] = kv.url;
        broken['KV_REST_API_TOKEN'] = 'not-the-token';
        return async () => undefined;
      },
      finds: { KV_REST_API_URL: /simulator/, KV: /KV_REST_API_TOKEN/ },
    },
    {
      name: 'the eSIM Go key is another one',
      env: { ESIMGO_API_KEY: 'an-older-key-of-ours' },
      finds: { 'eSIM Go': /Copy the key again.*allow-list/, 'shop id': /first/ },
    },
    {
      name: 'the balance at eSIM Go is used up',
      act: async () => {
        await shop.set({ esimgo: { balance: 0 } });
        return async () => undefined;
      },
      finds: { 'balance at eSIM Go': /top it up/ },
    },
    {
      name: 'eSIM Go closes the catalogue',
      act: async () => {
        await shop.set({ esimgo: { catalogue: 403 } });
        return async () => undefined;
      },
      finds: { 'catalogue at eSIM Go': /esimgo:probe/ },
    },
    {
      name: 'the shop has no plan',
      act: async () => {
        const rows = await shop.query<{ bundle_name: string }>(
          `UPDATE esimgo_products SET state = 'hidden' WHERE state = 'listed' RETURNING bundle_name`,
        );
        const names = rows.map((row) => row.bundle_name);
        return () => shop.query(`UPDATE esimgo_products SET state = 'listed' WHERE bundle_name = ANY($1)`, [names]);
      },
      finds: { catalogue: /cron.*esimgo:probe/ },
    },
    {
      name: 'the token is no bot’s',
      env: { TELEGRAM_BOT_TOKEN: `9999999999:sandbox_${'x'.repeat(27)}` },
      finds: { bot: /BotFather/, 'shop id': /first/ },
    },
    {
      name: 'the webhook is gone',
      act: async () => {
        await telegram('deleteWebhook', {});
        return setUp;
      },
      finds: { webhook: /setup:bot/ },
    },
    {
      name: 'the webhook points elsewhere',
      act: async () => {
        await telegram('setWebhook', { url: 'https://elsewhere.example/api/telegram/webhook' });
        return setUp;
      },
      finds: { webhook: /setup:bot/ },
    },
    {
      name: 'the portal has another callback URL',
      act: async () => {
        const vendor = await startVendorWith((text) =>
          text.replace(/"callbackUrl":"[^"]*"/, '"callbackUrl":"https://x.example/"'),
        );
        broken['ESIMGO_API_URL'] = vendor.url;
        return vendor.close;
      },
      finds: { 'callback URL': /Account Settings → API Details, set it to http:.*\/api\/esimgo\/webhook/ },
    },
    {
      name: 'the deployed shop knows callbacks of another key only',
      act: async () => {
        // The shop under test read its key at its start; here the doctor and eSIM Go have a new one.
        const vendor = await startVendorWith((text) => text);
        broken['ESIMGO_API_URL'] = vendor.url;
        broken['ESIMGO_API_KEY'] = 'the-new-key-of-today';
        return vendor.close;
      },
      finds: { 'callback there': /set the same in both places/ },
    },
    { name: 'CRON_SECRET is missing', env: { CRON_SECRET: '' }, finds: { CRON_SECRET: /CRON_SECRET is missing/ } },
    {
      name: 'CRON_SECRET is short',
      env: { CRON_SECRET: 'c81e0f5b27' },
      finds: { CRON_SECRET: /openssl rand -hex 32/ },
    },
    {
      name: 'CRON_SECRET is another one there',
      env: { CRON_SECRET: 'c81e0f5b27d94a36' },
      finds: { 'cron secret there': /same CRON_SECRET/ },
    },
    {
      name: 'TELEGRAM_WEBHOOK_SECRET is another one there',
      env: { TELEGRAM_WEBHOOK_SECRET: '8d1f4a7c02b95e63' },
      finds: {
        'webhook secret there': /same TELEGRAM_WEBHOOK_SECRET in both places, deploy, then run `npm run setup:bot`/,
      },
    },
    { name: 'DATA_KEY is lost', env: { DATA_KEY: '' }, finds: { DATA_KEY: /DATA_KEY is missing/ } },
    {
      name: 'DATA_KEY is a new one',
      env: { DATA_KEY: REAL_KEY },
      finds: { 'codes and addresses': /DATA_KEY_PREVIOUS/ },
    },
    {
      name: 'the clocks differ',
      act: async () => {
        const vendor = await startVendorWith((text) => text, -3_600_000);
        broken['ESIMGO_API_URL'] = vendor.url;
        return vendor.close;
      },
      finds: { 'clock of eSIM Go': /timedatectl/ },
    },
    {
      name: 'the database is another shop’s',
      act: async () => {
        const [row] = await shop.query<{ id: string }>('SELECT id FROM shop');
        await shop.query(`UPDATE shop SET id = 'shop_bbbbbbbbbbbb'`);
        return () => shop.query('UPDATE shop SET id = $1', [row?.id]);
      },
      finds: { 'shop id at eSIM Go': /one bot, one account/, 'shop id in invoices': /one bot, one account/ },
    },
    {
      name: 'APP_URL leads to nobody',
      env: { APP_URL: 'http://127.0.0.1:1' },
      finds: {
        'callback URL': /Account Settings/,
        webhook: /setup:bot/,
        'menu button': /setup:bot/,
        'public address': /Deploy the shop, or correct APP_URL/,
      },
    },
    {
      name: 'the mail server refuses the login',
      act: async () => {
        const server = await startSmtpServer();
        server.fail({ AUTH: '535 5.7.8 bad credentials' });
        broken['SMTP_URL'] = server.url.replace('//', '//shop:mail-password@');
        return server.close;
      },
      finds: { mail: /password of SMTP_URL/ },
    },
    {
      name: 'no mail server answers',
      env: { SMTP_URL: 'smtp://127.0.0.1:1' },
      finds: { mail: /host and port of SMTP_URL/ },
    },
    { name: 'the admin chat is not there', env: { ADMIN_CHAT_ID: '@nobody_here' }, finds: { alerts: /ADMIN_CHAT_ID/ } },
    {
      name: 'the bot was thrown out of the admin chat',
      env: { ADMIN_CHAT_ID: '-1001234567890' },
      act: async () => {
        await shop.faults('telegram', [{ match: { path: 'getChat', body: '-1001234567890' }, action: 'forbidden' }]);
        return async () => undefined;
      },
      finds: { alerts: /Add the bot to the chat/ },
    },
    {
      name: 'an admin never started the bot',
      env: { ADMIN_TELEGRAM_IDS: '8001,8999' },
      finds: { alerts: /presses Start/ },
    },
    {
      name: 'MAX_STARS is below every price',
      env: { MAX_STARS: '3' },
      finds: { 'plans on sale': /raise MAX_STARS, as the cheapest costs \d+/ },
    },
    {
      name: 'MAX_STARS leaves most plans out',
      env: { MAX_STARS: '150' },
      finds: { 'plans on sale': /Most plans.*MAX_STARS/ },
    },
    {
      name: 'nobody calls the tick',
      act: async () => {
        await shop.query(
          `INSERT INTO outbox (job_key, kind, subject_id, run_at) VALUES ('late', 'alert', 'x', now() - interval '1 hour')`,
        );
        return () => shop.query(`DELETE FROM outbox WHERE job_key = 'late'`);
      },
      finds: { jobs: /docs\/deploy\.md, “Ticks”/ },
    },
  ];

  let broken: Record<string, string>;

  it.each(breakages)('finds that $name, and says what to do', async ({ env = {}, act, finds }) => {
    broken = { ADMIN_TELEGRAM_IDS: '8001', ...env };
    const mend = await act?.();
    try {
      const found = await findings(broken);
      const news = notWell(found).filter(({ name, says }) => {
        const before = healthy.get(name);
        return before?.state === 'ok' || before?.state === 'skipped' || before?.says !== says || name in finds;
      });
      const expected = Object.keys(finds).sort();
      expect(
        news
          .filter(({ name }) => name !== 'APP_URL' && name !== 'ESIMGO_API_URL')
          .map(({ name }) => name)
          .sort(),
      ).toEqual(expected);
      for (const { name, todo } of news) if (finds[name] !== undefined) expect(todo, name).toMatch(finds[name]);
    } finally {
      await mend?.();
    }
  });

  it('logs in at the mail server and sends nothing', async () => {
    const server = await startSmtpServer();
    try {
      const found = await findingOf('mail', { SMTP_URL: server.url.replace('//', '//shop:mail-password@') });
      expect(found).toMatchObject({ state: 'ok' });
      expect(server.received).toEqual([]);
    } finally {
      await server.close();
    }
  });

  it('finds the admin chat that the bot is in', async () => {
    expect(await findingOf('alerts', { ADMIN_CHAT_ID: '-1001234567890' })).toMatchObject({
      state: 'ok',
      says: 'to chat -1001234567890',
    });
  });

  it('leads to statements of the runbook that release what was quarantined', async () => {
    const quarantine = () =>
      shop.query(`UPDATE esimgo_products SET state = 'quarantined', quarantine_cost_milli = cost_milli * 2
        WHERE bundle_name = (SELECT min(bundle_name) FROM esimgo_products WHERE state IN ('listed', 'hidden'))`);
    const [read, accept, hide] = runbookSql('prices_quarantined');
    for (const decide of [accept, hide]) {
      await quarantine();
      expect(await findingOf('quarantine')).toMatchObject({
        state: 'warn',
        todo: expect.stringContaining('docs/runbook.md, prices_quarantined'),
      });
      expect(await shop.query(read ?? '')).toHaveLength(1);
      await shop.query(decide ?? '');
      expect(await findingOf('quarantine')).toMatchObject({ state: 'ok' });
    }
    await shop.query(`UPDATE esimgo_products SET state = 'listed' WHERE state = 'hidden'`);
  });

  it('leads to statements of the runbook that enter and renew a rate', async () => {
    const vendor = await startVendorWith((text) => text.replaceAll('"USD"', '"EUR"'));
    const euro = { ESIMGO_API_URL: vendor.url };
    const [enter, renew] = runbookSql('exchange_rate_missing');
    const [before] = await shop.query<{ version: number }>('SELECT max(version) AS version FROM price_rules');
    try {
      expect(await findingOf('currency', euro)).toMatchObject({
        state: 'wrong',
        todo: expect.stringContaining('docs/runbook.md, exchange_rate_missing'),
      });
      await shop.query(enter ?? '');
      expect(await findingOf('currency', euro)).toMatchObject({ state: 'ok' });
      await shop.query(`INSERT INTO price_rules (rules) SELECT rules || '{"ratesDate":"2020-01-01"}' FROM price_rules
        ORDER BY version DESC LIMIT 1`);
      expect(await findingOf('currency', euro)).toMatchObject({
        state: 'warn',
        todo: expect.stringContaining('docs/runbook.md, exchange_rate_missing'),
      });
      await shop.query(renew ?? '');
      expect(await findingOf('currency', euro)).toMatchObject({ state: 'ok' });
      // Written by hand, and still what the shop can read.
      await expect(activePriceRules(shop.app.deps.db)).resolves.toMatchObject({ version: (before?.version ?? 0) + 3 });
    } finally {
      await shop.query('DELETE FROM price_rules WHERE version > $1', [before?.version]);
      await vendor.close();
    }
  });

  it('leaves nothing behind of the update with which it tries the secret', async () => {
    const all = () =>
      shop.query(`SELECT (SELECT count(*)::integer FROM inbox WHERE source <> 'esimgo') AS inbox,
        (SELECT count(*)::integer FROM outbox) AS outbox, (SELECT count(*)::integer FROM payments) AS payments,
        (SELECT max(last_seen_at) FROM users) AS seen`);
    const before = await all();
    expect(await findingOf('webhook secret there')).toMatchObject({ state: 'ok' });
    await shop.settled();
    expect(await all()).toEqual(before);
  });

  it('finds that Telegram was given another secret than the deployed shop has, also when nothing waits any more', async () => {
    const url = `${shop.url}/api/telegram/webhook`;
    const deliveries = () => findingOf('webhook deliveries');
    await telegram('setWebhook', { url, secret_token: 'the-one-from-before' });
    try {
      await shop.control('message', { user_id: 8001, text: '/start' });
      const waiting = await until(deliveries, (found) => found?.says.includes('401') ?? false);
      expect(waiting).toMatchObject({
        state: 'wrong',
        todo: expect.stringMatching(/same TELEGRAM_WEBHOOK_SECRET.*deploy, then run `npm run setup:bot`/),
      });
      // The shop and these settings agree: it is Telegram that has another.
      expect(await findingOf('webhook secret there')).toMatchObject({ state: 'ok' });
      await telegram('setWebhook', { url, secret_token: 'the-one-from-before', drop_pending_updates: true });
      expect(await deliveries()).toMatchObject({ state: 'warn', todo: expect.stringContaining('npm run setup:bot') });
    } finally {
      await setUp();
    }
  });

  it('knows one database behind two addresses, and asks nothing of a shop whose database is in doubt', async () => {
    const pooler = await startPooler(shop.env['DATABASE_URL'] ?? '');
    const other = await createTestDatabase();
    try {
      const same = await findings({
        DATABASE_URL: pooler.url,
        DATABASE_URL_UNPOOLED: shop.env['DATABASE_URL'] ?? '',
      });
      expect(same.get('database, unpooled')).toMatchObject({ state: 'ok', says: 'the same database' });
      expect(same.get('migrations')).toMatchObject({ state: 'ok' });
      const two = await findings({ DATABASE_URL_UNPOOLED: other.url });
      expect(two.get('database, unpooled')).toMatchObject({ says: expect.stringContaining('these are two databases') });
      for (const name of ['migrations', 'jobs', 'catalogue', 'shop id']) {
        expect(two.get(name)?.state, name).toBe('skipped');
      }
    } finally {
      await pooler.stop();
      await other.drop();
    }
  });

  it('finds that simulators stand in a production deployment, and does not start there', async () => {
    const found = await findings({ VERCEL_ENV: 'production', ADMIN_TELEGRAM_IDS: '8001' });
    for (const name of ['APP_URL', 'DATABASE_URL', 'ESIMGO_API_URL', 'ESIMGO_API_KEY', 'TELEGRAM_API_URL']) {
      expect(found.get(name), name).toMatchObject({
        state: 'wrong',
        todo: expect.stringMatching(/production|https|hosted/),
      });
    }
    expect(found.get('outside services')).toMatchObject({ state: 'skipped' });
  });

  const runbookSql = (section: string): string[] => {
    const text = readFileSync(new URL('../../docs/runbook.md', import.meta.url), 'utf8');
    const [, body = ''] = text.split(`### \`${section}\``);
    return [...(body.split('\n##')[0] ?? '').matchAll(/```sql\n([^`]*)```/g)].map(([, sql = '']) => sql);
  };

  const telegram = async (method: string, body: object): Promise<void> => {
    const { TELEGRAM_API_URL = '', TELEGRAM_BOT_TOKEN = '' } = shop.env;
    const answer = await fetch(`${TELEGRAM_API_URL}/bot${TELEGRAM_BOT_TOKEN}/${method}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`${method} answered ${answer.status}`);
  };

  const bot = () =>
    createTelegramApi({
      botToken: shop.app.secrets.get('telegramBotToken'),
      apiUrl: shop.app.deps.config.telegram.apiUrl,
      ratePerS: 0,
    });

  const setUp = (): Promise<void> =>
    setUpBot(patientSetup(bot()), {
      appUrl: shop.app.deps.config.appUrl,
      shopName: shop.app.deps.config.shopName,
      secretToken: shop.app.secrets.get('telegramWebhookSecret'),
    });

  /** eSIM Go with altered answers, or another clock; it takes any key. */
  async function startVendorWith(alter: (text: string) => string, clockMs = 0) {
    const { ESIMGO_API_URL = '', ESIMGO_API_KEY = '' } = shop.env;
    const server = createHttpServer((request, response) => {
      void fetch(`${ESIMGO_API_URL}${request.url?.replace('/v2.5', '')}`, {
        headers: { 'x-api-key': ESIMGO_API_KEY },
      }).then(async (answer) => {
        response.writeHead(answer.status, {
          'content-type': answer.headers.get('content-type') ?? 'application/json',
          date: new Date(Date.now() + clockMs).toUTCString(),
        });
        response.end(alter(await answer.text()));
      });
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('The vendor does not listen.');
    return {
      url: `http://127.0.0.1:${address.port}/v2.5`,
      close: async () => {
        server.closeAllConnections();
        server.close();
      },
    };
  }
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
