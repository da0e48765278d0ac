import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { clientSettings } from './pg.ts';

export const MIGRATIONS_DIRECTORY = fileURLToPath(new URL('./migrations', import.meta.url));

/** The message is one sentence for the operator and names the file. */
export class MigrationError extends Error {
  override name = 'MigrationError';
}

interface Migration {
  name: string;
  text: string;
  checksum: string;
}

const FILE_NAME = /^\d{4}_[a-z0-9_]+\.sql$/;
// Held until the transaction ends, so it also works through a pooler. The number only has to be ours alone.
const LOCK = 'select pg_advisory_xact_lock(7305814603)';

/** Applies what is missing, each file in its own transaction. Two at once take turns, file by file. */
export async function migrate(
  db: { connectionString: string },
  directory: string = MIGRATIONS_DIRECTORY,
): Promise<{ applied: string[] }> {
  const migrations = await readMigrations(directory);
  return withClient(db.connectionString, async (client) => {
    const applied: string[] = [];
    for (;;) {
      const name = await applyNext(client, migrations);
      if (name === null) return { applied };
      applied.push(name);
    }
  });
}

export async function pendingMigrations(
  db: { connectionString: string },
  directory: string = MIGRATIONS_DIRECTORY,
): Promise<string[]> {
  const migrations = await readMigrations(directory);
  return withClient(db.connectionString, async (client) => {
    const { rows } = await client.query<{ exists: boolean }>(
      `select to_regclass('schema_migrations') is not null as exists`,
    );
    const pending = rows[0]?.exists ? pendingOf(migrations, await readApplied(client)) : migrations;
    return pending.map((migration) => migration.name);
  });
}

async function applyNext(client: pg.Client, migrations: Migration[]): Promise<string | null> {
  await client.query('begin');
  try {
    await client.query(LOCK);
    await client.query(
      `create table if not exists schema_migrations (
         name text primary key, checksum text not null, applied_at timestamptz not null default now())`,
    );
    const next = pendingOf(migrations, await readApplied(client))[0];
    if (next) {
      await runFile(client, next);
      await client.query('insert into schema_migrations (name, checksum) values ($1, $2)', [next.name, next.checksum]);
    }
    await client.query('commit');
    return next?.name ?? null;
  } catch (error) {
    await client.query('rollback').catch(() => undefined);
    throw error;
  }
}

async function runFile(client: pg.Client, migration: Migration): Promise<void> {
  try {
    await client.query(migration.text);
  } catch (error) {
    if (!(error instanceof pg.DatabaseError)) throw error;
    const line = error.position && migration.text.slice(0, Number(error.position)).split('\n').length;
    throw new MigrationError(`${migration.name}${line ? `, line ${line}` : ''}: ${error.message}`, { cause: error });
  }
}

/** Files after the last one on disk may be applied already: a newer release has migrated, and this one runs on that. */
function pendingOf(migrations: Migration[], applied: Map<string, string>): Migration[] {
  const lastOnDisk = migrations.at(-1)?.name ?? '';
  const onDisk = new Set(migrations.map((migration) => migration.name));
  const appliedNames = [...applied.keys()].sort();
  const lost = appliedNames.find((name) => name < lastOnDisk && !onDisk.has(name));
  if (lost) throw new MigrationError(`${lost} was applied to this database but its file is missing: restore it`);

  const pending: Migration[] = [];
  for (const migration of migrations) {
    const checksum = applied.get(migration.name);
    if (checksum === undefined) {
      const later = appliedNames.find((name) => name > migration.name);
      if (later) {
        throw new MigrationError(
          `${migration.name} comes before ${later}, which is already applied: give it a later number`,
        );
      }
      pending.push(migration);
    } else if (checksum !== migration.checksum) {
      throw new MigrationError(
        `${migration.name} was edited after it was applied: undo that and write a new migration`,
      );
    }
  }
  return pending;
}

async function readApplied(client: pg.Client): Promise<Map<string, string>> {
  const { rows } = await client.query<{ name: string; checksum: string }>(
    'select name, checksum from schema_migrations',
  );
  return new Map(rows.map((row) => [row.name, row.checksum]));
}

async function readMigrations(directory: string): Promise<Migration[]> {
  const names = (await readdir(directory)).filter((name) => name.endsWith('.sql')).sort();
  const migrations: Migration[] = [];
  for (const [index, name] of names.entries()) {
    if (!FILE_NAME.test(name)) throw new MigrationError(`${name} is not named like 0001_first_words.sql`);
    if (names[index - 1]?.slice(0, 4) === name.slice(0, 4)) {
      throw new MigrationError(`${name} has the number of ${names[index - 1]}: give it the next one`);
    }
    // Git may check the same file out with other line ends.
    const text = (await readFile(path.join(directory, name), 'utf8')).replaceAll('\r\n', '\n');
    migrations.push({ name, text, checksum: createHash('sha256').update(text).digest('hex') });
  }
  return migrations;
}

async function withClient<Result>(url: string, work: (client: pg.Client) => Promise<Result>): Promise<Result> {
  const client = new pg.Client({ ...clientSettings(url), connectionTimeoutMillis: 10_000 });
  // A lost connection also rejects the query under way; the event alone would end the process.
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
