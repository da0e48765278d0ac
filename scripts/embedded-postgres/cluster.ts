import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chown, mkdir, open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { type Account, canEnter, isRoot, serverAccount } from './account.ts';
import { executable, findBinaries, serverEnvironment } from './binaries.ts';
import { claimTwin, twinOf } from './data-dir.ts';
import { EmbeddedPostgresError } from './error.ts';
import { readIfExists } from './files.ts';
import { isRunning } from './processes.ts';

/** One PostgreSQL cluster of ours. `home` holds its data, its password, its log and the process id of its owner. */
export interface Cluster {
  home: string;
  data: string;
  bin: string;
  account: Account;
}

export interface Server {
  pid: number;
  port: number;
}

const SUPERUSER = 'postgres';
const START_TIMEOUT_MS = 60_000; // recovery after a crash may have much to replay
const POLL_MS = 20;
const LOST_RACE = /address already in use|lock file .* already exists|shared memory block .* still in use/is;

const SETTINGS = Object.entries({
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: '100',
  shared_buffers: '64MB',
  timezone: 'UTC',
  log_timezone: 'UTC',
  // A commit is handed to the system before it is answered, so killing any process loses nothing. Only the machine
  // itself going down could; waiting for the disk at each commit to rule that out is for production.
  fsync: 'off',
  io_method: 'sync',
  jit: 'off',
});

/** `dataDir` is what `claimDataDir` returned. */
export async function locateCluster(dataDir: string): Promise<Cluster> {
  const home = await chooseHome(dataDir);
  const account = await accountOf(home);
  return {
    home,
    data: path.join(home, 'data'),
    bin: await findBinaries(account, path.dirname(home)),
    account,
  };
}

/** Where a cluster of this DATA_DIR is, if there is one. */
export function existingHome(dataDir: string): string | null {
  return [path.join(dataDir, 'postgres'), path.join(twinOf(dataDir), 'postgres')].find(existsSync) ?? null;
}

async function chooseHome(dataDir: string): Promise<string> {
  const existing = existingHome(dataDir);
  if (existing?.startsWith(twinOf(dataDir))) await claimTwin(dataDir);
  if (existing) return existing;
  const parent = canEnter(dataDir, serverAccount()) ? dataDir : await claimTwin(dataDir);
  return path.join(parent, 'postgres');
}

async function accountOf(home: string): Promise<Account> {
  if (!existsSync(home)) return serverAccount();
  const { uid, gid } = await stat(home);
  if (isRoot()) return { uid, gid };
  if (process.getuid && uid !== process.getuid()) {
    throw new EmbeddedPostgresError(
      `The database in ${home} belongs to user ${uid}: run as that user or set another DATA_DIR.`,
    );
  }
  return null;
}

export async function initialise(cluster: Cluster): Promise<void> {
  // A cluster gets its final name only when it is complete, so a run that was killed leaves nothing half made.
  const draft = `${cluster.home}.draft`;
  const password = path.join(draft, 'password');
  await rm(draft, { recursive: true, force: true });
  await mkdir(draft, { mode: 0o700 });
  await writeFile(password, randomBytes(24).toString('base64url'), { mode: 0o600 });
  if (cluster.account) {
    for (const owned of [draft, password]) await chown(owned, cluster.account.uid, cluster.account.gid);
  }
  // Case rules from PostgreSQL itself, order by code point: the same on every machine, whatever locales it has.
  const locale = ['--encoding=UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'];
  const access = ['--username', SUPERUSER, '--auth=scram-sha-256', '--pwfile', password];
  const { code, output } = await runToEnd(cluster, [
    '-D',
    path.join(draft, 'data'),
    ...locale,
    ...access,
    '--no-sync',
    '--no-instructions',
  ]);
  if (code !== 0) {
    await rm(draft, { recursive: true, force: true });
    throw explain(cluster, output);
  }
  await rename(draft, cluster.home);
}

function runToEnd(cluster: Cluster, args: string[]): Promise<{ code: number | null; output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(executable(cluster.bin, 'initdb'), args, {
      ...cluster.account,
      cwd: path.parse(cluster.bin).root,
      env: serverEnvironment(),
      stdio: ['ignore', 'pipe', 'pipe'],
      windowsHide: true,
    });
    let output = '';
    const collect = (chunk: Buffer) => {
      output += chunk.toString();
    };
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, output }));
  });
}

