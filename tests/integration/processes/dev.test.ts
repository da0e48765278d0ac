import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Order } from '../../../lib/contract/order.ts';
import { connectPg } from '../../../lib/db/pg.ts';
import { readQrSvgDataUri } from '../../support/read-qr.ts';
import { until, type ChatMessage } from '../../support/shop.ts';
import { buy, ledgerOf, post, send } from './buy.ts';
import {
  forgetDataDir,
  freePort,
  makeDataDir,
  ROOT,
  runDevToItsEnd,
  startDevProcess,
  type DevProcess,
} from './dev-process.ts';

const START_MS = 120_000;
const HOUR_S = 3_600;

let first: DevProcess;
let second: DevProcess;
let dataDirs: string[];
beforeAll(async () => {
  dataDirs = [await makeDataDir(), await makeDataDir(), await makeDataDir()];
  const [one = '', other = ''] = dataDirs;
  [first, second] = await Promise.all([
    startDevProcess({ port: await freePort(), dataDir: one }),
    startDevProcess({ port: await freePort(), dataDir: other }),
  ]);
}, START_MS);
afterAll(async () => {
  await Promise.all([first, second].map((shop) => shop?.kill()));
  await Promise.all((dataDirs ?? []).map(forgetDataDir));
}, START_MS);

const isReady = ({ status }: Order) => status === 'ready';

async function expectDelivered(shop: DevProcess, order: Order): Promise<void> {
  const { esimgo, stars } = await ledgerOf(shop);
  const issued = esimgo.orders.filter(({ order_reference }) => order_reference === order.esimgo_order_id);
  expect(issued).toHaveLength(1);
  const esim = esimgo.esims.find(({ iccid }) => iccid === issued[0]?.iccid);
  expect(readQrSvgDataUri(order.qr_code ?? '')).toBe(esim?.lpa);
  const charges = stars.charges.filter(({ payload }) => payload.endsWith(order.id));
  expect(charges).toMatchObject([{ user_id: order.telegram_user_id, amount: order.price_stars }]);
}

