import { createPool, types, VercelClient } from '@vercel/postgres';
import { attachDatabasePool } from '@vercel/functions/db-connections';
import { COLUMN_PARSERS } from './column-parsers.ts';
import { fromPool, outliveBreaks, type PoolClientLike, type PoolLike } from './from-pool.ts';
import type { Database } from './sql.ts';

const IDLE_TIMEOUT_MS = 5_000;
// How long the pool gives a connection that misses its time limit to come to an end by itself.
const GRACE_MS = 100;

// Only this module knows the package, so nobody else reads columns through its parsers.
for (const [oid, parse] of COLUMN_PARSERS) types.setTypeParser(oid, parse);

export class VercelPostgresError extends Error {
  override name = 'VercelPostgresError';
}

/** The driver speaks WebSocket to Neon and to nothing else. `attach` is as for `connectPg`. */
export function connectVercelPostgres({
  url,
  max = 5,
  connectTimeoutMs = 10_000,
  attach = false,
}: {
  url: string;
  max?: number;
  connectTimeoutMs?: number;
  attach?: boolean;
}): Database {
  const pool = openPool({
    connectionString: url,
    max,
    idleTimeoutMillis: IDLE_TIMEOUT_MS,
    connectionTimeoutMillis: connectTimeoutMs,
  });
  pool.Client = clientWithin(connectTimeoutMs + GRACE_MS);
  pool.on('connect', outliveBreaks);
  if (attach) {
    attachDatabasePool({
      options: { idleTimeoutMillis: IDLE_TIMEOUT_MS },
      on: (event: 'release', listener: () => void) => pool.addListener(event, listener),
    });
  }
  return fromPool(withErrors(pool));
}

function openPool(settings: NonNullable<Parameters<typeof createPool>[0]>): ReturnType<typeof createPool> {
  try {
    return createPool(settings);
  } catch (cause) {
    throw new VercelPostgresError(
      'POSTGRES_URL is not the pooled connection string of a Neon database (its host contains `-pooler.`): ' +
        'for any other PostgreSQL set DATABASE_URL instead',
      { cause },
    );
  }
}

/**
 * When a connection fails, the driver hands an ErrorEvent to its pool, which sets the message after a time-out: that
 * throws, since the event's is read-only, and ends the process. And a proxy that falls silent holds it for half a minute.
 */
function clientWithin(timeoutMs: number): typeof VercelClient {
  return class extends VercelClient {
    override connect(): Promise<void>;
    override connect(callback: (error?: Error) => void): void;
    override connect(callback?: (error?: Error) => void): Promise<void> | void {
      const connected = new Promise<void>((resolve, reject) => {
        const timer = setTimeout(
          () => reject(new VercelPostgresError('The database did not answer in time')),
          timeoutMs,
        );
        super
          .connect()
          .then(resolve, (error: unknown) => reject(asError(error)))
          .finally(() => clearTimeout(timer));
      });
      if (callback === undefined) return connected;
      connected.then(() => callback(), callback);
    }
  };
}

function withErrors(pool: PoolLike): PoolLike {
  return {
    query: (text, values) => withError(pool.query(text, values)),
    async connect() {
      const client = await withError(pool.connect());
      return {
        query: (text, values) => withError(client.query(text, values)),
        release: (destroy) => client.release(destroy),
        on: (event, listener) => client.on(event, listener),
        removeListener: (event, listener) => client.removeListener(event, listener),
      } satisfies PoolClientLike;
    },
    end: () => pool.end(),
    on: (event, listener) => pool.on(event, listener),
  };
}

async function withError<Result>(work: Promise<Result>): Promise<Result> {
  try {
    return await work;
  } catch (error) {
    throw asError(error);
  }
}

/** A broken connection is reported as the ErrorEvent of the WebSocket, which is no Error and prints as `[object Object]`. */
function asError(thrown: unknown): Error {
  if (thrown instanceof Error) return thrown;
  const isEvent = typeof thrown === 'object' && thrown !== null && 'message' in thrown;
  return new VercelPostgresError(`The connection failed: ${isEvent ? String(thrown.message) : String(thrown)}`);
}
