import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Plan } from '../../lib/contract/catalogue.ts';
import { watchShop } from '../../lib/jobs/watch-shop.ts';
import { syncCatalogue } from '../../lib/catalogue/sync-catalogue.ts';
import { moneySteps } from '../support/money.ts';
import { startShop, type ShopUnderTest } from '../support/shop.ts';
import { aBundle, openTestShop } from './catalogue-support.ts';

const ADMIN = 4_242;

let shop: ShopUnderTest;
let steps: ReturnType<typeof moneySteps>;
let nextPlan: () => Plan;
beforeAll(async () => {
  shop = await startShop({ ADMIN_TELEGRAM_IDS: String(ADMIN) });
  steps = moneySteps(shop);
  nextPlan = await steps.plansOf('TH', 'US');
  await shop.user(ADMIN);
  await shop.control('message', { user_id: ADMIN, text: '/start' });
});
afterEach(() => shop.query(`DELETE FROM outbox WHERE kind = 'alert'`));
afterAll(() => shop?.close());

describe('callbacks with a wrong signature', () => {
  it('are told to the admins from the fifth within the hour, once', async () => {
    const wrong = () => shop.call('/api/esimgo/webhook', { json: {}, headers: { 'x-signature-sha256': 'bm8=' } });
    for (let attempt = 0; attempt < 4; attempt += 1) expect((await wrong()).status).toBe(401);
    expect(await steps.alertsOf('shop')).toEqual([]);
    for (let attempt = 0; attempt < 4; attempt += 1) await wrong();
    expect(await steps.alertsOf('shop')).toEqual(['signature_failures']);
    await steps.runJobs();
    await steps.isTold(ADMIN, /signature_failures/);
  });
});

describe('requests that fail', () => {
  it('are told to the admins when they are many', async () => {
    await shop.query(`ALTER TABLE users RENAME TO users_gone`);
    try {
      const user = await shop.user(31);
      const answers = await Promise.all(Array.from({ length: 15 }, () => user.get('/api/session')));
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([500]));
    } finally {
      await shop.query(`ALTER TABLE users_gone RENAME TO users`);
    }
    await shop.settled();
    expect(await steps.alertsOf('shop')).toEqual(['error_rate']);
  });
});

describe('an order that was not delivered in time', () => {
  it('is told to the admins, once an hour however many there are', async () => {
    for (const plan of [nextPlan(), nextPlan()]) {
      const { orderId } = await steps.paidAndIdle(plan);
      await shop.query(`UPDATE orders SET deliver_by = now() - interval '1 second' WHERE id = $1`, [orderId]);
      await shop.cron('expire');
      await steps.runUntil(orderId, 'refunded/cancelled');
    }
    expect(await steps.alertsOf('shop')).toEqual(['paid_not_delivered']);
  });
});

describe('watchShop', () => {
  it('finds nothing wrong with a shop that is well', async () => {
    expect(await watchShop(shop.app.deps)).toBe(0);
    expect(await steps.alertsOf('shop')).toEqual([]);
  });

  it('tells of a catalogue that was not read for four times its life, once a day', async () => {
    const moveBy = (hours: number) =>
      shop.query(`UPDATE catalogue_syncs SET finished_at = finished_at - $1::integer * interval '1 hour'`, [hours]);
    await moveBy(23);
    expect(await watchShop(shop.app.deps)).toBe(0);
    await moveBy(2);
    for (let look = 0; look < 2; look += 1) expect(await watchShop(shop.app.deps)).toBe(1);
    await moveBy(-25);
    expect(await steps.alertsOf('shop')).toEqual(['catalogue_stale']);
  });

  it('is part of the tick', async () => {
    await shop.query(`UPDATE catalogue_syncs SET finished_at = finished_at - interval '25 hours'`);
    const kv = shop.app.deps.kv;
    await kv.delete('tick:watch');
    // Or the tick would read the catalogue and be done with it.
    await shop.query(`INSERT INTO catalogue_syncs (source, state) VALUES ('api', 'failed')`);
    expect(await shop.cron('tick')).toMatchObject({ body: { alerts: 1 } });
    await shop.query(`UPDATE catalogue_syncs SET finished_at = finished_at + interval '25 hours'`);
  });

  it('tells when less than 95 % of what was paid within a day was delivered', async () => {
    const plan = nextPlan();
    const ids: string[] = [];
    for (let index = 0; index < 40; index += 1) ids.push((await steps.ordered(plan)).orderId);
    const settle = (which: string[], set: string) =>
      shop.query(`UPDATE orders SET paid_at = now(), deliver_by = now(), ${set} WHERE id = ANY($1::text[])`, [which]);
    await settle(ids.slice(0, 38), `payment_status = 'paid', provisioning = 'claimed', ready_at = now()`);
    await settle(ids.slice(38), `payment_status = 'refund_due', provisioning = 'cancelled'`);
    // The two of the test above went back too.
    await shop.query(`UPDATE orders SET created_at = now() - interval '2 days' WHERE NOT id = ANY($1::text[])`, [ids]);
    expect(await watchShop(shop.app.deps)).toBe(0);
    await settle(ids.slice(37, 38), `payment_status = 'refund_due', provisioning = 'cancelled', ready_at = NULL`);
    expect(await watchShop(shop.app.deps)).toBe(1);
    expect(await steps.alertsOf('shop')).toEqual(['delivery_rate_low']);
  });
});

describe('a sync of the catalogue', () => {
  it('tells of costs that moved too far, and of a currency without a rate', async () => {
    const catalogue = await openTestShop([[aBundle('esim_1GB_7D_PT_V2')]]);
    const sync = () => syncCatalogue(catalogue.deps, { source: 'api' });
    const alerts = async () =>
      (await catalogue.db.query<{ job_key: string }>(`SELECT job_key FROM outbox ORDER BY id`)).map(
        ({ job_key: key }) => key.split(':')[2],
      );
    try {
      await sync();
      expect(await alerts()).toEqual([]);
      catalogue.supplier.pages = [[aBundle('esim_1GB_7D_PT_V2', { priceMilli: 9_000 })]];
      await sync();
      expect(await alerts()).toEqual(['prices_quarantined']);
      catalogue.supplier.currency = 'EUR';
      for (let run = 0; run < 2; run += 1) await sync();
      expect(await alerts()).toEqual(['prices_quarantined', 'exchange_rate_missing']);
    } finally {
      await catalogue.close();
    }
  });
});
