import { expect, it } from 'vitest';
import { migrate, pendingMigrations } from '../../lib/db/migrate.ts';
import { connectPg } from '../../lib/db/pg.ts';
import { connectVercelPostgres } from '../../lib/db/vercel-postgres.ts';
import { createTestDatabase } from '../support/database.ts';
import { findPgbouncer, startPooler } from '../support/pgbouncer.ts';
import { describeSql } from '../support/sql-contract.ts';
import { startWebSocketBridge } from '../support/websocket-bridge.ts';

describeSql('SQL through pg', async (url) => ({
  open: (options) => connectPg({ url, ...options }),
  dispose: async () => undefined,
}));

describeSql('SQL through @vercel/postgres', async (databaseUrl) => {
  const bridge = await startWebSocketBridge(databaseUrl);
  return {
    open: (options) => connectVercelPostgres({ url: bridge.url, ...options }),
    dispose: () => bridge.close(),
  };
});

// tests/integration/adapters/postgres-storage.test.ts fails in CI where there is no pooler.
if (findPgbouncer() !== null) {
  describeSql('SQL through pg and a transaction-mode pooler', async (databaseUrl) => {
    const pooler = await startPooler(databaseUrl);
    return {
      open: (options) => connectPg({ url: pooler.url, ...options }),
      dispose: () => pooler.stop(),
    };
  });

  describeSql('SQL through @vercel/postgres and a transaction-mode pooler', async (databaseUrl) => {
    const pooler = await startPooler(databaseUrl);
    const bridge = await startWebSocketBridge(pooler.url);
    return {
      open: (options) => connectVercelPostgres({ url: bridge.url, ...options }),
      async dispose() {
        await bridge.close();
        await pooler.stop();
      },
    };
  });

  it('migrates through a transaction-mode pooler, several at once', async () => {
    const database = await createTestDatabase();
    const pooler = await startPooler(database.url);
    const db = connectPg({ url: pooler.url, max: 1 });
    await db.query('drop schema public cascade');
    await db.query('create schema public');
    const results = await Promise.all([1, 2, 3].map(() => migrate({ connectionString: pooler.url })));
    const applied = results.flatMap((result) => result.applied);
    expect(applied).not.toEqual([]);
    expect(new Set(applied).size).toBe(applied.length);
    expect(await pendingMigrations({ connectionString: database.url })).toEqual([]);
    await db.close();
    await pooler.stop();
    await database.drop();
  });
}
