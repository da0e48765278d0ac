import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { purge } from '../../../lib/jobs/purge.ts';
import { startShop, type ShopUnderTest } from '../../support/shop.ts';

const REQUESTS_PER_MIN = 20;
const MAX_EVENTS = 20;

let shop: ShopUnderTest;
beforeAll(async () => {
  shop = await startShop({ USER_RATE_PER_MIN: '600' });
});
afterAll(() => shop?.close());

async function countOf(userId: number): Promise<number | undefined> {
  const [row] = await shop.query<{ count: number }>(
    `SELECT count(*)::integer AS count FROM analytics_events WHERE telegram_user_id = $1`,
    [userId],
  );
  return row?.count;
}

describe('events of one person', () => {
  const events = Array.from({ length: MAX_EVENTS }, () => ({
    name: 'error',
    details: { type: `${'A'.repeat(31)}Error`, frame: `${'a'.repeat(60)}.js:1234567:1234567` },
  }));

  it('are dropped beyond twenty requests a minute, in silence and at no cost to anything else they ask for', async () => {
    const [eager, other] = [await shop.user(9_301), await shop.user(9_302)];
    for (let index = 0; index < REQUESTS_PER_MIN * 2; index += 1) {
      expect((await eager.post('/api/events', { events })).status).toBe(204);
    }
    expect(await countOf(eager.id)).toBe(REQUESTS_PER_MIN * MAX_EVENTS);
    expect((await eager.get('/api/session')).status).toBe(200);
    expect((await other.post('/api/events', { events })).status).toBe(204);
    expect(await countOf(other.id)).toBe(MAX_EVENTS);
  });

  it('take little room, however much is said', async () => {
    const [row] = await shop.query<{ bytes: number }>(
      `SELECT max(pg_column_size(events.*)) AS bytes FROM analytics_events AS events`,
    );
    expect(row?.bytes).toBeLessThan(300);
  });
});

describe('old events', () => {
  it('go after 180 days, fifty thousand at a time', async () => {
    await shop.query(`DELETE FROM analytics_events`);
    await shop.query(
      `INSERT INTO analytics_events (name, at)
       SELECT 'open', now() - interval '181 days' FROM generate_series(1, 50001)
       UNION ALL SELECT 'ready', now() - interval '179 days'`,
    );
    expect(await purge(shop.app.deps)).toMatchObject({ events: 50_000 });
    expect(await purge(shop.app.deps)).toMatchObject({ events: 1 });
    expect(await purge(shop.app.deps)).toMatchObject({ events: 0 });
    expect(await shop.query(`SELECT name FROM analytics_events`)).toEqual([{ name: 'ready' }]);
  });
});
