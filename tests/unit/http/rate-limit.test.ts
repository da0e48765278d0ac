import { describe, expect, it } from 'vitest';
import { AppError } from '../../../lib/contract/error-codes.ts';
import { createRateLimit } from '../../../lib/http/rate-limit.ts';
import type { Kv } from '../../../lib/kv/kv.ts';
import { createMemoryKv } from '../../../lib/kv/memory.ts';
import { createLog } from '../../../lib/log/log.ts';

const MINUTE_MS = 60_000;

/** Instances of one limit on one store; the clock moves only when told. */
function setUp(perMin: number, instances = 1) {
  let nowMs = 5_000;
  const store = createMemoryKv({ now: () => nowMs });
  const calls: number[] = [];
  let isDown = false;
  const kv: Pick<Kv, 'increment'> = {
    async increment(key, by, ttlS) {
      calls.push(by);
      if (isDown) throw new Error('the store is out');
      return store.increment(key, by, ttlS);
    },
  };
  const lines: string[] = [];
  const log = createLog((line) => lines.push(line));
  const limits = Array.from({ length: instances }, () =>
    createRateLimit({ name: 'test', perMin, kv, log, nowMs: () => nowMs }),
  );
  return {
    calls,
    lines,
    pass: (ms: number) => void (nowMs += ms),
    setDown: (down: boolean) => void (isDown = down),
    /** How many of so many requests got through, spread over the instances. */
    async allowed(requests: number, caller = 'a') {
      let passed = 0;
      for (let index = 0; index < requests; index += 1) {
        if ((await outcome(caller, index % instances)) === 'passed') passed += 1;
      }
      return passed;
    },
    outcome,
  };

  async function outcome(caller = 'a', instance = 0): Promise<string> {
    try {
      await limits[instance]?.take(caller);
      return 'passed';
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      return `${error.code} ${String(error.details?.['retry_after_s'])}`;
    }
  }
}

describe('createRateLimit', () => {
  it('lets exactly so many requests a minute through, and says when the next one may come', async () => {
    const limit = setUp(5);
    expect(await limit.allowed(5)).toBe(5);
    limit.pass(20_000);
    expect(await limit.outcome()).toBe('rate_limited 40');
    limit.pass(40_000);
    expect(await limit.allowed(6)).toBe(5);
  });

  it('counts each caller alone', async () => {
    const limit = setUp(5);
    expect(await limit.allowed(9, 'a')).toBe(5);
    expect(await limit.allowed(5, 'b')).toBe(5);
  });

  it('holds over several instances, give or take what they have not told each other', async () => {
    const limit = setUp(600, 3);
    const passed = await limit.allowed(3_000);
    expect(passed).toBeGreaterThanOrEqual(600);
    expect(passed).toBeLessThanOrEqual(600 + 3 * 10);
  });

  it('never limits an open app, whichever instance answers it', async () => {
    const limit = setUp(600, 8);
    for (let second = 0; second < 600; second += 1) {
      // A poll every two seconds on top of a screen opened each five.
      const requests = (second % 2 === 0 ? 1 : 0) + (second % 5 === 0 ? 3 : 0);
      expect(await limit.allowed(requests)).toBe(requests);
      limit.pass(1_000);
    }
  });

  it('costs the store a tenth of a call for each request, and nothing once the caller is over', async () => {
    const limit = setUp(600);
    await limit.allowed(600);
    expect(limit.calls).toHaveLength(60);
    await limit.allowed(1_000);
    expect(limit.calls).toHaveLength(61);
  });

  it('limits nobody while the store is out, and goes on when it is back', async () => {
    const limit = setUp(5);
    limit.setDown(true);
    expect(await limit.allowed(50)).toBe(50);
    expect(limit.lines.join()).toContain('rate_limit_not_counted');
    limit.setDown(false);
    limit.pass(MINUTE_MS);
    expect(await limit.allowed(50)).toBe(5);
  });

  it('is off at 0, without a call of the store', async () => {
    const limit = setUp(0);
    expect(await limit.allowed(10_000)).toBe(10_000);
    expect(limit.calls).toEqual([]);
  });

  it('holds when all requests come at once', async () => {
    const limit = setUp(5);
    const outcomes = await Promise.all(Array.from({ length: 100 }, () => limit.outcome()));
    expect(outcomes.filter((each) => each === 'passed')).toHaveLength(5);
  });
});
