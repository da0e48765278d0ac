import { afterEach, describe, expect, it } from 'vitest';
import { readDestinations, readPlans } from '../../lib/catalogue/catalogue-answers.ts';
import { refreshCatalogue } from '../../lib/catalogue/current-catalogue.ts';
import { decideBundle } from '../../lib/catalogue/decide-bundle.ts';
import { repriceBundle } from '../../lib/catalogue/reprice-bundle.ts';
import type { SupplierBundle } from '../../lib/catalogue/supplier.ts';
import { syncCatalogue } from '../../lib/catalogue/sync-catalogue.ts';
import { destinationsAnswerSchema, plansAnswerSchema } from '../../lib/contract/catalogue.ts';
import { DEFAULT_PRICE_RULES } from '../../lib/money/price-rules.ts';
import { aBundle, openTestShop, type TestShop } from './catalogue-support.ts';

const PT1 = 'esim_1GB_7D_PT_V2';
const PT3 = 'esim_3GB_30D_PT_V2';
const TH5 = 'esim_5GB_30D_TH_V2';
const anUnlimited = (name: string, change: Partial<SupplierBundle> = {}) =>
  aBundle(name, { groups: ['Standard Unlimited Plus'], unlimited: true, dataMb: null, durationDays: 7, ...change });

let shop: TestShop;
afterEach(() => shop.close());

const open = async (pages: SupplierBundle[][], settings = {}) => {
  shop = await openTestShop(pages, settings);
};
const sync = () => syncCatalogue(shop.deps, { source: 'api' });
const destinations = async (deps = shop.deps) =>
  destinationsAnswerSchema.parse(JSON.parse((await readDestinations(deps)).body));
const plans = async (code: string, deps = shop.deps) => {
  const answer = await readPlans(deps, code);
  return answer && plansAnswerSchema.parse(JSON.parse(answer.body));
};

describe('readDestinations', () => {
  it('lists what can be bought, from its lowest price', async () => {
    const europe = { countries: [{ iso: 'Europe Lite' }], roaming: [{ iso: 'PT' }, { iso: 'ES' }] };
    await open([
      [aBundle(PT3), aBundle(PT1), aBundle('esim_1GB_7D_US-HI_V2')],
      [aBundle('esim_1GB_7D_REUP_V2', europe), aBundle('esim_1GB_7D_RGB_V2', europe)],
    ]);
    await sync();
    expect(await destinations()).toEqual({
      version: expect.any(String),
      updated_at: '2026-09-27T12:00:00.000Z',
      source: 'api',
      destinations: [
        { code: 'PT', kind: 'country', region: 'europe', iso: ['PT'], from_stars: 120, plans: 2 },
        { code: 'REUP', kind: 'region', region: 'REUP', iso: ['ES', 'PT'], from_stars: 120, plans: 1 },
        { code: 'RGB', kind: 'global', region: 'RGB', iso: ['ES', 'PT'], from_stars: 120, plans: 1 },
        { code: 'US-HI', kind: 'country', region: 'north_america', iso: ['US-HI'], from_stars: 120, plans: 1 },
      ],
    });
  });

  it('says nothing of what it costs the shop', async () => {
    await open([[aBundle(PT3, { priceMilli: 3457 })]]);
    await sync();
    const bodies = [(await readDestinations(shop.deps)).body, (await readPlans(shop.deps, 'PT'))?.body].join('');
    expect(bodies).not.toMatch(/cost|3457|3\.457|markup|payout/i);
  });

  it('leaves out what is dearer than an invoice may ask for', async () => {
    await open([[aBundle(PT1), aBundle(PT3), aBundle(TH5)]], { maxStars: 200 });
    await sync();
    expect((await destinations()).destinations).toMatchObject([{ code: 'PT', plans: 1 }]);
    expect(await plans('TH')).toBeNull();
  });

  it('answers unavailable before the first catalogue, and starts one sync', async () => {
    await open([[aBundle(PT1)]]);
    let openGate = () => {};
    shop.supplier.gate = new Promise((resolve) => {
      openGate = resolve;
    });
    await expect(readDestinations(shop.deps)).rejects.toMatchObject({ code: 'temporarily_unavailable' });
    await expect(readPlans(shop.otherInstance(), 'PT')).rejects.toMatchObject({ code: 'temporarily_unavailable' });
    openGate();
    await shop.settled();
    expect(shop.supplier.listings).toBe(1);
    expect((await destinations()).destinations).toHaveLength(1);
  });
});

