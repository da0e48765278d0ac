import { afterEach, describe, expect, it } from 'vitest';
import { decideBundle } from '../../lib/catalogue/decide-bundle.ts';
import { findSellablePlan } from '../../lib/catalogue/find-sellable-plan.ts';
import { activePriceRules } from '../../lib/catalogue/price-rules.ts';
import { repriceBundle } from '../../lib/catalogue/reprice-bundle.ts';
import type { SupplierBundle } from '../../lib/catalogue/supplier.ts';
import { syncCatalogue } from '../../lib/catalogue/sync-catalogue.ts';
import { DEFAULT_PRICE_RULES } from '../../lib/money/price-rules.ts';
import { aBundle, openTestShop, type TestShop } from './catalogue-support.ts';

const PT1 = 'esim_1GB_7D_PT_V2';
const PT3 = 'esim_3GB_30D_PT_V2';
const TH5 = 'esim_5GB_30D_TH_V2';

let shop: TestShop;
afterEach(() => shop.close());

const open = async (...pages: SupplierBundle[][]) => {
  shop = await openTestShop(pages);
};
const sync = () => syncCatalogue(shop.deps, { source: 'api' });
const outcomeOf = async (bundleName: string) => (await findSellablePlan(shop.deps, bundleName)).outcome;
const product = async (bundleName: string) => {
  const [row] = await shop.db.query<Record<string, unknown>>('select * from esimgo_products where bundle_name = $1', [
    bundleName,
  ]);
  return row;
};
const lastRun = async () => {
  const [row] = await shop.db.query<Record<string, unknown>>('select * from catalogue_syncs order by id desc limit 1');
  return row;
};