/** Resolves when the server takes connections, or null when this start was lost to a race and is worth another. */
export async function launch(cluster: Cluster, givenPort?: number): Promise<Server | null> {
  const port = givenPort ?? (await freePort());
  const logPath = path.join(cluster.home, 'log');
  await rm(logPath, { force: true }); // it may belong to root, of an earlier start
  const log = await open(logPath, 'w');
  const child = spawn(
    executable(cluster.bin, 'postgres'),
    ['-D', cluster.data, '-p', String(port), ...SETTINGS.flatMap(([name, value]) => ['-c', `${name}=${value}`])],
    {
      ...cluster.account,
      cwd: path.parse(cluster.bin).root,
      env: serverEnvironment(),
      stdio: ['ignore', log.fd, log.fd],
      // In a session of its own: Ctrl+C reaches the terminal's whole group, and our own shutdown still needs the server.
      detached: true,
      windowsHide: true,
    },
  );
  let failure: Error | null = null;
  let hasEnded = false;
  child.once('error', (error) => {
    failure = error;
    hasEnded = true;
  });
  child.once('exit', () => {
    hasEnded = true;
  });
  await log.close();

  const deadline = Date.now() + START_TIMEOUT_MS;
  while (!hasEnded) {
    const server = await findServer(cluster.home);
    if (server?.isReady && server.pid === child.pid) {
      child.unref();
      return server;
    }
    if (Date.now() > deadline) {
      child.kill('SIGQUIT');
      throw new EmbeddedPostgresError(
        `The database did not start within ${START_TIMEOUT_MS / 1000} s: see ${logPath}.`,
      );
    }
    await sleep(POLL_MS);
  }
  if (failure) throw failure;
  const output = await readFile(logPath, 'utf8');
  if (LOST_RACE.test(output)) return null;
  throw explain(cluster, output);
}

/** The live server of that home. A process id left behind by a server that is gone does not count. */
export async function findServer(home: string): Promise<(Server & { isReady: boolean }) | null> {
  const data = path.join(home, 'data');
  const text = await readIfExists(path.join(data, 'postmaster.pid'));
  if (text === null) return null;
  const [pid, , , port, , , , status] = text.split('\n');
  if (!isRunning(Number(pid), data)) return null;
  return { pid: Number(pid), port: Number(port), isReady: status?.trim() === 'ready' };
}

/**
 * PostgreSQL overrides the lock of a dead process itself, but gives way when the process id has gone to somebody else,
 * which is the rule in a container where every start counts from 1.
 */
export async function removeStaleLock(cluster: Cluster): Promise<void> {
  if ((await findServer(cluster.home)) === null) await rm(path.join(cluster.data, 'postmaster.pid'), { force: true });
}

/** Waits out a server that is starting or stopping. */
export async function settledServer(home: string): Promise<Server | null> {
  const deadline = Date.now() + START_TIMEOUT_MS;
  for (;;) {
    const server = await findServer(home);
    if (server === null || server.isReady) return server;
    if (Date.now() > deadline) {
      throw new EmbeddedPostgresError(
        `The database process ${server.pid} does not get ready: stop it and start again.`,
      );
    }
    await sleep(POLL_MS);
  }
}

/** Proves that the server lets us in. */
export async function connectionUrl(cluster: Cluster, server: Server): Promise<string> {
  const password = await readFile(path.join(cluster.home, 'password'), 'utf8');
  const url = `postgres://${SUPERUSER}:${password}@127.0.0.1:${server.port}/postgres`;
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query('select 1');
  } catch (error) {
    throw explain(cluster, String(error), error);
  } finally {
    await client.end();
  }
  return url;
}

function explain(cluster: Cluster, output: string, cause?: unknown): EmbeddedPostgresError {
  const options = cause === undefined ? {} : { cause };
  if (/no space left on device/i.test(output)) {
    return new EmbeddedPostgresError(`The disk of ${cluster.home} is full: free some space and start again.`, options);
  }
  const lines = output.trim().split('\n');
  const reason = lines.findLast((line) => /FATAL|PANIC|error:/i.test(line)) ?? lines.at(-1) ?? '';
  const words = reason.replace(/^.*?(?:FATAL|PANIC|error):\s*/i, '');
  return new EmbeddedPostgresError(
    `The database in ${cluster.home} does not start (${words}): \`npm run reset\` makes a new one, without the old data.`,
    options,
  );
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => {
        if (address && typeof address === 'object') resolve(address.port);
        else reject(new Error('The probe has no port'));
      });
    });
  });
}
