import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import pg from 'pg';

const run = promisify(execFile);

/** The driver drops what comes over the wire for `COPY … TO STDOUT`. */
class CopyOut extends pg.Query {
  private readonly pieces: Buffer[] = [];

  handleCopyData({ chunk }: { chunk: Buffer }): void {
    this.pieces.push(Buffer.from(chunk));
  }

  get copied(): string {
    return Buffer.concat(this.pieces).toString();
  }
}

/** Every row of every table outside of these schemas, as `COPY` writes it: the data of a dump, from any version. */
export async function copyTables(url: string, withoutSchemas: readonly string[] = []): Promise<string> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows: tables } = await client.query<{ name: string }>(
      `SELECT format('%I.%I', n.nspname, c.relname) AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
       WHERE c.relkind = 'r' AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname <> ALL($1)`,
      [withoutSchemas],
    );
    const texts: string[] = [];
    for (const { name } of tables) texts.push(`${name}\n${await copyOut(client, `COPY ${name} TO STDOUT`)}`);
    return texts.join('\n');
  } finally {
    await client.end();
  }
}

function copyOut(client: pg.Client, sql: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const copy: CopyOut = new CopyOut(sql, (error: unknown) => (error ? reject(error) : resolve(copy.copied)));
    client.query(copy);
  });
}

/** The file that `pg_dump` writes; null where there is none for a server of this version. */
export async function pgDump(url: string, withoutSchemas: readonly string[] = []): Promise<string | null> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query<{ version: number }>(
    `SELECT current_setting('server_version_num')::integer / 10000 AS version`,
  );
  await client.end();
  if ((await versionOfPgDump()) < (rows[0]?.version ?? Infinity)) return null;
  const without = withoutSchemas.map((name) => `--exclude-schema=${name}`);
  return (await run('pg_dump', ['--dbname', url, ...without], { maxBuffer: 1024 ** 3 })).stdout;
}

async function versionOfPgDump(): Promise<number> {
  try {
    return Number(/(\d+)/.exec((await run('pg_dump', ['--version'])).stdout)?.[1] ?? 0);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return 0;
    throw error;
  }
}