describe('syncCatalogue', () => {
  it('stores every page and writes what changed', async () => {
    await open([aBundle(PT1), aBundle(PT3)], [aBundle(TH5)]);
    expect(await sync()).toMatchObject({
      outcome: 'complete',
      counts: { bundles: 3, added: 3, removed: 0, repriced: 0 },
    });
    expect(await lastRun()).toMatchObject({
      state: 'complete',
      pages: 2,
      bundles: 3,
      added: 3,
      removed: 0,
      source: 'api',
    });

    shop.supplier.pages = [[aBundle(PT1), aBundle(PT3, { priceMilli: 3300 })], [aBundle('esim_10GB_30D_TH_V2')]];
    await sync();
    expect(await lastRun()).toMatchObject({ state: 'complete', added: 1, removed: 1, repriced: 1, quarantined: 0 });
    expect(await product(PT3)).toMatchObject({ cost_milli: 3300, state: 'listed' });
  });

  it('takes a bundle off sale after one sync without it, and puts it back when it returns', async () => {
    await open([aBundle(PT1), aBundle(TH5)]);
    await sync();
    shop.supplier.pages = [[aBundle(TH5)]];
    await sync();
    expect(await outcomeOf(PT1)).toBe('delisted');
    expect(await outcomeOf(TH5)).toBe('sellable');
    shop.supplier.pages = [[aBundle(TH5), aBundle(PT1)]];
    expect(await sync()).toMatchObject({ counts: { added: 1 } });
    expect(await outcomeOf(PT1)).toBe('sellable');
  });

  it('sells a renamed bundle under its new name only', async () => {
    await open([aBundle(PT1)]);
    await sync();
    const renamed = 'esim_1GB_7D_PT_V3';
    shop.supplier.pages = [[aBundle(renamed)]];
    await sync();
    expect(await outcomeOf(PT1)).toBe('delisted');
    expect(await findSellablePlan(shop.deps, renamed)).toMatchObject({
      outcome: 'sellable',
      product: { bundleName: renamed, destinationCode: 'PT' },
    });
  });

  it('removes nothing when a run dies half-way, and keeps what it had read', async () => {
    await open([aBundle(PT1)], [aBundle(PT3)], [aBundle(TH5)]);
    await sync();
    shop.supplier.pages = [[aBundle(PT1, { priceMilli: 1100 })], [], []];
    shop.supplier.failure = { page: 1, error: new Error('cut off') };
    expect(await sync()).toMatchObject({ outcome: 'failed', failure: 'Error: cut off' });
    expect(await lastRun()).toMatchObject({ state: 'failed', failure: 'Error: cut off', repriced: 1, pages: 1 });
    for (const name of [PT1, PT3, TH5]) expect(await outcomeOf(name)).toBe('sellable');
    expect(await product(PT1)).toMatchObject({ cost_milli: 1100 });
  });

  it('does not take an empty listing for an empty shop', async () => {
    await open([aBundle(PT1)]);
    await sync();
    shop.supplier.pages = [];
    expect(await sync()).toMatchObject({ outcome: 'failed' });
    expect(await outcomeOf(PT1)).toBe('sellable');
  });

  it('runs once when two start at the same time', async () => {
    await open([aBundle(PT1)]);
    let openGate = () => {};
    shop.supplier.gate = new Promise((resolve) => {
      openGate = resolve;
    });
    const first = sync();
    const second = sync();
    const early = await Promise.race([first, second]);
    expect(early).toEqual({ outcome: 'already_running' });
    openGate();
    const outcomes = (await Promise.all([first, second])).map(({ outcome }) => outcome).sort();
    expect(outcomes).toEqual(['already_running', 'complete']);
    expect(shop.supplier.listings).toBe(1);
  });

  it('takes over from a run that was silent for ten minutes, and the dead one writes no more', async () => {
    await open([aBundle(PT1)], [aBundle(PT3)]);
    let openGate = () => {};
    shop.supplier.gate = new Promise((resolve) => {
      openGate = resolve;
    });
    const dead = sync();
    while (shop.supplier.listings === 0) await new Promise((resolve) => setImmediate(resolve));
    const age = (seconds: number) =>
      shop.db.query('update catalogue_syncs set started_at = started_at - make_interval(secs => $1)', [seconds]);
    // Of a process whose clock is an hour ahead.
    shop.advance(3_600);
    await age(590);
    expect(await sync()).toEqual({ outcome: 'already_running' });
    await age(10);
    shop.supplier.gate = Promise.resolve();
    shop.supplier.pages = [[aBundle(TH5)]];
    expect(await sync()).toMatchObject({ outcome: 'complete', counts: { bundles: 1 } });
    openGate();
    expect(await dead).toMatchObject({ outcome: 'failed', failure: expect.stringContaining('SyncRunLostError') });
    expect(await outcomeOf(PT1)).toBe('unknown');
    const states = await shop.db.query('select state, failure from catalogue_syncs order by id');
    expect(states).toEqual([
      { state: 'failed', failure: 'abandoned' },
      { state: 'complete', failure: null },
    ]);
  });

  it('stops selling a bundle whose cost moves more than forty percent, up or down, until somebody decides', async () => {
    await open([aBundle(PT1), aBundle(PT3), aBundle(TH5)]);
    await sync();
    // 1000 → 1400 is forty percent; 3000 → 4201 and 5000 → 2999 are more.
    const dearer = [
      aBundle(PT1, { priceMilli: 1400 }),
      aBundle(PT3, { priceMilli: 4201 }),
      aBundle(TH5, { priceMilli: 2999 }),
    ];
    shop.supplier.pages = [dearer];
    expect(await sync()).toMatchObject({ counts: { repriced: 1, quarantined: 2 } });
    expect(await outcomeOf(PT1)).toBe('sellable');
    expect(await outcomeOf(PT3)).toBe('quarantined');
    expect(await outcomeOf(TH5)).toBe('quarantined');
    expect(await product(PT3)).toMatchObject({ cost_milli: 3000, quarantine_cost_milli: 4201 });

    expect(await sync()).toMatchObject({ counts: { repriced: 0, quarantined: 0 } });
    expect(await outcomeOf(PT3)).toBe('quarantined');
    expect(await decideBundle(shop.deps, { bundleName: PT3, decision: 'accept_cost' })).toEqual({
      outcome: 'decided',
      state: 'listed',
    });
    expect(await findSellablePlan(shop.deps, PT3)).toMatchObject({ outcome: 'sellable', product: { costMilli: 4201 } });
    await sync();
    expect(await outcomeOf(PT3)).toBe('sellable');
  });

  it('judges the cost of a bundle that comes back by the one it left with', async () => {
    await open([aBundle(PT1), aBundle(TH5)]);
    await sync();
    shop.supplier.pages = [[aBundle(TH5)]];
    await sync();
    shop.supplier.pages = [[aBundle(TH5), aBundle(PT1, { priceMilli: 100 })]];
    await sync();
    expect(await outcomeOf(PT1)).toBe('quarantined');
  });

  it('leaves hidden what an admin has hidden, and follows its cost', async () => {
    await open([aBundle(PT1), aBundle(TH5)]);
    await sync();
    expect(await decideBundle(shop.deps, { bundleName: PT1, decision: 'hide' })).toEqual({
      outcome: 'decided',
      state: 'hidden',
    });
    shop.supplier.pages = [[aBundle(PT1, { priceMilli: 2000 }), aBundle(TH5)]];
    await sync();
    expect(await outcomeOf(PT1)).toBe('hidden');
    expect(await decideBundle(shop.deps, { bundleName: PT1, decision: 'show' })).toEqual({
      outcome: 'decided',
      state: 'listed',
    });
    expect(await findSellablePlan(shop.deps, PT1)).toMatchObject({ outcome: 'sellable', product: { costMilli: 2000 } });
  });

  it('does not show again what left the catalogue while it was hidden', async () => {
    await open([aBundle(PT1), aBundle(TH5)]);
    await sync();
    await decideBundle(shop.deps, { bundleName: PT1, decision: 'hide' });
    shop.supplier.pages = [[aBundle(TH5)]];
    await sync();
    expect(await decideBundle(shop.deps, { bundleName: PT1, decision: 'show' })).toEqual({
      outcome: 'decided',
      state: 'delisted',
    });
    expect(await decideBundle(shop.deps, { bundleName: PT1, decision: 'show' })).toEqual({ outcome: 'not_applicable' });
  });

  it('stores regions with their countries, and remembers them where the supplier is silent', async () => {
    const region = (name: string, roaming: string[]) =>
      aBundle(name, { countries: [{ iso: 'Europe Lite' }], roaming: roaming.map((iso) => ({ iso })) });
    await open([
      region('esim_1GB_7D_REUP_V2', []),
      region('esim_3GB_30D_REUP_V2', ['FR', 'ES']),
      region('esim_1GB_7D_RAF_V2', []),
    ]);
    expect(await sync()).toMatchObject({ counts: { bundles: 2, skipped: { no_coverage: 1 } } });
    expect(await product('esim_1GB_7D_REUP_V2')).toMatchObject({ coverage: ['ES', 'FR'], destination_kind: 'region' });
    shop.supplier.pages = [[region('esim_1GB_7D_REUP_V2', []), region('esim_3GB_30D_REUP_V2', [])]];
    await sync();
    expect(await product('esim_3GB_30D_REUP_V2')).toMatchObject({ coverage: ['ES', 'FR'], state: 'listed' });
    expect(shop.lines.join('\n')).toContain('esim_1GB_7D_RAF_V2');
  });

  it('sells nothing in a currency without a rate, and asks for none in dollars', async () => {
    await open([aBundle(PT1)]);
    shop.supplier.currency = 'EUR';
    await sync();
    expect(await findSellablePlan(shop.deps, PT1)).toMatchObject({ outcome: 'unsellable', reason: 'no_rate' });
    shop.supplier.currency = '';
    await sync();
    expect(await product(PT1)).toMatchObject({ cost_currency: 'USD', cost_milli: 1000, state: 'listed' });
  });
});

