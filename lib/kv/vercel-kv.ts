import { createClient } from '@vercel/kv';
import type { Kv } from './kv.ts';

const RETRIES = 2;
const RETRY_MS = 50;

export class VercelKvError extends Error {
  override name = 'VercelKvError';
}

/** `timeoutMs` limits a whole operation, retries included: a slower store is of no use to a request that waits. */
export function createVercelKv(settings: { url: string; token: string; timeoutMs?: number }): Kv {
  const patient = connect(settings, RETRIES);
  // What was sent and lost an answer may have been applied: sent again, the winner would be told that it lost, and a
  // count would grow twice.
  const once = connect(settings, 0);

  return {
    async get(key) {
      return textOrNull(await answer(patient.get(key)));
    },
    async set(key, value, { ttlS, onlyIfAbsent = false } = {}) {
      const ttl = ttlS === undefined ? {} : { px: wholeMs(ttlS) };
      const answered = onlyIfAbsent
        ? await answer(once.set(key, value, { ...ttl, nx: true }))
        : await answer(patient.set(key, value, ttl.px === undefined ? {} : { px: ttl.px }));
      return answered !== null;
    },
    async delete(key) {
      await answer(patient.del(key));
    },
    async increment(key, by, ttlS) {
      // One transaction, because a key that expired between the two would be made anew without an end.
      const window = once
        .multi()
        .set(key, '0', { nx: true, px: wholeMs(ttlS) })
        .incrby(key, by)
        .pttl(key);
      const [, count, leftMs] = await answer(window.exec());
      return { count, endsInMs: leftMs < 0 ? wholeMs(ttlS) : leftMs };
    },
    async close() {
      // Each request stands alone: there is no connection to close.
    },
  };
}

function connect({ url, token, timeoutMs = 2_000 }: Parameters<typeof createVercelKv>[0], retries: number) {
  return createClient({
    url,
    token,
    // Values come back as the texts they were; by default a `007` would come back as the number 7.
    automaticDeserialization: false,
    // Our values are valid UTF-8, so JSON carries them as they are; base64 would add a third to each answer.
    responseEncoding: false,
    enableTelemetry: false,
    // The client reads `retry: false` as one retry.
    retry: { retries, backoff: (retry) => RETRY_MS * 2 ** retry },
    // Given the signal itself, the client would answer `Aborted` as if that were the stored value.
    signal: () => AbortSignal.timeout(timeoutMs),
  });
}

/** Redis takes whole milliseconds, and refuses zero. */
function wholeMs(seconds: number): number {
  return Math.max(1, Math.ceil(seconds * 1_000));
}

function textOrNull(value: unknown): string | null {
  if (value === null || typeof value === 'string') return value;
  throw new VercelKvError(`The KV store answered a ${typeof value} where a text was stored`);
}

/** The client's own messages quote the whole command, and so the value. */
async function answer<Result>(work: Promise<Result>): Promise<Result> {
  try {
    return await work;
  } catch (error) {
    const reason = error instanceof Error ? error.message.split(', command was:', 1)[0] : String(error);
    throw new VercelKvError(`The KV store failed: ${reason}`, { cause: error instanceof Error ? error.cause : error });
  }
}
