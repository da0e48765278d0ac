import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Order } from '../../lib/contract/order.ts';
import { matchingIdPurpose } from '../../lib/orders/assign-order.ts';
import { moneySteps } from '../support/money.ts';
import { svgOf } from '../support/read-qr.ts';
import { startShop, type ShopUnderTest } from '../support/shop.ts';

const EMAIL = 'anna.petrova+esim@mail.example.com';
const run = promisify(execFile);

let shop: ShopUnderTest;
const orders: Order[] = [];
/** By name, what must be in no copy of the database. */
let secrets: Record<string, string>;

beforeAll(async () => {
  // In production a shop without a KV store keeps its cache in the database too.
  shop = await startShop({ NODE_ENV: 'production' });
  const steps = moneySteps(shop);
  const nextPlan = await steps.plansOf('TH');
  const first = await steps.paid(nextPlan(), { email: EMAIL });
  orders.push(await first.buyer.waitFor(first.orderId, 'ready'));
  const [esim] = await shop.query<{ id: string; iccid: string }>(`SELECT id, iccid FROM esims`);
  if (esim === undefined) throw new Error('no eSIM was delivered');
  // A second one, a top-up, a look at every screen, a failure, and an error that the app reports.
  const second = await steps.paid(nextPlan(), { email: EMAIL }, first.buyer);
  orders.push(await second.buyer.waitFor(second.orderId, 'ready'));
  const topUp = await steps.paid(nextPlan(), { iccid: esim.id }, first.buyer);
  await topUp.buyer.waitFor(topUp.orderId, 'ready', 'active');
  await shop.faults('esimgo', [{ match: { path: '/esims/' }, action: 'garbage', times: 3 }]);
  for (const action of ['refresh_usage', 'diagnose', 'activated']) {
    await first.buyer.post('/api/esimgo/esim', { id: esim.id, action });
  }
  await shop.faults('esimgo', []);
  await first.buyer.get(`/api/esimgo/esim?id=${esim.id}`);
  const message = `cannot show ${orders[0]?.activation_code} to ${EMAIL}`;
  await first.buyer.post('/api/events', { events: [{ name: 'error', details: { message } }] });
  await shop.control('esim', { iccid: esim.iccid, action: 'use', bytes: 1_000 });
  await steps.runJobs();
  await shop.cron('tick');
  await shop.settled();

  secrets = { email: EMAIL, mailbox: EMAIL.split('@')[0] ?? '', initData: first.buyer.initData };
  for (const [index, { activation_code: code, qr_code: qr }] of orders.entries()) {
    const svg = svgOf(qr ?? '');
    secrets[`code ${index}`] = code ?? '';
    secrets[`matching id ${index}`] = code?.split('$')[2] ?? '';
    secrets[`picture ${index}`] = qr?.split(',')[1] ?? '';
    secrets[`path of the picture ${index}`] = /<path stroke="#000000" d="([^"]+)"/.exec(svg)?.[1] ?? '';
  }
});
afterAll(() => shop?.close());

/** The file that an administrator, a backup or a thief has. The simulators' schema is theirs, not the shop's. */
async function dump(...more: string[]): Promise<string> {
  const url = shop.env['DATABASE_URL'] ?? '';
  const [{ version } = { version: 0 }] = await shop.query<{ version: number }>(
    `SELECT current_setting('server_version_num')::integer / 10000 AS version`,
  );
  if ((await versionOfPgDump()) >= version) {
    return (await run('pg_dump', ['--dbname', url, ...more], { maxBuffer: 1024 ** 3 })).stdout;
  }
  // The embedded server comes without the tool: every row of every table as text then.
  const schema = more.length === 0 ? '%' : 'public';
  const tables = await shop.query<{ name: string }>(
    `SELECT format('%I.%I', table_schema, table_name) AS name FROM information_schema.tables
     WHERE table_type = 'BASE TABLE' AND table_schema NOT IN ('pg_catalog', 'information_schema') AND table_schema LIKE $1`,
    [schema],
  );
  const rows = await Promise.all(
    tables.map(({ name }) => shop.query<{ row: string }>(`SELECT t::text AS row FROM ${name} t`)),
  );
  return rows
    .flat()
    .map(({ row }) => row)
    .join('\n');
}

