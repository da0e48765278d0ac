import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectPg } from '../../lib/db/pg.ts';
import type { Database } from '../../lib/db/sql.ts';
import { createTestDatabase } from './database.ts';

export interface SqlUnderTest {
  open(options?: { max?: number }): Database;
  dispose(): Promise<void>;
}

/** What every adapter of the SQL port guarantees. */
export function describeSql(name: string, makeSql: (databaseUrl: string) => Promise<SqlUnderTest>): void {
  describe(name, () => {
    let testDatabase: Awaited<ReturnType<typeof createTestDatabase>>;
    let subject: SqlUnderTest;
    let db: Database;
    /** Past whatever stands between the subject and the server. */
    let server: Database;

    beforeAll(async () => {
      testDatabase = await createTestDatabase();
      subject = await makeSql(testDatabase.url);
      db = subject.open({ max: 8 });
      server = connectPg({ url: testDatabase.url, max: 1 });
      await db.query('create table counters (id text primary key, count int not null)');
    });

    afterAll(async () => {
      await server.close();
      await db.close();
      await subject.dispose();
      await testDatabase.drop();
    });

    it('returns bigints as numbers, timestamps as Dates, dates as text and jsonb parsed', async () => {
      const rows = await db.query(
        `select count(*) as count, 9007199254740991::bigint as largest, '2026-03-01T12:00:00+03'::timestamptz as at,
                '2026-03-01'::date as day, '{"a":[1]}'::jsonb as json, 1.10::numeric as price, null::bigint as nothing`,
      );
      expect(rows).toEqual([
        {
          count: 1,
          largest: Number.MAX_SAFE_INTEGER,
          at: new Date('2026-03-01T09:00:00Z'),
          day: '2026-03-01',
          json: { a: [1] },
          price: '1.10',
          nothing: null,
        },
      ]);
    });

    it('refuses a bigint that a number cannot hold', async () => {
      await expect(db.query('select 9007199254740993::bigint as id')).rejects.toThrow(RangeError);
      expect(await db.query('select 1 as one')).toEqual([{ one: 1 }]);
    });

    it('leaves no prepared statement behind', async () => {
      await db.query('select $1::int as one', [1]);
      const rows = await db.transaction(async (tx) => {
        await tx.query('select $1::int as one', [1]);
        return tx.query('select name from pg_prepared_statements');
      });
      expect(rows).toEqual([]);
    });

    it('outlives an idle connection that the server ends', async () => {
      const lonely = subject.open({ max: 1 });
      const [backend] = await lonely.query<{ pid: number }>('select pg_backend_pid() as pid');
      await server.query('select pg_terminate_backend($1, 5000)', [backend?.pid]);
      await expect.poll(() => lonely.query('select 1 as one').catch(() => null)).toEqual([{ one: 1 }]);
      await lonely.close();
    });

    it('can be closed twice', async () => {
      const other = subject.open();
      await other.query('select 1');
      await Promise.all([other.close(), other.close()]);
    });

    describe('a transaction', () => {
      it('rolls back when the work throws, and hands on its error', async () => {
        const failing = db.transaction(async (tx) => {
          await tx.query(`insert into counters values ('thrown', 1)`);
          throw new Error('no');
        });
        await expect(failing).rejects.toThrow('no');
        expect(await db.query(`select * from counters where id = 'thrown'`)).toEqual([]);
      });

      it('throws when the work hid a failed statement, since nothing was committed', async () => {
        const failing = db.transaction(async (tx) => {
          await tx.query(`insert into counters values ('hidden', 1)`);
          await tx.query('select 1 / 0').catch(() => undefined);
        });
        await expect(failing).rejects.toThrow('rolled back');
        expect(await db.query(`select * from counters where id = 'hidden'`)).toEqual([]);
      });

      it('runs serialization failures again until both writers are in', async () => {
        await db.query(`insert into counters values ('serial', 0)`);
        let runs = 0;
        const bothHaveRead = meeting(2);
        const increment = () =>
          db.transaction(async (tx) => {
            runs++;
            await tx.query('set transaction isolation level repeatable read');
            const [row] = await tx.query<{ count: number }>(`select count from counters where id = 'serial'`);
            await bothHaveRead();
            await tx.query(`update counters set count = $1 where id = 'serial'`, [(row?.count ?? 0) + 1]);
          });
        await Promise.all([increment(), increment()]);
        expect(await db.query(`select count from counters where id = 'serial'`)).toEqual([{ count: 2 }]);
        expect(runs).toBe(3);
      });

      it('runs the victim of a deadlock again', async () => {
        await db.query(`insert into counters values ('left', 0), ('right', 0)`);
        const bothHoldOne = meeting(2);
        const take = (first: string, second: string) =>
          db.transaction(async (tx) => {
            await tx.query(`update counters set count = count + 1 where id = $1`, [first]);
            await bothHoldOne();
            await tx.query(`update counters set count = count + 1 where id = $1`, [second]);
          });
        await Promise.all([take('left', 'right'), take('right', 'left')]);
        expect(await db.query(`select count from counters where id in ('left', 'right')`)).toEqual([
          { count: 2 },
          { count: 2 },
        ]);
      });

      it('gives up after three more runs', async () => {
        let runs = 0;
        const failing = db.transaction(async (tx) => {
          runs++;
          await tx.query(`do $$ begin raise exception 'again' using errcode = '40001'; end $$`);
        });
        await expect(failing).rejects.toThrow('again');
        expect(runs).toBe(4);
      });

      it('does not run other errors again', async () => {
        let runs = 0;
        const failing = db.transaction(async (tx) => {
          runs++;
          await tx.query('select 1 / 0');
        });
        await expect(failing).rejects.toThrow('division by zero');
        expect(runs).toBe(1);
      });

      it('replaces a connection that breaks in the middle', async () => {
        const lonely = subject.open({ max: 1 });
        const failing = lonely.transaction(async (tx) => {
          const [backend] = await tx.query<{ pid: number }>('select pg_backend_pid() as pid');
          await server.query('select pg_terminate_backend($1, 5000)', [backend?.pid]);
          await tx.query('select 1');
        });
        await expect(failing).rejects.toThrow();
        expect(await lonely.query('select 1 as one')).toEqual([{ one: 1 }]);
        await lonely.close();
      });

      it('refuses a query that outlives it', async () => {
        let late: (() => Promise<unknown>) | undefined;
        await db.transaction(async (tx) => {
          late = () => tx.query('select 1');
        });
        await expect(late?.()).rejects.toThrow('The transaction has ended');
      });

      it('lets each worker claim rows that no other one holds', async () => {
        await db.query('create table jobs (id int primary key, worker int)');
        await db.query('insert into jobs select generate_series(1, 40)');
        const claim = (worker: number) =>
          db.transaction((tx) =>
            tx.query<{ id: number }>(
              `update jobs set worker = $1 where id in (
                 select id from jobs where worker is null order by id limit 10 for update skip locked) returning id`,
              [worker],
            ),
          );
        const claims = await Promise.all([1, 2, 3, 4].map(claim));
        expect(
          claims
            .flat()
            .map((row) => row.id)
            .sort((a, b) => a - b),
        ).toEqual(Array.from({ length: 40 }, (_, i) => i + 1));
      });

      it('skips a row that another transaction holds instead of waiting for it', async () => {
        await db.query('create table queue (id int primary key)');
        await db.query('insert into queue values (1), (2)');
        const next = `select id from queue order by id limit 1 for update skip locked`;
        await db.transaction(async (first) => {
          expect(await first.query(next)).toEqual([{ id: 1 }]);
          expect(await db.transaction((second) => second.query(next))).toEqual([{ id: 2 }]);
        });
      });
    });
  });
}

/** Each caller waits until `size` have come; later ones pass. */
function meeting(size: number): () => Promise<void> {
  let arrived = 0;
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return () => {
    if (++arrived >= size) open();
    return opened;
  };
}
