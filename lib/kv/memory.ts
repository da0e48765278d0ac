import type { Kv } from './kv.ts';

interface Entry {
  value: string;
  expiresAtMs: number;
}

/** For one process only: development and tests. Beyond `maxEntries` the entry that was used longest ago goes. */
export function createMemoryKv(options: { now?: () => number; maxEntries?: number } = {}): Kv {
  const { now = Date.now, maxEntries = 10_000 } = options;
  // A Map keeps insertion order, and every use inserts again: the first key is the one used longest ago.
  const entries = new Map<string, Entry>();

  function read(key: string): Entry | null {
    const entry = entries.get(key);
    if (!entry) return null;
    entries.delete(key);
    if (entry.expiresAtMs <= now()) return null;
    entries.set(key, entry);
    return entry;
  }

  function write(key: string, entry: Entry): void {
    entries.delete(key);
    entries.set(key, entry);
    for (const oldest of entries.keys()) {
      if (entries.size <= maxEntries) return;
      entries.delete(oldest);
    }
  }

  return {
    async get(key) {
      return read(key)?.value ?? null;
    },
    async set(key, value, { ttlS = Infinity, onlyIfAbsent = false } = {}) {
      if (onlyIfAbsent && read(key)) return false;
      write(key, { value, expiresAtMs: now() + ttlS * 1000 });
      return true;
    },
    async delete(key) {
      entries.delete(key);
    },
    async increment(key, by, ttlS) {
      const entry = read(key) ?? { value: '0', expiresAtMs: now() + ttlS * 1000 };
      if (!/^-?\d+$/.test(entry.value)) throw new TypeError(`The value of "${key}" is not a count`);
      const count = Number(entry.value) + by;
      write(key, { value: String(count), expiresAtMs: entry.expiresAtMs });
      return { count, endsInMs: entry.expiresAtMs - now() };
    },
    async close() {
      entries.clear();
    },
  };
}
