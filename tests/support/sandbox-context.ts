import { createHash } from 'node:crypto';
import pg from 'pg';
import { serve } from 'srvx/node';
import type { DeliveryOutcome, SandboxClock, SandboxContext, SandboxSql } from '../../sandbox/context.ts';

export interface TestClock extends SandboxClock {
  advance(seconds: number): void;
  sleepers(): number;
}

/** Stands still unless it is advanced, so a test never waits for real. */
export function createTestClock(): TestClock {
  let nowMs = Date.UTC(2026, 10, 21, 12);
  const sleeping = new Set<{ dueMs: number; wake(): void }>();
  return {
    now: () => new Date(nowMs),
    sleep(ms, signal) {
      if (signal?.aborted === true || ms <= 0) return Promise.resolve();
      return new Promise((resolve) => {
        const sleeper = {
          dueMs: nowMs + ms,
          wake() {
            sleeping.delete(sleeper);
            resolve();
          },
        };
        sleeping.add(sleeper);
        signal?.addEventListener('abort', () => sleeper.wake(), { once: true });
      });
    },
    advance(seconds) {
      nowMs += seconds * 1_000;
      for (const sleeper of [...sleeping]) if (sleeper.dueMs <= nowMs) sleeper.wake();
    },
    sleepers: () => sleeping.size,
  };
}

export interface TestContext extends SandboxContext {
  clock: TestClock;
  close(): Promise<void>;
}

/** The simulators' surroundings with a clock of one's own; deliveries go over real loopback HTTP unless `post` says otherwise. */
export function createTestContext(
  databaseUrl: string,
  options: { shopUrl?: string; post?: (body: string) => DeliveryOutcome | null } = {},
): TestContext {
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 5 });
  let draws = 0;

  function next(): number {
    draws += 1;
    return createHash('sha256').update(String(draws)).digest().readUInt32BE(0) / 2 ** 32;
  }

  function integer(min: number, max: number): number {
    return min + Math.floor(next() * (max - min + 1));
  }

  const sql: SandboxSql = {
    async query(text, values) {
      return (await pool.query(text, values === undefined ? undefined : [...values])).rows;
    },
    async transaction(work) {
      const client = await pool.connect();
      try {
        await client.query('begin');
        const result = await work({
          query: async (text, values) =>
            (await client.query(text, values === undefined ? undefined : [...values])).rows,
        });
        await client.query('commit');
        return result;
      } catch (error) {
        await client.query('rollback');
        throw error;
      } finally {
        client.release();
      }
    },
  };

  return {
    sql,
    clock: createTestClock(),
    random: {
      next,
      integer,
      string: (length, alphabet) =>
        Array.from({ length }, () => alphabet.charAt(integer(0, alphabet.length - 1))).join(''),
      uuid: () => crypto.randomUUID(),
    },
    keys: { botToken: '1234567890:sandbox_token', botUsername: 'sandbox_bot', esimGoApiKey: 'sandbox-key' },
    journal: { record() {} },
    shop: {
      urlOf: (path) => new URL(path, options.shopUrl ?? 'https://shop.example').href,
      async post(_vendor, path, headers, body) {
        const decided = options.post?.(body) ?? null;
        if (decided !== null) return decided;
        try {
          const response = await fetch(new URL(path, options.shopUrl), { method: 'POST', headers, body });
          const retryAfter = response.headers.get('retry-after');
          return {
            kind: 'answered',
            status: response.status,
            retryAfterS: retryAfter === null ? null : Number(retryAfter),
            body: await response.text(),
          };
        } catch (error) {
          return { kind: 'unanswered', reason: String(error) };
        }
      },
    },
    close: () => pool.end(),
  };
}

export interface FakeShop {
  url: string;
  close(): Promise<void>;
}

/** A web server on loopback in the shop's place. */
export async function serveFakeShop(answer: (request: Request) => Promise<Response>): Promise<FakeShop> {
  const server = serve({ fetch: answer, port: 0, hostname: '127.0.0.1', silent: true });
  await server.ready();
  return { url: server.url ?? '', close: () => server.close(true) };
}
