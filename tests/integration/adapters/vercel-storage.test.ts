import { expect, it } from 'vitest';
import { startPooler } from '../../support/pgbouncer.ts';
import { describePurchases } from '../../support/purchases-contract.ts';
import { createRedisEngine } from '../../support/redis-engine.ts';
import { startRedisRestBridge, type RedisRestBridge } from '../../support/redis-rest-bridge.ts';
import { startShop, type ShopUnderTest } from '../../support/shop.ts';
import { startWebSocketBridge } from '../../support/websocket-bridge.ts';

let kv: RedisRestBridge;

/** As on Vercel: WebSocket to Neon's proxy, a pooler behind it; REST to the KV. */
async function startOnVercelStorage() {
  return startShop({ VERCEL: '1' }, async (databaseUrl) => {
    const pooler = await startPooler(databaseUrl);
    const database = await startWebSocketBridge(pooler.url);
    kv = await startRedisRestBridge(createRedisEngine(Date.now));
    return {
      settings: { POSTGRES_URL: database.url, KV_REST_API_URL: kv.url, KV_REST_API_TOKEN: kv.token },
      unset: ['DATABASE_URL'],
      async close() {
        await kv.close();
        await database.close();
        await pooler.stop();
      },
    };
  });
}

describePurchases('the shop on @vercel/postgres and @vercel/kv', startOnVercelStorage, (running) => {
  it('uses both', () => {
    const { database, kv: store } = running().shop.app.deps.config;
    expect([database.adapter, store.adapter]).toEqual(['vercel-postgres', 'vercel-kv']);
    expect(kv.requests.length).toBeGreaterThan(0);
  });

  it('names each request as Vercel does', async () => {
    const { body } = await running().shop.call('/api/session', { headers: { 'x-vercel-id': 'fra1::of-vercel' } });
    expect(body).toMatchObject({ error: { request_id: 'fra1::of-vercel' } });
  });

  it('sells on and works its jobs off while the KV is down', async () => {
    const { shop, plan } = running();
    kv.setDown(true);
    const buyer = await shop.user(77_002);
    const ordered = await buyer.order(plan);
    expect(ordered.status).toBe(200);
    expect(await buyer.pay(ordered.body.invoice_url)).toEqual({ status: 'paid' });
    await buyer.waitFor(ordered.body.order.id, 'ready');
    expect((await buyer.get('/api/session')).status).toBe(200);
    const ticked = await shop.cron('tick');
    expect({ ...ticked, body: JSON.stringify(ticked.body) }).toMatchObject({
      status: 200,
      body: expect.not.stringContaining('failed'),
    });
    expect(await healthOf(shop)).toMatchObject({ ok: false, database: 'up', kv: 'down' });
    kv.setDown(false);
    expect(await healthOf(shop)).toMatchObject({ kv: 'up' });
  });
});

async function healthOf({ call, env }: ShopUnderTest): Promise<unknown> {
  return (await call('/api/health', { headers: { authorization: `Bearer ${env['CRON_SECRET']}` } })).body;
}
