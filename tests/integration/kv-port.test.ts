import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { connectPg } from '../../lib/db/pg.ts';
import { createMemoryKv } from '../../lib/kv/memory.ts';
import { createPostgresTableKv } from '../../lib/kv/postgres-table.ts';
import { createVercelKv } from '../../lib/kv/vercel-kv.ts';
import { createTestDatabase } from '../support/database.ts';
import { describeKv } from '../support/kv-contract.ts';
import { connectRedis } from '../support/redis-connection.ts';
import { createRedisEngine } from '../support/redis-engine.ts';
import { startRedisRestBridge } from '../support/redis-rest-bridge.ts';

describeKv('the KV in memory', async () => {
  const clock = manualClock();
  const kv = createMemoryKv({ now: () => clock.now() });
  return {
    kv,
    async pass(seconds) {
      clock.pass(seconds);
    },
    dispose: () => kv.close(),
  };
});

describeKv('the KV in a PostgreSQL table', makeTableKv);

describeKv('the KV of @vercel/kv', async () => {
  const clock = manualClock();
  const bridge = await startRedisRestBridge(createRedisEngine(() => clock.now()));
  return {
    kv: createVercelKv(bridge),
    async pass(seconds) {
      clock.pass(seconds);
    },
    dispose: () => bridge.close(),
  };
});

// A real server shows that the engine above is faithful; tests need none.
const redisUrl = process.env['TEST_REDIS_URL'];
if (redisUrl !== undefined) {
  describeKv('the KV of @vercel/kv on a real Redis', async () => {
    const redis = await connectRedis(redisUrl, `esim-shop-test:${randomBytes(6).toString('hex')}:`);
    const bridge = await startRedisRestBridge(redis);
    return { kv: createVercelKv(bridge), pass: (seconds) => redis.pass(seconds), dispose: () => bridge.close() };
  });
}

describe('the KV in memory, when full', () => {
  it('drops the entry that was used longest ago', async () => {
    const kv = createMemoryKv({ maxEntries: 2 });
    await kv.set('a', '1');
    await kv.set('b', '1');
    await kv.get('a');
    await kv.set('c', '1');
    expect([await kv.get('a'), await kv.get('b'), await kv.get('c')]).toEqual(['1', null, '1']);
  });
});

describe('deleteExpired', () => {
  it('removes expired rows and no others', async () => {
    const subject = await makeTableKv();
    const { kv, db } = subject;
    await kv.set('expired', 'x', { ttlS: 60 });
    await kv.set('alive', 'x', { ttlS: 120 });
    await kv.set('unlimited', 'x');
    await subject.pass(60);
    expect(await kv.deleteExpired()).toBe(1);
    expect(await db.query('select key from kv order by key')).toEqual([{ key: 'alive' }, { key: 'unlimited' }]);
    await subject.dispose();
  });
});

function manualClock(): { now(): number; pass(seconds: number): void } {
  let nowMs = Date.UTC(2026, 0, 1);
  return {
    now: () => nowMs,
    pass(seconds) {
      nowMs += seconds * 1000;
    },
  };
}

async function makeTableKv() {
  const testDatabase = await createTestDatabase();
  const db = connectPg({ url: testDatabase.url });
  return {
    kv: createPostgresTableKv(db),
    db,
    // The server's clock cannot be moved, so every deadline comes nearer instead.
    async pass(seconds: number) {
      await db.query('update kv set expires_at = expires_at - make_interval(secs => $1)', [seconds]);
    },
    async dispose() {
      await db.close();
      await testDatabase.drop();
    },
  };
}
