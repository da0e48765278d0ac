import { AppError } from '../contract/error-codes.ts';
import type { Kv, WindowCount } from '../kv/kv.ts';
import type { Log } from '../log/log.ts';

export interface RateLimit {
  /** Counts one request of this caller; throws `rate_limited` when it is one too many. */
  take(caller: string): Promise<void>;
}

export interface RateLimitOptions {
  /** Tells this limit's counts apart from those of the others in the store. */
  name: string;
  /** 0 switches the limit off. */
  perMin: number;
  kv: Pick<Kv, 'increment'>;
  log: Pick<Log, 'warn'>;
  nowMs?: () => number;
}

interface Tally {
  /** Seen here and not yet told to the store. */
  pending: number;
  isOver: boolean;
  endsAtMs: number;
}

const WINDOW_S = 60;
// An instance tells the store of a caller's requests in blocks, so a poller costs it a tenth of a call each. The block is
// small against the limit, because as many may pass uncounted on each instance.
const MAX_BLOCK = 10;
const BLOCKS_IN_LIMIT = 20;
const MAX_CALLERS = 10_000;

/**
 * So many requests a minute for each caller, over all instances. Most requests cost no call of the store and none more
 * than one; a store that is out limits nobody, and who is over is refused without it.
 */
export function createRateLimit({
  name,
  perMin,
  kv,
  log,
  nowMs = () => performance.now(),
}: RateLimitOptions): RateLimit {
  if (perMin === 0) return { take: () => Promise.resolve() };
  const block = Math.max(1, Math.min(MAX_BLOCK, Math.floor(perMin / BLOCKS_IN_LIMIT)));
  const tallies = new Map<string, Tally>();

  function tallyOf(caller: string): Tally {
    const known = tallies.get(caller);
    if (known !== undefined && known.endsAtMs > nowMs()) return known;
    if (tallies.size >= MAX_CALLERS) tallies.clear();
    const tally = { pending: 0, isOver: false, endsAtMs: nowMs() + WINDOW_S * 1_000 };
    tallies.set(caller, tally);
    return tally;
  }

  async function countUp(caller: string, by: number): Promise<WindowCount> {
    try {
      return await kv.increment(`${name}:${caller}`, by, WINDOW_S);
    } catch (error) {
      log.warn('rate_limit_not_counted', { error });
      return { count: 0, endsInMs: WINDOW_S * 1_000 };
    }
  }

  return {
    async take(caller) {
      const tally = tallyOf(caller);
      if (!tally.isOver) {
        tally.pending += 1;
        if (tally.pending < block) return;
        const by = tally.pending;
        tally.pending = 0;
        const { count, endsInMs } = await countUp(caller, by);
        tally.endsAtMs = nowMs() + endsInMs;
        if (count <= perMin) return;
        tally.isOver = true;
      }
      const retryAfterS = Math.max(1, Math.ceil((tally.endsAtMs - nowMs()) / 1_000));
      throw new AppError('rate_limited', { details: { retry_after_s: retryAfterS } });
    },
  };
}

/** For what is left undone in silence when it is too much. */
export async function isWithin(limit: RateLimit, caller: string): Promise<boolean> {
  try {
    await limit.take(caller);
    return true;
  } catch (error) {
    if (error instanceof AppError && error.code === 'rate_limited') return false;
    throw error;
  }
}
