import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Order } from '../../lib/contract/order.ts';
import { matchingIdPurpose } from '../../lib/orders/assign-order.ts';
import { emailPurpose } from '../../lib/orders/order-row.ts';
import { copyTables, pgDump } from '../support/dumps.ts';
import { moneySteps } from '../support/money.ts';
import { svgOf } from '../support/read-qr.ts';
import { startShop, type ShopUnderTest } from '../support/shop.ts';
import { startSmtpServer } from '../support/smtp-server.ts';

const EMAIL = 'anna.petrova+esim@mail.example.com';
/** Where the simulators keep their own, which is not the shop's. */
const OF_OTHERS = ['sandbox'];

let mail: Awaited<ReturnType<typeof startSmtpServer>>;
let shop: ShopUnderTest;
const orders: Order[] = [];
/** By name, what must be in no copy of the database. */
let secrets: Record<string, string>;

beforeAll(async () => {
  // In production a shop without a KV store keeps its cache in the database too.
  mail = await startSmtpServer();
  // The letter does not leave, so that the address stays; and the refusal quotes it, as such servers do.
  mail.fail({ RCPT: '451 4.2.0 <%s> come back later' });
  shop = await startShop({ NODE_ENV: 'production', SMTP_URL: mail.url });
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
  for (const details of [{ message }, { type: 'TypeError', frame: 'main.js:1:2' }]) {
    await first.buyer.post('/api/events', { events: [{ name: 'error', details }] });
  }
  await shop.control('esim', { iccid: esim.iccid, action: 'use', bytes: 1_000 });
  await steps.runJobs();
  await shop.cron('tick');
  await shop.settled();

  secrets = { email: EMAIL, mailbox: EMAIL.split('@')[0] ?? '', initData: first.buyer.initData };
  for (const [index, order] of orders.entries()) {
    const { activation_code: code, qr_code: qr } = order;
    // By a digest without a key, who guesses the address would know that it is right.
    const request = JSON.stringify([order.plan_id, order.price_stars, null, EMAIL]);
    secrets[`digest of the request ${index}`] = createHash('sha256').update(request).digest('hex');
    const svg = svgOf(qr ?? '');
    secrets[`code ${index}`] = code ?? '';
    secrets[`matching id ${index}`] = code?.split('$')[2] ?? '';
    secrets[`picture ${index}`] = qr?.split(',')[1] ?? '';
    secrets[`path of the picture ${index}`] = /<path stroke="#000000" d="([^"]+)"/.exec(svg)?.[1] ?? '';
  }
});
afterAll(async () => {
  await shop?.close();
  await mail?.close();
});

/** What an administrator, a backup or a thief has, by the way it was made. */
async function dumps(withoutSchemas: readonly string[]): Promise<Record<string, string>> {
  const url = shop.env['DATABASE_URL'] ?? '';
  const file = await pgDump(url, withoutSchemas);
  return { 'COPY of every table': await copyTables(url, withoutSchemas), ...(file === null ? {} : { pg_dump: file }) };
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

// Made by COPY everywhere, and by pg_dump as well where there is one for this server.
describe('a dump of the database', () => {
  it('holds no activation code, no matching id, no address and no picture of them, in any spelling', async () => {
    for (const [name, value] of Object.entries(secrets)) expect(value.length, name).toBeGreaterThan(7);
    const sealed = await shop.query<{ value: string }>(
      `SELECT matching_id_sealed AS value FROM esims UNION ALL
       SELECT email_sealed FROM orders WHERE email_sealed IS NOT NULL`,
    );
    for (const [way, text] of Object.entries(await dumps(OF_OTHERS))) {
      // It is the whole of it, with every code and the addresses, sealed.
      for (const { id, esim_id: esimId } of orders)
        for (const each of [id, esimId ?? '?']) expect(text).toContain(each);
      for (const { value } of sealed) expect(text).toContain(value);
      expect(text).toContain('main.js:1:2');
      expect(found(text), way).toEqual([]);
      expect(text, way).not.toMatch(/LPA:1|data:image|<svg/i);
    }
    expect(sealed.length).toBe(4);
  });

  it('has the addresses of letters that did not leave, and they open for the holder of the key alone', async () => {
    expect(mail.received).toEqual([]);
    const rows = await shop.query<{ id: string; sealed: string | null }>(
      `SELECT id, email_sealed AS sealed FROM orders WHERE kind = 'new' ORDER BY created_at`,
    );
    const { keyring } = shop.app.deps;
    expect(rows.map(({ id, sealed }) => keyring.open(sealed ?? '', emailPurpose(id)))).toEqual([EMAIL, EMAIL]);
    const [first, second] = rows;
    expect(() => keyring.open(first?.sealed ?? '', emailPurpose(second?.id ?? ''))).toThrow();
  });

  it('holds none in the cache either, which is a table here', async () => {
    const rows = await shop.query<{ key: string; value: string }>(`SELECT key, value FROM kv`);
    expect(rows.length).toBeGreaterThan(0);
    expect(found(JSON.stringify(rows))).toEqual([]);
    expect(JSON.stringify(rows)).not.toMatch(/LPA:1|data:image|<svg/i);
  });

  it('is searched well: with the simulators’ own tables, which keep codes in clear, they are found', async () => {
    for (const [way, text] of Object.entries(await dumps([]))) {
      expect(found(text), way).toEqual(expect.arrayContaining(['matching id 0', 'matching id 1']));
    }
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
