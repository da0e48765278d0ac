import pg from 'pg';

import type { SandboxSql } from './context.ts';

export interface SandboxStore extends SandboxSql {
  /** Runs `work` while no other process does the same on this database: creating tables twice at once fails in PostgreSQL. */
  exclusively(work: () => Promise<void>): Promise<void>;
  close(): Promise<void>;
}

/** Any number, the same in every process. */
const START_LOCK = 0x5a4db0;

/** A bound for statements whose text varies. */
const MOST_PREPARED_STATEMENTS = 500;

export function openStore(databaseUrl: string): SandboxStore {
  const pool = new pg.Pool({
    connectionString: databaseUrl,
    max: 10,
    application_name: 'sandbox',
    // A commit outlives the process at once; only a crash of PostgreSQL itself could take back the last moments.
    options: '-c synchronous_commit=off',
  });
  // An idle connection that breaks is replaced by the pool; without a listener Node would end the process.
  pool.on('error', () => {});

  const statementNames = new Map<string, string>();

  /** Statements with values are prepared once per connection: the simulators share the machine with what is measured. */
  function prepare(text: string, values: readonly unknown[] | undefined): pg.QueryConfig {
    if (values === undefined || values.length === 0) return { text };
    let name = statementNames.get(text);
    if (name === undefined) {
      if (statementNames.size === MOST_PREPARED_STATEMENTS) return { text, values: [...values] };
      name = `sandbox_${statementNames.size}`;
      statementNames.set(text, name);
    }
    return { name, text, values: [...values] };
  }

  async function run<Row extends object>(
    client: pg.Pool | pg.PoolClient,
    text: string,
    values: readonly unknown[] | undefined,
  ): Promise<Row[]> {
    const result = await client.query<Row>(prepare(text, values));
    return result.rows;
  }

  return {
    query: (text, values) => run(pool, text, values),
    async transaction(work) {
      const client = await pool.connect();
      let failure: Error | undefined;
      try {
        await client.query('begin');
        const result = await work({ query: (text, values) => run(client, text, values) });
        await client.query('commit');
        return result;
      } catch (error) {
        await client.query('rollback').catch((rollbackError: Error) => {
          failure = rollbackError;
        });
        throw error;
      } finally {
        client.release(failure);
      }
    },
    async exclusively(work) {
      const client = await pool.connect();
      try {
        await client.query('select pg_advisory_lock($1)', [START_LOCK]);
        await work();
      } finally {
        // Dropping the connection gives the lock back even if the work broke it.
        client.release(true);
      }
    },
    close: () => pool.end(),
  };
}
