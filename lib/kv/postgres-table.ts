import type { Sql } from '../db/sql.ts';
import type { Kv } from './kv.ts';

export interface PostgresTableKv extends Kv {
  /** Expired rows are invisible but stay in the table until this removes them. Returns how many. */
  deleteExpired(): Promise<number>;
}

const SET = `
  insert into kv (key, value, expires_at) values ($1, $2, now() + make_interval(secs => $3))
  on conflict (key) do update set value = excluded.value, expires_at = excluded.expires_at`;

/** Every operation is one statement, so two callers of one key are put in order by its row lock. */
export function createPostgresTableKv(sql: Sql): PostgresTableKv {
  return {
    async get(key) {
      const rows = await sql.query<{ value: string }>(
        'select value from kv where key = $1 and (expires_at is null or expires_at > now())',
        [key],
      );
      return rows[0]?.value ?? null;
    },
    async set(key, value, { ttlS, onlyIfAbsent = false } = {}) {
      const text = `${SET} ${onlyIfAbsent ? 'where kv.expires_at <= now()' : ''} returning key`;
      const rows = await sql.query(text, [key, value, ttlS ?? null]);
      return rows.length === 1;
    },
    async delete(key) {
      await sql.query('delete from kv where key = $1', [key]);
    },
    async increment(key, by, ttlS) {
      // Not now(): whoever waited for the row's lock must not count into a window that ended meanwhile.
      const rows = await sql.query<{ count: number; endsInMs: number }>(
        `insert into kv (key, value, expires_at)
         values ($1, $2::bigint::text, clock_timestamp() + make_interval(secs => $3))
         on conflict (key) do update set
           value = case when kv.expires_at <= clock_timestamp() then $2::bigint::text
                        else (kv.value::bigint + $2::bigint)::text end,
           expires_at = case when kv.expires_at <= clock_timestamp() then clock_timestamp() + make_interval(secs => $3)
                             else kv.expires_at end
         returning value::bigint as count,
           greatest(0, extract(epoch from expires_at - clock_timestamp()) * 1000)::float8 as "endsInMs"`,
        [key, by, ttlS],
      );
      const row = rows[0];
      if (!row) throw new Error('An upsert returned no row');
      return row;
    },
    async deleteExpired() {
      const rows = await sql.query<{ count: number }>(
        'with gone as (delete from kv where expires_at <= now() returning 1) select count(*) as count from gone',
      );
      return rows[0]?.count ?? 0;
    },
    async close() {
      // The connections belong to whoever opened the database.
    },
  };
}
