import type { Log } from '../log/log.ts';
import type { Kv } from './kv.ts';

/**
 * The same KV, whose outage looks like an empty store: all that it holds may be lost at any time, so no sale and no job
 * has to stop for it. Everybody wins an `onlyIfAbsent` then, and every count begins.
 */
export function createForgivingKv(kv: Kv, log: Log): Kv {
  async function orElse<Result>(work: Promise<Result>, fallback: Result): Promise<Result> {
    try {
      return await work;
    } catch (error) {
      log.warn('kv_failed', { error });
      return fallback;
    }
  }

  return {
    get: (key) => orElse(kv.get(key), null),
    set: (key, value, options) => orElse(kv.set(key, value, options), true),
    delete: (key) => orElse(kv.delete(key), undefined),
    increment: (key, by, ttlS) => orElse(kv.increment(key, by, ttlS), { count: by, endsInMs: ttlS * 1_000 }),
    close: () => kv.close(),
  };
}
