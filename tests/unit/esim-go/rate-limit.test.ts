import { describe, expect, it } from 'vitest';
import { createRateLimit, type CallPriority, type RateLimitOptions } from '../../../lib/esim-go/rate-limit.ts';
import { steppedClock } from '../../support/stepped-clock.ts';

function setUp(options: Partial<Pick<RateLimitOptions, 'ratePerS' | 'orderIntervalMs'>> = {}) {
  const clock = steppedClock();
  const limit = createRateLimit({ ratePerS: 8, orderIntervalMs: 0, ...options, now: clock.now, sleep: clock.sleep });
  const granted: { name: string; atMs: number }[] = [];
  const startMs = clock.now();
  const ask = (name: string, priority: CallPriority, isOrder = false) => {
    void limit.acquire(priority, isOrder).then(() => granted.push({ name, atMs: clock.now() - startMs }));
  };
  return { clock, limit, ask, granted, names: () => granted.map(({ name }) => name) };
}

describe('createRateLimit', () => {
  it('never grants more than ten requests in any second at the default rate', async () => {
    const { clock, ask, granted } = setUp();
    for (let index = 0; index < 60; index += 1) ask(`sync ${index}`, 'sync');
    await clock.advance(20_000);
    expect(granted).toHaveLength(60);
    for (const { atMs } of granted) {
      expect(granted.filter((other) => other.atMs >= atMs && other.atMs < atMs + 1_000).length).toBeLessThanOrEqual(10);
    }
  });

  it('grants at once when the rate is off', async () => {
    const { clock, ask, granted } = setUp({ ratePerS: 0 });
    for (let index = 0; index < 500; index += 1) ask(`${index}`, 'sync');
    await clock.advance(0);
    expect(granted).toHaveLength(500);
  });

  it('lets the more urgent pass and keeps the order of arrival among equals', async () => {
    const { clock, ask, names } = setUp();
    ask('first', 'sync');
    ask('second', 'sync');
    const priorities: CallPriority[] = ['sync', 'usage', 'status', 'install', 'order'];
    for (const priority of priorities) ask(priority, priority);
    ask('order 2', 'order');
    await clock.advance(5_000);
    expect(names()).toEqual(['first', 'second', 'order', 'order 2', 'install', 'status', 'usage', 'sync']);
  });

  it('lets a waiting order pass a long sync, losing one turn at most', async () => {
    const { clock, ask, granted } = setUp();
    for (let index = 0; index < 200; index += 1) ask(`sync ${index}`, 'sync');
    await clock.advance(3_000);
    const before = granted.length;
    ask('order', 'order', true);
    await clock.advance(1_000);
    expect(granted.slice(before, before + 2).map(({ name }) => name)).toContain('order');
  });

  it('keeps a sync moving while orders never stop coming', async () => {
    const { clock, ask, names } = setUp();
    ask('sync', 'sync');
    for (let index = 0; index < 40; index += 1) ask(`order ${index}`, 'order', true);
    ask('late sync', 'sync');
    await clock.advance(3_000);
    expect(names()).toContain('sync');
  });

  it('spaces orders and lets other calls through in between', async () => {
    const { clock, ask, granted } = setUp({ orderIntervalMs: 3_000 });
    ask('order 1', 'order', true);
    ask('order 2', 'order', true);
    ask('install', 'install');
    await clock.advance(1_000);
    ask('status', 'status');
    await clock.advance(5_000);
    expect(granted).toEqual([
      { name: 'order 1', atMs: 0 },
      { name: 'install', atMs: 0 },
      { name: 'status', atMs: 1_000 },
      { name: 'order 2', atMs: 3_000 },
    ]);
  });

  it('pauses everyone for as long as a 429 asks', async () => {
    const { clock, limit, ask, granted } = setUp();
    limit.observe(429, new Headers(), 5_000);
    ask('order', 'order', true);
    await clock.advance(4_999);
    expect(granted).toEqual([]);
    await clock.advance(1);
    expect(granted).toEqual([{ name: 'order', atMs: 5_000 }]);
  });

  it('pauses after a 429 even when our own limit is off', async () => {
    const { clock, limit, ask, granted } = setUp({ ratePerS: 0 });
    limit.observe(429, new Headers(), null);
    ask('order', 'order', true);
    await clock.advance(1_000);
    expect(granted).toEqual([{ name: 'order', atMs: 1_000 }]);
  });

  it('is not stopped for longer than a minute by a wrong header', async () => {
    const { clock, limit, ask, granted } = setUp();
    limit.observe(429, new Headers(), 86_400_000);
    ask('order', 'order', true);
    await clock.advance(60_000);
    expect(granted).toHaveLength(1);
  });

  it('waits for the reset when nothing remains, by the clock of the vendor', async () => {
    const { clock, limit, ask, granted } = setUp();
    const headers = {
      'x-ratelimit-remaining': '0',
      'x-ratelimit-reset': '2031-01-01T00:00:02Z',
      date: 'Wed, 01 Jan 2031 00:00:01 GMT',
    };
    limit.observe(200, new Headers(headers), null);
    ask('status', 'status');
    await clock.advance(2_000);
    expect(granted).toEqual([{ name: 'status', atMs: 1_000 }]);
  });

  it('goes on while requests remain', async () => {
    const { clock, limit, ask, granted } = setUp();
    const headers = { 'x-ratelimit-remaining': '3', 'x-ratelimit-reset': '2031-01-01T00:00:02Z' };
    limit.observe(200, new Headers(headers), null);
    ask('status', 'status');
    await clock.advance(0);
    expect(granted).toHaveLength(1);
  });

  it('pays for a call that costs more than one', async () => {
    const { clock, limit, ask, granted } = setUp();
    ask('catalogue', 'sync');
    await clock.advance(0);
    limit.observe(200, new Headers({ 'x-ratelimit-cost': '5' }), null);
    ask('next', 'sync');
    await clock.advance(5_000);
    expect(granted[1]).toEqual({ name: 'next', atMs: 500 });
  });
});

describe('queueDelayMs', () => {
  it('is nothing for an idle queue', () => {
    expect(setUp().limit.queueDelayMs('order')).toBe(0);
  });

  it('counts those ahead, not the less urgent behind', async () => {
    const { clock, limit, ask } = setUp();
    for (let index = 0; index < 82; index += 1) ask(`sync ${index}`, 'sync');
    await clock.advance(0);
    expect(limit.queueDelayMs('sync')).toBe(10_125);
    expect(limit.queueDelayMs('order')).toBe(125);
  });

  it('counts the interval of the orders ahead', async () => {
    const { clock, limit, ask } = setUp({ orderIntervalMs: 3_000 });
    for (let index = 0; index < 61; index += 1) ask(`order ${index}`, 'order', true);
    await clock.advance(0);
    expect(limit.queueDelayMs('order')).toBe(183_000);
    expect(limit.queueDelayMs('install')).toBeLessThan(8_000);
  });

  it('counts a pause', () => {
    const { limit } = setUp();
    limit.observe(429, new Headers(), 20_000);
    expect(limit.queueDelayMs('order')).toBe(20_000);
  });
});
