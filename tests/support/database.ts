import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { inject } from 'vitest';

const OBJECT_IN_USE = '55006';
const MAX_TRIES = 50;
const POLL_MS = 100;

/** A migrated database of one's own. `drop` fails when somebody still holds a connection to it. */
export async function createTestDatabase(): Promise<{ url: string; drop(): Promise<void> }> {
  const { url: adminUrl, template, prefix } = inject('testServer');
  const name = `${prefix}_${randomBytes(6).toString('hex')}`;
  await asAdmin(adminUrl, (admin) => clone(admin, template, name));
  const url = new URL(adminUrl);
  url.pathname = `/${name}`;
  return {
    url: url.href,
    async drop() {
      const leaked = await asAdmin(adminUrl, async (admin) => {
        const left = await waitForClients(admin, name);
        await admin.query(`drop database ${name} with (force)`);
        return left;
      });
      if (leaked.length > 0) {
        throw new Error(`${leaked.length} connections were left open; last statements: ${leaked.join(' | ')}`);
      }
    },
  };
}

async function clone(admin: pg.Client, template: string, name: string): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      await admin.query(`create database ${name} template ${template}`);
      return;
    } catch (error) {
      // Autovacuum may be looking at the template.
      if (!(error instanceof pg.DatabaseError) || error.code !== OBJECT_IN_USE || tries === MAX_TRIES) throw error;
      await sleep(POLL_MS);
    }
  }
}

/** The last statements of those who are still connected. A pool that was closed needs a moment to vanish. */
async function waitForClients(admin: pg.Client, name: string): Promise<string[]> {
  for (let tries = 1; ; tries++) {
    const { rows } = await admin.query<{ query: string }>(
      `select query from pg_stat_activity where datname = $1 and backend_type = 'client backend'`,
      [name],
    );
    if (rows.length === 0 || tries === MAX_TRIES) return rows.map((row) => row.query);
    await sleep(POLL_MS);
  }
}

async function asAdmin<Result>(url: string, work: (admin: pg.Client) => Promise<Result>): Promise<Result> {
  const admin = new pg.Client({ connectionString: url });
  await admin.connect();
  try {
    return await work(admin);
  } finally {
    await admin.end();
  }
}