describe('readPlans', () => {
  it('describes each plan, unlimited ones last', async () => {
    await open([[anUnlimited('esim_ULP_7D_PT_V2'), aBundle(PT3), aBundle(PT1, { autostart: false })]]);
    await sync();
    const answer = await plans('PT');
    expect(answer?.destination).toEqual({
      code: 'PT',
      kind: 'country',
      region: 'europe',
      iso: ['PT'],
      from_stars: 120,
      plans: 3,
    });
    expect(answer?.plans.map(({ id }) => id)).toEqual([PT1, PT3, 'esim_ULP_7D_PT_V2']);
    expect(answer?.plans[0]).toMatchObject({ autostart: false, can_top_up: false });
    expect(answer?.plans[1]).toEqual({
      id: PT3,
      data_mb: 3000,
      unlimited: false,
      days: 30,
      plan_type: 'standard',
      tier: 'fixed',
      speeds: ['4G', '5G'],
      coverage: ['PT'],
      autostart: true,
      price_stars: 300,
      price_usd: '5.99',
      can_top_up: true,
    });
    expect(answer?.plans[2]).toMatchObject({
      data_mb: null,
      unlimited: true,
      plan_type: 'unlimited',
      tier: 'plus',
      fair_use: { full_speed_mb_per_day: 2000, then_kbit_s: 2000 },
    });
  });

  it('is null for what is not sold, and asks the database only once about that', async () => {
    await open([[aBundle(PT1)]]);
    await sync();
    expect(await readPlans(shop.deps, 'ZZ')).toBeNull();
    const before = shop.queries();
    expect(await readPlans(shop.deps, 'ZZ')).toBeNull();
    expect(await readPlans(shop.deps, '../../etc')).toBeNull();
    expect(shop.queries()).toBe(before);
  });
});

describe('warm answers', () => {
  it('come from the store, without SQL, in an instance that has just started', async () => {
    await open([[aBundle(PT1)], [aBundle(TH5)]]);
    await sync();
    await readPlans(shop.deps, 'TH');
    const before = shop.queries();
    const cold = shop.otherInstance();
    expect(await readDestinations(cold)).toEqual(await readDestinations(shop.deps));
    expect(await readPlans(cold, 'TH')).toEqual(await readPlans(shop.deps, 'TH'));
    expect(shop.queries()).toBe(before);
  });

  it('are made once for many who ask at the same time', async () => {
    await open([[aBundle(PT1)], [aBundle(TH5)]]);
    await sync();
    await readDestinations(shop.deps);
    const before = shop.queries();
    await Promise.all(Array.from({ length: 20 }, () => readPlans(shop.deps, 'TH')));
    expect(shop.queries() - before).toBe(1);
  });

  it('keep their ETag while nothing changes and get another one when something does', async () => {
    await open([[aBundle(PT1)], [aBundle(TH5)]]);
    await sync();
    const { etag } = await readDestinations(shop.deps);
    expect(etag).toMatch(/^"[\w-]{22}"$/);
    await refreshCatalogue(shop.deps);
    expect((await readDestinations(shop.otherInstance())).etag).toBe(etag);
    await decideBundle(shop.deps, { bundleName: PT1, decision: 'hide' });
    expect((await readDestinations(shop.deps)).etag).not.toBe(etag);
  });

  it('survive a store that is down', async () => {
    await open([[aBundle(PT1)]]);
    await sync();
    const down = () => Promise.reject(new Error('store down'));
    const deps = { ...shop.deps, kv: { get: down, set: down, delete: down, increment: down, close: down } };
    expect((await destinations(deps)).destinations).toHaveLength(1);
    expect((await plans('PT', deps))?.plans).toHaveLength(1);
    expect(await syncCatalogue(deps, { source: 'api' })).toMatchObject({ outcome: 'complete' });
    expect(shop.lines.join('\n')).toContain('catalogue_kv_failed');
  });

  it('survive rubbish in the store', async () => {
    await open([[aBundle(PT1)]]);
    await sync();
    await shop.kv.set('catalogue:current', 'rubbish');
    expect((await destinations(shop.otherInstance())).destinations).toHaveLength(1);
  });
});