describe('findSellablePlan', () => {
  it('prices by the newest rules and names their version', async () => {
    await open([aBundle(PT3)]);
    await sync();
    const first = await findSellablePlan(shop.deps, PT3);
    expect(first).toMatchObject({ outcome: 'sellable', priceStars: 300, priceUsdCents: 599, rulesVersion: 1 });
    const rules = { ...DEFAULT_PRICE_RULES, base: { markupPercent: 100, addOnCents: 0 } };
    await shop.db.query('insert into price_rules (rules) values ($1)', [JSON.stringify(rules)]);
    expect(await findSellablePlan(shop.deps, PT3)).toMatchObject({ priceStars: 465, rulesVersion: 2, rules });
  });

  it('sells nothing above what an invoice may ask for, and nothing unheard of', async () => {
    await open([aBundle(PT3)]);
    await sync();
    const strict = { ...shop.deps, settings: { ...shop.deps.settings, maxStars: 299 } };
    expect(await findSellablePlan(strict, PT3)).toMatchObject({ outcome: 'unsellable', reason: 'above_max' });
    expect(await findSellablePlan(shop.deps, 'esim_1GB_7D_XX_V2')).toEqual({ outcome: 'unknown' });
  });
});

describe('repriceBundle', () => {
  it('stores a confirmed cost, and quarantines one that moved too far', async () => {
    await open([aBundle(PT3)]);
    await sync();
    shop.advance(3600);
    const reprice = (costMilli: number) =>
      repriceBundle(shop.deps, { bundleName: PT3, costMilli, costCurrency: 'USD' });
    expect(await reprice(3000)).toEqual({ outcome: 'confirmed' });
    expect(await product(PT3)).toMatchObject({ priced_at: shop.deps.now() });
    expect(await reprice(3500)).toEqual({ outcome: 'repriced' });
    expect(await findSellablePlan(shop.deps, PT3)).toMatchObject({ outcome: 'sellable', product: { costMilli: 3500 } });
    expect(await reprice(7000)).toEqual({ outcome: 'quarantined' });
    expect(await product(PT3)).toMatchObject({ state: 'quarantined', cost_milli: 3500, quarantine_cost_milli: 7000 });
    expect(await reprice(3500)).toEqual({ outcome: 'not_listed' });
  });
});

describe('activePriceRules', () => {
  it('makes the first version once, however many ask', async () => {
    await open([]);
    const versions = await Promise.all(Array.from({ length: 8 }, () => activePriceRules(shop.deps.db)));
    expect(versions).toEqual(Array(8).fill({ version: 1, rules: DEFAULT_PRICE_RULES }));
    expect(await shop.db.query('select version from price_rules')).toEqual([{ version: 1 }]);
  });

  it('refuses rules that are not in the known form', async () => {
    await open([]);
    await shop.db.query('insert into price_rules (rules) values ($1)', [
      JSON.stringify({ ...DEFAULT_PRICE_RULES, floorProfitCents: -1 }),
    ]);
    await expect(activePriceRules(shop.deps.db)).rejects.toThrow('floorProfitCents');
  });
});