async function versionOfPgDump(): Promise<number> {
  try {
    return Number(/(\d+)/.exec((await run('pg_dump', ['--version'])).stdout)?.[1] ?? 0);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return 0;
    throw error;
  }
}

/** The spellings in which a value could lie in a dump: inside a longer base64 text it has one of three shapes. */
function spellings(value: string): string[] {
  const bytes = Buffer.from(value);
  const shifted = [0, 1, 2].map((shift) => {
    const text = Buffer.concat([Buffer.alloc(shift), bytes]).toString('base64');
    return text.slice(shift === 0 ? 0 : shift + 1, -4);
  });
  const base64 = shifted.flatMap((text) => [text, text.replaceAll('+', '-').replaceAll('/', '_')]);
  const hex = bytes.toString('hex');
  return [value, encodeURIComponent(value), [...value].toReversed().join(''), hex, hex.toUpperCase(), ...base64];
}

function found(text: string): string[] {
  const lower = text.toLowerCase();
  return Object.entries(secrets).flatMap(([name, value]) =>
    spellings(value).some((spelling) => lower.includes(spelling.toLowerCase())) ? [name] : [],
  );
}

describe('a dump of the database', () => {
  it('holds no activation code, no matching id, no address and no picture of them, in any spelling', async () => {
    for (const [name, value] of Object.entries(secrets)) expect(value.length, name).toBeGreaterThan(7);
    const text = await dump('--schema=public');
    // It is the whole of it.
    for (const { id, esim_id: esimId } of orders) for (const each of [id, esimId ?? '?']) expect(text).toContain(each);
    expect(text).toMatch(/v1\.[0-9a-f]{8}\.[\w-]{30}/);
    expect(found(text)).toEqual([]);
    expect(text).not.toMatch(/LPA:1|data:image|<svg/i);
  });

  it('holds none in the cache either, which is a table here', async () => {
    const rows = await shop.query<{ key: string; value: string }>(`SELECT key, value FROM kv`);
    expect(rows.length).toBeGreaterThan(0);
    expect(found(JSON.stringify(rows))).toEqual([]);
    expect(JSON.stringify(rows)).not.toMatch(/LPA:1|data:image|<svg/i);
  });

  it('is searched well: with the simulators’ own tables, which keep codes in clear, they are found', async () => {
    const text = await dump();
    expect(found(text)).toEqual(expect.arrayContaining(['matching id 0', 'matching id 1']));
    const planted = Object.entries(secrets).map(([name, value]) => [name, Buffer.from(`{"a":"${value}"}`)] as const);
    for (const [name, bytes] of planted) {
      for (const encoding of ['base64', 'base64url', 'hex', 'utf8'] as const) {
        expect(found(`x${bytes.toString(encoding)}x`), `${name} in ${encoding}`).toContain(name);
      }
    }
  });

  it('opens for the holder of the key alone', async () => {
    const [row] = await shop.query<{ id: string; sealed: string }>(
      `SELECT id, matching_id_sealed AS sealed FROM esims ORDER BY created_at LIMIT 1`,
    );
    const ids = orders.map(({ activation_code: code }) => code?.split('$')[2]);
    const { keyring } = shop.app.deps;
    expect(ids).toContain(keyring.open(row?.sealed ?? '', matchingIdPurpose(row?.id ?? '')));
    // Moved to another row it does not, so nobody gets a stranger's code by writing into the table.
    expect(() => keyring.open(row?.sealed ?? '', matchingIdPurpose('esim_00000000000000000000'))).toThrow();
  });
});
