import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { migrate } from '../../lib/db/migrate.ts';
import { connectPg } from '../../lib/db/pg.ts';
import { removeDataDir } from '../embedded-postgres/data-dir.ts';
import { hasCode, isRunning } from '../embedded-postgres/processes.ts';
import { startEmbeddedPostgres } from '../embedded-postgres/start.ts';

const POLL_MS = 20;

export interface ChaosDatabase {
  url: string;
  /** Null for a server that is not ours to kill. */
  server: {
    /** Ends all its processes at once, as a crash of the machine would, before this returns. */
    kill(): void;
    /** Starts it again where it was. */
    restart(): Promise<void>;
  } | null;
  remove(): Promise<void>;
}

/** A migrated database of its own on the server that is given, or on one that is started for it. */
export async function provideDatabase(givenUrl: string | undefined, folder: string): Promise<ChaosDatabase> {
  if (givenUrl !== undefined) {
    const { url, drop } = await createDatabase(givenUrl);
    return { url, server: null, remove: drop };
  }
  const dataDir = path.join(folder, 'postgres');
  let running = await startEmbeddedPostgres({ dataDir });
  const { port } = running;
  let killed: number[] = [];
  async function remove(): Promise<void> {
    await running.stop();
    await removeDataDir(dataDir);
  }
  try {
    const { url } = await createDatabase(running.url);
    return {
      url,
      server: {
        kill() {
          killed = [running.pid, ...childrenOf(running.pid)];
          for (const pid of killed) killNow(pid);
        },
        async restart() {
          while (killed.some((pid) => isRunning(pid, 'postgres'))) await sleep(POLL_MS);
          await running.stop();
          running = await startEmbeddedPostgres({ dataDir, port });
        },
      },
      remove,
    };
  } catch (error) {
    await remove();
    throw error;
  }
}

async function createDatabase(serverUrl: string): Promise<{ url: string; drop(): Promise<void> }> {
  const name = `esim_shop_chaos_${randomBytes(6).toString('hex')}`;
  await asAdmin(serverUrl, `create database ${name} template template0 encoding 'UTF8'`);
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  await migrate({ connectionString: url.href });
  return { url: url.href, drop: () => asAdmin(serverUrl, `drop database if exists ${name} with (force)`) };
}

async function asAdmin(serverUrl: string, statement: string): Promise<void> {
  const admin = connectPg({ url: serverUrl, max: 1 });
  try {
    await admin.query(statement);
  } finally {
    await admin.close();
  }
}

function killNow(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    // A connection that ended by itself a moment ago.
    if (!hasCode(error, 'ESRCH')) throw error;
  }
}

function childrenOf(parent: number): number[] {
  return execFileSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' })
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number))
    .flatMap(([pid, ppid]) => (ppid === parent && pid !== undefined ? pid : []));
}
