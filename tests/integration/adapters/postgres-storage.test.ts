import { expect, it } from 'vitest';
import { findPgbouncer, startPooler } from '../../support/pgbouncer.ts';
import { describePurchases } from '../../support/purchases-contract.ts';
import { startShop } from '../../support/shop.ts';

const isPooled = findPgbouncer() !== null;

async function startOnPostgres() {
  return startShop({ NODE_ENV: 'production' }, async (databaseUrl) => {
    const pooler = await startPooler(databaseUrl);
    return { settings: { DATABASE_URL: pooler.url }, close: () => pooler.stop() };
  });
}

const way = isPooled ? 'through a transaction-mode pooler' : 'directly';
describePurchases(`the shop on pg and its KV in a table, ${way}`, startOnPostgres, (running) => {
  it('uses both', async () => {
    const { app, query } = running().shop;
    expect([app.deps.config.database.adapter, app.deps.config.kv.adapter]).toEqual(['pg', 'postgres-table']);
    expect(await query('SELECT key FROM kv')).not.toEqual([]);
  });

  if (process.env['CI'] === 'true') {
    it('runs through a transaction-mode pooler in CI', () => {
      expect(isPooled, 'install pgbouncer: apt-get install -y --no-install-recommends pgbouncer').toBe(true);
    });
  }
});
