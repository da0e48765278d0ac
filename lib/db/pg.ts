import { attachDatabasePool } from '@vercel/functions/db-connections';
import pg from 'pg';
import { COLUMN_PARSERS } from './column-parsers.ts';
import { fromPool, outliveBreaks } from './from-pool.ts';
import type { Database } from './sql.ts';

/** `attach` keeps a Vercel instance alive until its idle connections are closed, so that none is leaked. */
export function connectPg({ url, max = 5, attach = false }: { url: string; max?: number; attach?: boolean }): Database {
  const pool = new pg.Pool({
    ...clientSettings(url),
    max,
    idleTimeoutMillis: 5_000,
    // Also the longest wait for a free connection: an error beats a request that hangs until the platform cuts it.
    connectionTimeoutMillis: 10_000,
  });
  pool.on('connect', outliveBreaks);
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

const getTypeParser: typeof pg.types.getTypeParser = (oid: number, format?: 'text' | 'binary') =>
  COLUMN_PARSERS.get(oid) ?? pg.types.getTypeParser(oid, format);
