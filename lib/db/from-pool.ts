import { setTimeout as sleep } from 'node:timers/promises';
import type { Database, Sql } from './sql.ts';

/** What pg's Pool and VercelPool have in common. */
export interface PoolLike {
  query<Row extends object>(text: string, values?: unknown[]): Promise<PoolResult<Row>>;
  connect(): Promise<PoolClientLike>;
  end(): Promise<void>;
  on(event: 'error', listener: (error: Error) => void): unknown;
}

export interface PoolClientLike {
  query<Row extends object>(text: string, values?: unknown[]): Promise<PoolResult<Row>>;
  /** `true` closes the connection instead of giving it back. */
  release(destroy?: boolean): void;
  on(event: 'error', listener: (error: Error) => void): unknown;
  removeListener(event: 'error', listener: (error: Error) => void): unknown;
}

interface PoolResult<Row> {
  rows: Row[];
  /** The command tag, such as `SELECT` or `ROLLBACK`. */
  command: string;
}

const SERIALIZATION_FAILURE = '40001';
const DEADLOCK_DETECTED = '40P01';
const MAX_RERUNS = 3;

export function fromPool(pool: PoolLike): Database {
  // The pool has already dropped the idle connection that broke, and the next query opens another. Without a listener
  // the event would end the process.
  pool.on('error', () => undefined);
  let ended: Promise<void> | undefined;

  return {
    query: (text, values) => run(pool, text, values),
    async transaction(work) {
      for (let rerun = 0; ; rerun++) {
        try {
          return await runTransaction(pool, work);
        } catch (error) {
          if (rerun === MAX_RERUNS || !isWorthRerun(error)) throw error;
          // Two that collided once would collide again if they started together.
          await sleep(Math.random() * 20 * 2 ** rerun);
        }
      }
    },
    close() {
      ended ??= pool.end();
      return ended;
    },
  };
}

/**
 * Between the pool's own listener and that of whoever takes the connection there is a moment without any, and a
 * connection that breaks just then would end the process.
 */
export function outliveBreaks(client: { on(event: 'error', listener: () => void): unknown }): void {
  client.on('error', () => undefined);
}

async function run<Row extends object>(
  target: Pick<PoolLike, 'query'>,
  text: string,
  values: readonly unknown[] | undefined,
): Promise<Row[]> {
  const result = await target.query<Row>(text, values && [...values]);
  return result.rows;
}

async function runTransaction<Result>(pool: PoolLike, work: (tx: Sql) => Promise<Result>): Promise<Result> {
  const client = await pool.connect();
  let isOpen = true;
  let isBroken = false;
  const noteBroken = () => {
    isBroken = true;
  };
  client.on('error', noteBroken);
  const tx: Sql = {
    async query(text, values) {
      // The connection may already serve somebody else, so a query that nobody awaited must not reach it.
      if (!isOpen) throw new Error('The transaction has ended; await every query inside it');
      return run(client, text, values);
    },
  };
  try {
    await client.query('begin');
    const result = await work(tx);
    isOpen = false;
    const { command } = await client.query('commit');
    // PostgreSQL answers COMMIT with ROLLBACK, not with an error, when a statement failed and `work` hid that.
    if (command !== 'COMMIT') throw new Error('The transaction was rolled back: a failed statement in it was ignored');
    return result;
  } catch (error) {
    isOpen = false;
    await client.query('rollback').catch(noteBroken);
    throw error;
  } finally {
    client.removeListener('error', noteBroken);
    client.release(isBroken);
  }
}

function isWorthRerun(error: unknown): boolean {
  if (!(error instanceof Error) || !('code' in error)) return false;
  return error.code === SERIALIZATION_FAILURE || error.code === DEADLOCK_DETECTED;
}
