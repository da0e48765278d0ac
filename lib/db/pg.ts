import { attachDatabasePool } from '@vercel/functions/db-connections';
import pg from 'pg';
import { fromPool } from './from-pool.ts';
import type { Database } from './sql.ts';

const INT8 = 20;
const DATE = 1082;

/** `attach` keeps a Vercel instance alive until its idle connections are closed, so that none is leaked. */
export function connectPg({ url, max = 5, attach = false }: { url: string; max?: number; attach?: boolean }): Database {
  const pool = new pg.Pool({
    ...clientSettings(url),
    max,
    idleTimeoutMillis: 5_000,
    // Also the longest wait for a free connection: an error beats a request that hangs until the platform cuts it.
    connectionTimeoutMillis: 10_000,
  });
  if (attach) attachDatabasePool(pool);
  return fromPool(pool);
}

export function clientSettings(url: string): pg.ClientConfig {
  return { connectionString: namedSslMode(url), keepAlive: true, types: { getTypeParser } };
}

/** pg already treats these modes as `verify-full`, but prints a warning about its next major version at each start. */
function namedSslMode(url: string): string {
  if (url.includes('uselibpqcompat=')) return url;
  return url.replace(/([?&]sslmode=)(?:prefer|require|verify-ca)(?=&|$)/, '$1verify-full');
}

const getTypeParser: typeof pg.types.getTypeParser = (oid: number, format?: 'text' | 'binary') => {
  if (oid === INT8) return parseInt8;
  // pg would make a Date of it at midnight of the machine's own time zone.
  if (oid === DATE) return String;
  return pg.types.getTypeParser(oid, format);
};

function parseInt8(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new RangeError(`The bigint ${text} does not fit a number`);
  return value;
}
