import type { Log } from '../log/log.ts';
import type { Kv } from './kv.ts';

/** A rate that all instances keep together. Each keeps its own besides, which is what holds while the store is out. */
export interface SharedRate {
  /** 0 for a turn, otherwise how long to wait before asking again. */
  take(): Promise<number>;
}

export interface SharedRateOptions {
  kv: Pick<Kv, 'increment'>;
  key: string;
  /** So many turns in a window, at once or spread; the next window begins with the first turn after its end. */
  turns: number;
  windowMs: number;
  log: Pick<Log, 'warn'>;
  nowMs?: () => number;
  patienceMs?: number;
}

// A store that is slower than this would slow down what it is to protect.
const PATIENCE_MS = 300;
const LEFT_ALONE_MS = 5_000;

/**
 * At `perS` in windows of `burst` turns, any second sees at most `perS + burst` of them, because it touches no more
 * windows.
 */
export function windowOf(perS: number, burst: number): { turns: number; windowMs: number } {
  const turns = Math.min(burst, perS);
  return { turns, windowMs: (turns * 1_000) / perS };
}

export function createSharedRate({
  kv,
  key,
  turns,
  windowMs,
  log,
  nowMs = () => performance.now(),
  patienceMs = PATIENCE_MS,
}: SharedRateOptions): SharedRate {
  let fullUntilMs = 0;
  let leftAloneUntilMs = 0;

  return {
    async take() {
      const askedAtMs = nowMs();
      if (askedAtMs < leftAloneUntilMs) return 0;
      // Nobody needs to ask for what is known to be gone.
      if (askedAtMs < fullUntilMs) return fullUntilMs - askedAtMs;
      try {
        const { count, endsInMs } = await within(patienceMs, kv.increment(key, 1, windowMs / 1_000));
        if (count >= turns) fullUntilMs = nowMs() + endsInMs;
        return count <= turns ? 0 : Math.max(1, endsInMs);
      } catch (error) {
        leftAloneUntilMs = nowMs() + LEFT_ALONE_MS;
        log.warn('shared_rate_out', { key, error });
        return 0;
      }
    },
  };
}

async function within<Result>(timeoutMs: number, work: Promise<Result>): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  const patience = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('the store did not answer in time')), timeoutMs);
  });
  // Awaited by nobody once patience ends first: its late failure must not surface as unhandled.
  work.catch(() => undefined);
  try {
    return await Promise.race([work, patience]);
  } finally {
    clearTimeout(timer);
  }
}
