import { existsSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type Cluster,
  type Server,
  connectionUrl,
  existingHome,
  findServer,
  initialise,
  launch,
  locateCluster,
  removeStaleLock,
  settledServer,
} from './cluster.ts';
import { claimDataDir, hasStaleTwin, removeTwin } from './data-dir.ts';
import { EmbeddedPostgresError } from './error.ts';
import { readIfExists } from './files.ts';
import { hasCode, isRunning, signalPostmaster } from './processes.ts';

export interface EmbeddedPostgres {
  url: string;
  port: number;
  pid: number;
  /**
   * `adopted`: it was left running by a process that is gone, and is ours from here on.
   * `joined`: another live process owns it and will stop it; our `stop` does nothing.
   */
  mode: 'started' | 'adopted' | 'joined';
  stop(): Promise<void>;
}

export interface EmbeddedPostgresOptions {
  dataDir: string;
  /** A free one when left out. */
  port?: number;
  log?: (line: string) => void;
}

const MAX_STARTS = 5;
const LOCK_TIMEOUT_MS = 90_000;
const STOP_TIMEOUT_MS = 10_000;
const POLL_MS = 20;

/** A PostgreSQL server on 127.0.0.1, with its data below `dataDir`. It ends with this process. */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const dataDir = await claimDataDir(options.dataDir);
  if (await hasStaleTwin(dataDir)) {
    await stopServerOf(dataDir);
    await removeTwin(dataDir);
  }
  const cluster = await locateCluster(dataDir);
  return withLock(`${cluster.home}.lock`, () => startOrAdopt(cluster, options));
}

async function startOrAdopt(cluster: Cluster, options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const { log = () => undefined } = options;
  const ownerFile = path.join(cluster.home, 'owner');
  if (!existsSync(cluster.home)) {
    log(`Creating a database in ${cluster.home}`);
    await initialise(cluster);
  }

  let mode: EmbeddedPostgres['mode'] = 'started';
  let server = await settledServer(cluster.home);
  if (server) {
    const owner = Number(await readIfExists(ownerFile));
    mode = owner > 0 && isRunning(owner) ? 'joined' : 'adopted';
  }
  for (let start = 0; !server; start++) {
    if (start === MAX_STARTS) {
      throw new EmbeddedPostgresError(`The database in ${cluster.home} found no free port: start again.`);
    }
    await removeStaleLock(cluster);
    server = await launch(cluster, options.port);
  }

  const url = await connectionUrl(cluster, server);
  if (mode === 'joined') return { url, port: server.port, pid: server.pid, mode, stop: async () => undefined };
  await rm(ownerFile, { force: true });
  await writeFile(ownerFile, String(process.pid));
  const forget = stopAtExit(cluster, server);
  log(`PostgreSQL ${mode} on port ${server.port}`);
  let stopped: Promise<void> | undefined;
  return {
    url,
    port: server.port,
    pid: server.pid,
    mode,
    stop() {
      stopped ??= stopServer(cluster, server).then(forget);
      return stopped;
    },
  };
}

/** Stops the server of this DATA_DIR, whoever owns it. `dataDir` is a real path. False when none runs. */
export async function stopServerOf(dataDir: string): Promise<boolean> {
  const home = existingHome(dataDir);
  const server = home && (await findServer(home));
  if (!server) return false;
  await stopServer(await locateCluster(dataDir), server);
  return true;
}

async function stopServer(cluster: Cluster, server: Server): Promise<void> {
  for (const signal of ['INT', 'QUIT'] as const) {
    const deadline = Date.now() + STOP_TIMEOUT_MS;
    if (isRunning(server.pid, cluster.data)) signalPostmaster(server.pid, signal, cluster.bin);
    while (Date.now() < deadline) {
      if (!isRunning(server.pid, cluster.data)) {
        await rm(path.join(cluster.home, 'owner'), { force: true });
        return;
      }
      await sleep(POLL_MS);
    }
  }
  throw new EmbeddedPostgresError(`The database process ${server.pid} does not stop: end it by hand.`);
}

const stopsAtExit = new Set<() => void>();

function stopAtExit(cluster: Cluster, server: Server): () => void {
  const stop = () => {
    if (isRunning(server.pid, cluster.data)) signalPostmaster(server.pid, 'INT', cluster.bin);
  };
  if (stopsAtExit.size === 0) watchExit();
  stopsAtExit.add(stop);
  return () => {
    stopsAtExit.delete(stop);
    if (stopsAtExit.size === 0) unwatchExit();
  };
}

const EXIT_CODES = new Map<NodeJS.Signals, number>([
  ['SIGHUP', 129],
  ['SIGINT', 130],
  ['SIGTERM', 143],
]);

/** Another listener for the signal ends the process in its own time; alone, we end it as the signal would have. */
function exitIfAlone(signal: NodeJS.Signals): void {
  if (process.listenerCount(signal) === 1) process.exit(EXIT_CODES.get(signal));
}

function stopAll(): void {
  for (const stop of stopsAtExit) stop();
}

function watchExit(): void {
  process.on('exit', stopAll);
  for (const signal of EXIT_CODES.keys()) process.on(signal, exitIfAlone);
}

function unwatchExit(): void {
  process.off('exit', stopAll);
  for (const signal of EXIT_CODES.keys()) process.off(signal, exitIfAlone);
}

/** Two starts of one cluster take turns, so that the second finds what the first made. */
async function withLock<Result>(file: string, work: () => Promise<Result>): Promise<Result> {
  const deadline = Date.now() + LOCK_TIMEOUT_MS;
  for (;;) {
    try {
      await writeFile(file, String(process.pid), { flag: 'wx' });
      break;
    } catch (error) {
      if (!hasCode(error, 'EEXIST')) throw error;
    }
    const holder = Number(await readIfExists(file));
    if (holder > 0 && !isRunning(holder)) await rm(file, { force: true });
    if (Date.now() > deadline) {
      throw new EmbeddedPostgresError(`Another start holds ${file}: stop process ${holder} or remove the file.`);
    }
    await sleep(POLL_MS);
  }
  try {
    return await work();
  } finally {
    await rm(file, { force: true });
  }
}
