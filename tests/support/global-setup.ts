import { randomBytes } from 'node:crypto';
import { chmod, mkdtemp, readdir, stat } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { TestProject } from 'vitest/node';
import { migrate } from '../../lib/db/migrate.ts';
import { connectPg } from '../../lib/db/pg.ts';
import { isDataDir, removeDataDir } from '../../scripts/embedded-postgres/data-dir.ts';
import { isRunning } from '../../scripts/embedded-postgres/processes.ts';
import { startEmbeddedPostgres, stopServerOf } from '../../scripts/embedded-postgres/start.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    testServer: {
      /** A login that may create databases. */
      url: string;
      /** Migrated, and cloned by `createTestDatabase`. Nobody may connect to it. */
      template: string;
      /** Every database of this run starts with it. */
      prefix: string;
    };
  }
}

/** One server for the whole run, migrated once. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const given = process.env['TEST_DATABASE_URL'];
  const server = given ? { url: given, stop: async () => undefined } : await startTemporaryServer();
  const prefix = `esim_shop_test_${randomBytes(4).toString('hex')}`;
  const template = `${prefix}_template`;
  const admin = connectPg({ url: server.url, max: 1 });

  async function teardown(): Promise<void> {
    const left = await admin.query<{ datname: string }>(
      'select datname from pg_database where starts_with(datname, $1)',
      [prefix],
    );
    for (const { datname } of left) await admin.query(`drop database if exists ${datname} with (force)`);
    await admin.close();
    await server.stop();
  }

  try {
    await admin.query(`create database ${template} template template0 encoding 'UTF8'`);
    const templateUrl = new URL(server.url);
    templateUrl.pathname = `/${template}`;
    await migrate({ connectionString: templateUrl.href });
  } catch (error) {
    await teardown();
    throw error;
  }
  project.provide('testServer', { url: server.url, template, prefix });
  return teardown;
}

const FOLDER = /^esim-shop-test-(\d+)-/;

async function startTemporaryServer(): Promise<{ url: string; stop(): Promise<void> }> {
  await removeLeftovers();
  const dataDir = await mkdtemp(path.join(os.tmpdir(), `esim-shop-test-${process.pid}-`));
  // As root the server runs as somebody else, who has to reach its data.
  await chmod(dataDir, 0o711);
  const server = await startEmbeddedPostgres({ dataDir });
  return {
    url: server.url,
    async stop() {
      await server.stop();
      await removeDataDir(dataDir);
    },
  };
}

/** A run that was killed could not stop its server. */
async function removeLeftovers(): Promise<void> {
  for (const name of await readdir(os.tmpdir())) {
    const pid = Number(FOLDER.exec(name)?.[1]);
    const dataDir = path.join(os.tmpdir(), name);
    if (!pid || isRunning(pid) || !isDataDir(dataDir)) continue;
    if ((await stat(dataDir)).uid !== process.getuid?.()) continue;
    await stopServerOf(dataDir);
    await removeDataDir(dataDir);
  }
}
