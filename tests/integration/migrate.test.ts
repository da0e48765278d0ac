import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { migrate, pendingMigrations } from '../../lib/db/migrate.ts';
import { connectPg } from '../../lib/db/pg.ts';
import type { Database } from '../../lib/db/sql.ts';
import { createTestDatabase } from '../support/database.ts';

let testDatabase: Awaited<ReturnType<typeof createTestDatabase>>;
let db: Database;
let directory: string;

beforeEach(async () => {
  testDatabase = await createTestDatabase();
  db = connectPg({ url: testDatabase.url });
  await db.query('drop schema public cascade');
  await db.query('create schema public');
  directory = await mkdtemp(path.join(os.tmpdir(), 'migrations-'));
});

afterEach(async () => {
  await rm(directory, { recursive: true });
  await db.close();
  await testDatabase.drop();
});

const run = () => migrate({ connectionString: testDatabase.url }, directory);
const pending = () => pendingMigrations({ connectionString: testDatabase.url }, directory);
const write = (name: string, text: string) => writeFile(path.join(directory, name), text);

describe('migrate', () => {
  it('applies the files in the order of their numbers, once', async () => {
    await write('0002_fill.sql', `insert into plans values ('a'); insert into plans values ('b');`);
    await write('0001_plans.sql', 'create table plans (id text);');
    expect(await run()).toEqual({ applied: ['0001_plans.sql', '0002_fill.sql'] });
    expect(await run()).toEqual({ applied: [] });
    expect(await db.query('select id from plans order by id')).toEqual([{ id: 'a' }, { id: 'b' }]);
  });

  it('has nothing to do for an empty folder', async () => {
    expect(await run()).toEqual({ applied: [] });
  });

  it('lets two at once share the work without doing any of it twice', async () => {
    await write('0001_plans.sql', 'create table plans (id serial);');
    await write('0002_slow.sql', 'select pg_sleep(0.05); insert into plans default values;');
    await write('0003_more.sql', 'insert into plans default values;');
    const results = await Promise.all([run(), run(), run()]);
    expect(results.flatMap((result) => result.applied).sort()).toEqual([
      '0001_plans.sql',
      '0002_slow.sql',
      '0003_more.sql',
    ]);
    expect(await db.query('select count(*) as count from plans')).toEqual([{ count: 2 }]);
  });

  it('rolls a broken file back as a whole, names file and line, and keeps the files before it', async () => {
    await write('0001_plans.sql', 'create table plans (id text);');
    await write(
      '0002_broken.sql',
      `insert into plans values ('a');\ncreate table other (id text);\nselect nothing_like_it();`,
    );
    await expect(run()).rejects.toThrow(/^0002_broken\.sql, line 3: function nothing_like_it\(\) does not exist$/);
    expect(await db.query('select id from plans')).toEqual([]);
    expect(await db.query(`select to_regclass('other') as other`)).toEqual([{ other: null }]);

    await write('0002_broken.sql', `insert into plans values ('a');`);
    expect(await run()).toEqual({ applied: ['0002_broken.sql'] });
  });

  it('refuses a file that was edited after it was applied', async () => {
    await write('0001_plans.sql', 'create table plans (id text);');
    await run();
    await write('0001_plans.sql', 'create table plans (id text, price int);');
    await write('0002_fill.sql', `insert into plans values ('a');`);
    await expect(run()).rejects.toThrow('0001_plans.sql was edited');
    expect(await db.query('select id from plans')).toEqual([]);
  });

  it('does not mind other line ends', async () => {
    await write('0001_plans.sql', 'create table plans (\n  id text\n);\n');
    await run();
    await write('0001_plans.sql', 'create table plans (\r\n  id text\r\n);\r\n');
    expect(await run()).toEqual({ applied: [] });
  });

  it('refuses to go on when the file of an earlier migration is missing', async () => {
    await write('0001_plans.sql', 'create table plans (id text);');
    await run();
    await rm(path.join(directory, '0001_plans.sql'));
    await write('0002_fill.sql', `insert into plans values ('a');`);
    await expect(run()).rejects.toThrow('0001_plans.sql was applied to this database but its file is missing');
  });

  it('refuses a file numbered before one that is already applied', async () => {
    await write('0002_fill.sql', 'create table plans (id text);');
    await run();
    await write('0001_plans.sql', 'create table late (id text);');
    await expect(run()).rejects.toThrow('0001_plans.sql comes before 0002_fill.sql');
  });

  it('accepts a database that a newer release has migrated further', async () => {
    await write('0001_plans.sql', 'create table plans (id text);');
    await write('0002_fill.sql', `insert into plans values ('a');`);
    await run();
    await rm(path.join(directory, '0002_fill.sql'));
    expect(await run()).toEqual({ applied: [] });
  });

  it.each(['1_plans.sql', '0001-plans.sql', 'plans.sql'])('refuses the file name %s', async (name) => {
    await write(name, 'select 1;');
    await expect(run()).rejects.toThrow(name);
  });

  it('refuses two files with one number', async () => {
    await write('0001_plans.sql', 'select 1;');
    await write('0001_users.sql', 'select 1;');
    await expect(run()).rejects.toThrow('0001_users.sql has the number of 0001_plans.sql');
  });
});

describe('pendingMigrations', () => {
  it('lists what migrate would apply, and changes nothing', async () => {
    await write('0001_plans.sql', 'create table plans (id text);');
    await write('0002_fill.sql', `insert into plans values ('a');`);
    expect(await pending()).toEqual(['0001_plans.sql', '0002_fill.sql']);
    expect(await db.query(`select to_regclass('schema_migrations') as ours`)).toEqual([{ ours: null }]);
    await run();
    expect(await pending()).toEqual([]);
  });
});

describe('npm run migrate', () => {
  const program = fileURLToPath(new URL('../../scripts/migrate.ts', import.meta.url));
  /** In the test's folder, with nothing set but what is given. */
  const runCommand = (env: Record<string, string> = {}) =>
    promisify(execFile)(process.execPath, ['--import', import.meta.resolve('tsx'), program], {
      cwd: directory,
      env: { PATH: process.env['PATH'], ...env },
    });

  it('takes the database from .env, as npm start does', async () => {
    await write('.env', `DATABASE_URL=${testDatabase.url}\nDATABASE_URL_UNPOOLED=\n`);
    expect((await runCommand()).stdout).toMatch(/^Applied 0001_\S+\.sql/);
    expect(await db.query('select count(*) as shops from shop')).toEqual([{ shops: 1 }]);
    expect((await runCommand()).stdout).toBe('Nothing to apply: the database is up to date.\n');
  });

  it('prefers the environment to .env', async () => {
    await write('.env', 'DATABASE_URL=postgres://nobody@127.0.0.1:1/nothing\n');
    expect((await runCommand({ DATABASE_URL: testDatabase.url })).stdout).toMatch(/^Applied /);
  });

  it('says what to set when neither names a database', async () => {
    await expect(runCommand()).rejects.toMatchObject({ code: 2, stderr: expect.stringContaining('Set DATABASE_URL') });
  });
});