describe.skipIf(process.platform === 'win32')('npm run dev', () => {
  it('is what these tests start', async () => {
    const { scripts } = JSON.parse(await readFile(path.join(ROOT, 'package.json'), 'utf8')) as {
      scripts: Record<string, string>;
    };
    expect(scripts['dev']).toBe('node --import tsx scripts/dev.ts');
  });

  it('says as the last thing of its start where to go', () => {
    for (const shop of [first, second]) {
      expect(shop.startUpLines.at(-1)).toBe(`Ready: http://localhost:${shop.port}/sandbox`);
      expect(shop.startUpLines.filter((line) => line.includes('"event":"catalogue_synced"'))).toHaveLength(1);
    }
  });

  it('sells an eSIM over HTTP alone', async () => {
    const purchase = await buy(first, 5_001);
    const order = await purchase.waitFor(isReady);
    await expectDelivered(first, order);
    const { messages } = await until(
      () => send<{ messages: ChatMessage[] }>(first, '/sandbox/api/chat?user_id=5001'),
      (chat) => chat.messages.some(({ type }) => type === 'photo'),
    );
    expect(messages.some(({ caption }) => caption?.includes('Your eSIM is ready'))).toBe(true);
  });

  it('runs twice side by side, each shop with its own customers', async () => {
    const order = await (await buy(second, 5_002)).waitFor(isReady);
    await expectDelivered(second, order);
    const usersOf = async (shop: DevProcess) => (await ledgerOf(shop)).stars.charges.map(({ user_id }) => user_id);
    expect(await usersOf(first)).not.toContain(5_002);
    expect(await usersOf(second)).not.toContain(5_001);
    expect(first.databaseUrl).not.toBe(second.databaseUrl);
  });

  it(
    'says in one sentence that its port is taken, and ends with an error',
    async () => {
      const failed = await runDevToItsEnd({ port: second.port, dataDir: dataDirs[2] ?? '' });
      expect(failed).toEqual({
        exitCode: 1,
        output: `Port ${second.port} is already in use: stop what listens there or set PORT to another one.\n`,
      });
    },
    START_MS,
  );

  it(
    'names a setting that is wrong, and ends with an error',
    async () => {
      const failed = await runDevToItsEnd({
        port: await freePort(),
        dataDir: dataDirs[2] ?? '',
        settings: { ESIMGO_RATE_PER_S: 'fast' },
      });
      expect(failed.exitCode).toBe(1);
      expect(failed.output).toContain('ESIMGO_RATE_PER_S must be');
      expect(failed.output).not.toContain('Ready');
    },
    START_MS,
  );

  it(
    'delivers after a restart what was paid before a crash, once',
    async () => {
      const { port } = first;
      // One order is placed but has no eSIM yet; of the other the shop has not even heard that it is paid.
      await post(first, '/sandbox/api/faults', {
        target: 'esimgo',
        rules: [
          { match: { method: 'POST', path: '/orders' }, action: 'assignment_delay', delay_ms: HOUR_S * 1000, times: 1 },
        ],
      });
      const placed = await buy(first, 5_003);
      await placed.waitFor((order) => order.status === 'processing' && order.esimgo_order_id !== null);
      await post(first, '/sandbox/api/faults', {
        target: 'telegram',
        rules: [
          {
            match: { path: 'webhook', body: 'successful_payment' },
            action: 'delay',
            delay_ms: HOUR_S * 1000,
            times: 1,
          },
        ],
      });
      const unheard = await buy(first, 5_004);
      expect(await unheard.read()).toMatchObject({ status: 'pending', payment_status: 'unpaid' });

      await first.kill();
      await expect(fetch(first.url)).rejects.toThrow('fetch failed');
      first = await startDevProcess({ port, dataDir: dataDirs[0] ?? '' });
      await post(first, '/sandbox/api/set', { clock: { advance_s: HOUR_S } });
      await forgetLeases(first);

      const orders = await Promise.all([placed, unheard].map((purchase) => purchase.waitFor(isReady)));
      for (const order of orders) await expectDelivered(first, order);
      const { esimgo, stars } = await ledgerOf(first);
      expect(esimgo.orders).toHaveLength(3);
      expect(stars.charges).toHaveLength(3);
      expect(stars.refunds).toEqual([]);
    },
    START_MS,
  );

  it('ends without an error when it is asked to', async () => {
    expect(await first.stop()).toBe(0);
    await expect(fetch(first.url)).rejects.toThrow('fetch failed');
  });
});

describe.skipIf(process.platform === 'win32')('README.md', () => {
  it('has a purchase that works as it is printed', async () => {
    const readme = await readFile(path.join(ROOT, 'README.md'), 'utf8');
    const blocks = [...readme.matchAll(/^```bash\n(.*?)^```$/gms)].map(([, block = '']) => block);
    const [walk = '', ...others] = blocks.filter((block) => block.includes('/sandbox/api/pay'));
    expect(others).toEqual([]);
    const { stdout, stderr } = await promisify(execFile)('bash', ['--norc', '-euo', 'pipefail', '-c', walk], {
      env: { PATH: process.env['PATH'], PORT: String(second.port) },
    });
    expect(stderr).toBe('');
    expect(stdout.trim().split('\n')).toEqual(['paid', expect.stringMatching(/^LPA:1\$[^$]+\$[^$]+$/), 'active']);
  });
});

/** The worker that died still holds its jobs; waiting for its leases to end would take minutes. */
async function forgetLeases(shop: DevProcess): Promise<void> {
  const database = connectPg({ url: shop.databaseUrl, max: 1 });
  try {
    await database.query(`UPDATE outbox SET run_at = now() WHERE done_at IS NULL AND dead_at IS NULL`);
  } finally {
    await database.close();
  }
}