describe('a new version', () => {
  it('replaces the old one at once where it was made, and within a second elsewhere', async () => {
    await open([[aBundle(PT1), aBundle(TH5)]]);
    await sync();
    const other = shop.otherInstance();
    expect((await destinations(other)).destinations).toHaveLength(2);
    shop.supplier.pages = [[aBundle(PT1)]];
    await sync();
    expect((await destinations()).destinations).toHaveLength(1);
    expect(await plans('TH')).toBeNull();
    shop.advance(1);
    expect((await destinations(other)).destinations).toHaveLength(1);
    expect(await plans('TH', other)).toBeNull();
  });

  it('comes with an admin’s decision, with a confirmed cost and with new price rules', async () => {
    await open([[aBundle(PT1), aBundle(PT3), aBundle(TH5)]]);
    await sync();
    const versions = [(await destinations()).version];
    await decideBundle(shop.deps, { bundleName: TH5, decision: 'hide' });
    versions.push((await destinations()).version);
    expect(await plans('TH')).toBeNull();
    await repriceBundle(shop.deps, { bundleName: PT3, costMilli: 3300, costCurrency: 'USD' });
    versions.push((await destinations()).version);
    expect((await plans('PT'))?.plans[1]).toMatchObject({ id: PT3, price_stars: 330 });
    const rules = { ...DEFAULT_PRICE_RULES, byBundle: { [PT3]: { markupPercent: 100 } } };
    await shop.db.query('insert into price_rules (rules) values ($1)', [JSON.stringify(rules)]);
    await refreshCatalogue(shop.deps);
    versions.push((await destinations()).version);
    expect((await plans('PT'))?.plans[1]).toMatchObject({ id: PT3, price_stars: 510 });
    expect(new Set(versions).size).toBe(4);
  });

  it('shows by itself within five minutes when a refresh was lost', async () => {
    await open([[aBundle(PT1), aBundle(TH5)]]);
    await sync();
    await readDestinations(shop.deps);
    await shop.db.query(`update esimgo_products set state = 'hidden' where bundle_name = $1`, [TH5]);
    shop.advance(299);
    expect((await destinations()).destinations).toHaveLength(2);
    shop.advance(1);
    expect((await destinations()).destinations).toHaveLength(1);
  });
});

describe('past the TTL', () => {
  it('shows the old catalogue at once and refreshes it in the background', async () => {
    await open([[aBundle(PT1)]]);
    await sync();
    shop.supplier.pages = [[aBundle(PT1), aBundle(TH5)]];
    shop.advance(21_600);
    expect((await destinations()).destinations).toHaveLength(1);
    await shop.settled();
    expect(shop.supplier.listings).toBe(1);

    shop.advance(1);
    let openGate = () => {};
    shop.supplier.gate = new Promise((resolve) => {
      openGate = resolve;
    });
    const other = shop.otherInstance();
    expect((await destinations()).destinations).toHaveLength(1);
    expect((await destinations(other)).destinations).toHaveLength(1);
    openGate();
    await shop.settled();
    expect(shop.supplier.listings).toBe(2);
    expect(await destinations()).toMatchObject({
      updated_at: '2026-09-27T18:00:01.000Z',
      destinations: [{ code: 'PT' }, { code: 'TH' }],
    });
  });

  it('keeps the last good copy, with its age, while the supplier is down', async () => {
    await open([[aBundle(PT1)], [aBundle(TH5)]]);
    await sync();
    shop.supplier.failure = { page: 0, error: new Error('down') };
    for (let tries = 0; tries < 3; tries += 1) {
      shop.advance(86_400);
      expect(await destinations()).toMatchObject({ updated_at: '2026-09-27T12:00:00.000Z', destinations: [{}, {}] });
      expect((await readPlans(shop.deps, 'TH'))?.updatedAt).toEqual(new Date('2026-09-27T12:00:00Z'));
      await shop.settled();
    }
    expect(shop.supplier.listings).toBe(4);
    shop.advance(299);
    await readDestinations(shop.deps);
    await shop.settled();
    expect(shop.supplier.listings).toBe(4);
    shop.supplier.failure = null;
    shop.advance(1);
    await readDestinations(shop.deps);
    await shop.settled();
    expect((await readDestinations(shop.deps)).updatedAt).toEqual(shop.deps.now());
  });
});
