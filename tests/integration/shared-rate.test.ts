import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApp, type App } from '../../lib/app.ts';
import { loadConfig } from '../../lib/config/config.ts';
import { createLog } from '../../lib/log/log.ts';
import { startShop, type ShopUnderTest } from '../support/shop.ts';

const CALLS_EACH = 30;

let shop: ShopUnderTest;
let instances: App[] = [];
const lines: string[] = [];
beforeAll(async () => {
  shop = await startShop();
  // As deployed: the limit of the account on both sides, and the KV in the table that instances share.
  const loaded = loadConfig({ ...shop.env, NODE_ENV: 'production', ESIMGO_RATE_PER_S: '8', TELEGRAM_RATE_PER_S: '25' });
  const log = createLog((line) => lines.push(line));
  instances = await Promise.all([createApp(loaded, log), createApp(loaded, log)]);
  await shop.set({ esimgo: { rate_per_s: 10 } });
});
afterAll(async () => {
  for (const { close } of instances) await close();
  await shop?.close();
});

interface Call {
  vendor: string;
  direction: string;
  path: string;
  status: number | null;
}

describe('two instances on one KV', () => {
  it('never meet a 429 of eSIM Go, however much both have to ask', async () => {
    expect(instances.map(({ deps }) => deps.config.kv.adapter)).toEqual(['postgres-table', 'postgres-table']);
    await Promise.all(
      instances.flatMap(({ deps }) => Array.from({ length: CALLS_EACH }, () => deps.supplier.getOrganisation())),
    );
    const { entries } = (await shop.call<{ entries: Call[] }>('/sandbox/api/journal')).body;
    const calls = entries.filter(({ direction, path }) => direction === 'in' && path.endsWith('/organisation'));
    // The first sync has asked once.
    expect(calls.length).toBeGreaterThanOrEqual(2 * CALLS_EACH);
    expect(new Set(calls.map(({ status }) => status))).toEqual(new Set([200]));
    expect(lines.filter((line) => line.includes('shared_rate_out'))).toEqual([]);
  });
});
