import { connectPg } from '../../lib/db/pg.ts';
import { connectVercelPostgres } from '../../lib/db/vercel-postgres.ts';
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
