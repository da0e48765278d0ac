import type { SharedRate } from '../kv/shared-rate.ts';

export interface SendRate {
  /** Resolves when the next message may go out. */
  acquire(): Promise<void>;
}

export interface SendRateOptions {
  /** Messages a second; 0 lifts the limit. */
  perS: number;
  /** What all instances of the shop keep together. */
  shared?: SharedRate | undefined;
  nowMs?: () => number;
  sleep?: (ms: number) => Promise<void>;
}

/** One second's worth may go out at once, then messages are spaced evenly, first come first served. */
export function createSendRate({
  perS,
  shared,
  nowMs = () => performance.now(),
  sleep = sleepFor,
}: SendRateOptions): SendRate {
  if (perS === 0) return { acquire: () => Promise.resolve() };
  const spacingMs = 1000 / perS;
  const burstMs = 1000 - spacingMs;
  let freeAtMs = Number.NEGATIVE_INFINITY;
  return {
    async acquire() {
      const now = nowMs();
      const dueAtMs = Math.max(freeAtMs, now - burstMs);
      freeAtMs = dueAtMs + spacingMs;
      if (dueAtMs > now) await sleep(dueAtMs - now);
      for (let delayMs = await shared?.take(); delayMs; delayMs = await shared?.take()) await sleep(delayMs);
    },
  };
}

function sleepFor(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
