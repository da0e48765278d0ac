import { describe, expect, it } from 'vitest';
import { BURST, createRateLimit, type CallPriority } from '../../../lib/esim-go/rate-limit.ts';
import type { Kv } from '../../../lib/kv/kv.ts';
import { createMemoryKv } from '../../../lib/kv/memory.ts';
import { createSharedRate, windowOf } from '../../../lib/kv/shared-rate.ts';
import { createLog } from '../../../lib/log/log.ts';
import { createSendRate } from '../../../lib/telegram/send-rate.ts';
import { steppedClock } from '../../support/stepped-clock.ts';

const RATE = 8;
const log = createLog(() => undefined);

/** Instances with clocks of their own, which share a store and the vendor. */
function setUp({ instances = 3, ratePerS = RATE, orderIntervalMs = 0 } = {}) {
  const clock = steppedClock();
  const store = createMemoryKv({ now: clock.now });
  const state = { asked: 0, isDown: false, isHanging: false };
  const kv: Pick<Kv, 'increment'> = {
    async increment(key, by, ttlS) {
      state.asked += 1;
      if (state.isHanging) return new Promise(() => undefined);
      if (state.isDown) throw new Error('the store is out');
      return store.increment(key, by, ttlS);
    },
  };
  const granted: { name: string; atMs: number }[] = [];
  const startMs = clock.now();
  const limits = Array.from({ length: instances }, (_, index) => {
    const now = () => clock.now() + index * 600_000;
    const share = (key: string, window: { turns: number; windowMs: number }) =>
      createSharedRate({ kv, log, key, nowMs: now, patienceMs: 30, ...window });
    return createRateLimit({
      ratePerS,
      orderIntervalMs,
      shared: {
        request: share('request', windowOf(ratePerS, BURST)),
        order: orderIntervalMs === 0 ? null : share('order', { turns: 1, windowMs: orderIntervalMs }),
      },
      now,
      sleep: clock.sleep,
    });
  });
  return {
    clock,
    state,
    granted,
    ask(instance: number, name: string, priority: CallPriority = 'status', isOrder = false) {
      void limits[instance]?.acquire(priority, isOrder).then(() => granted.push({ name, atMs: clock.now() - startMs }));
    },
    /** The most that the vendor saw in any second. */
    busiestSecond: () =>
      Math.max(
        ...granted.map(({ atMs }) => granted.filter((each) => each.atMs >= atMs && each.atMs < atMs + 1_000).length),
      ),
  };
}

describe('the rate that instances share', () => {
  it('keeps all of them together within the vendor’s ten a second, and uses what is allowed', async () => {
    const { clock, ask, granted, busiestSecond } = setUp();
    for (let index = 0; index < 120; index += 1) ask(index % 3, `${index}`);
    await clock.advance(15_500);
    expect(granted).toHaveLength(120);
    expect(busiestSecond()).toBeLessThanOrEqual(10);
  });

  it('keeps the bound when they come in bursts after quiet times', async () => {
    const { clock, ask, busiestSecond } = setUp();
    for (let burst = 0; burst < 20; burst += 1) {
      for (let index = 0; index < 7; index += 1) ask(index % 3, `${burst} ${index}`);
      await clock.advance(700 + burst * 37);
    }
    expect(busiestSecond()).toBeLessThanOrEqual(10);
  });

  it('asks the store little while everybody waits', async () => {
    const { clock, ask, state } = setUp();
    for (let index = 0; index < 240; index += 1) ask(index % 3, `${index}`);
    await clock.advance(10_000);
    // Two turns in each of the forty windows, and one question in vain for each instance.
    expect(state.asked).toBeLessThanOrEqual(41 * (2 + 3));
  });

  it('lets the more urgent pass that came while the others were asked', async () => {
    const { clock, ask, granted } = setUp({ instances: 1 });
    for (let index = 0; index < 4; index += 1) ask(0, `sync ${index}`, 'sync');
    await clock.advance(10);
    ask(0, 'capacity', 'capacity');
    ask(0, 'order', 'order', true);
    await clock.advance(2_000);
    expect(granted.map(({ name }) => name).slice(2, 4)).toEqual(['capacity', 'order']);
  });

  it('spaces the orders of all instances, and lets other calls through in between', async () => {
    const { clock, ask, granted } = setUp({ orderIntervalMs: 3_000 });
    for (let instance = 0; instance < 3; instance += 1) ask(instance, 'order', 'order', true);
    ask(0, 'install', 'install');
    await clock.advance(12_000);
    const orders = granted.filter(({ name }) => name === 'order').map(({ atMs }) => atMs);
    expect(orders).toHaveLength(3);
    for (const [index, atMs] of orders.entries()) {
      if (index > 0) expect(atMs - (orders[index - 1] ?? 0)).toBeGreaterThanOrEqual(3_000);
    }
    expect(granted.find(({ name }) => name === 'install')?.atMs).toBeLessThan(1_000);
  });

  it('falls back to each instance’s own rate while the store is out, and leaves it alone for a while', async () => {
    const { clock, ask, granted, state } = setUp({ instances: 1 });
    state.isDown = true;
    for (let index = 0; index < 24; index += 1) ask(0, `${index}`);
    await clock.advance(3_000);
    expect(granted).toHaveLength(24);
    expect(state.asked).toBe(1);
    state.isDown = false;
    for (let index = 0; index < 24; index += 1) ask(0, `${index}`);
    await clock.advance(6_000);
    expect(state.asked).toBeGreaterThan(1);
  });

  it('does not wait for a store that does not answer', async () => {
    const { state, ask, granted, clock } = setUp({ instances: 1 });
    state.isHanging = true;
    ask(0, 'order', 'order', true);
    // Patience is real time: it is a store that hangs, not a clock.
    await new Promise((resolve) => setTimeout(resolve, 60));
    await clock.advance(0);
    expect(granted).toHaveLength(1);
  });
});

describe('messages of several instances', () => {
  it('stay within thirty a second together', async () => {
    const clock = steppedClock();
    const kv = createMemoryKv({ now: clock.now });
    const sent: number[] = [];
    for (let instance = 0; instance < 2; instance += 1) {
      const shared = createSharedRate({ kv, log, key: 'messages', nowMs: clock.now, ...windowOf(25, 5) });
      const rate = createSendRate({ perS: 25, shared, nowMs: clock.now, sleep: clock.sleep });
      for (let index = 0; index < 60; index += 1) void rate.acquire().then(() => sent.push(clock.now()));
    }
    await clock.advance(10_000);
    expect(sent).toHaveLength(120);
    for (const atMs of sent) {
      expect(sent.filter((other) => other >= atMs && other < atMs + 1_000).length).toBeLessThanOrEqual(30);
    }
  });
});
