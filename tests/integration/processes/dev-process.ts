import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { ENV_NAMES } from '../../../lib/config/env.ts';
import { isDataDir, removeDataDir } from '../../../scripts/embedded-postgres/data-dir.ts';
import { stopServerOf } from '../../../scripts/embedded-postgres/start.ts';

export const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

/** Only for a start that would never end. */
const START_TIMEOUT_MS = 90_000;

interface DevOptions {
  port: number;
  dataDir: string;
  settings?: Record<string, string>;
}

export interface DevProcess {
  port: number;
  url: string;
  databaseUrl: string;
  /** Everything written before and with the line that says it is ready. */
  startUpLines: string[];
  /** Ends at once, with all that was started along with it. */
  kill(): Promise<void>;
  /** As with Ctrl-C; the exit code. */
  stop(): Promise<number | null>;
}

/** `npm run dev` as a process of its own, in a process group of its own. */
export async function startDevProcess(options: DevOptions): Promise<DevProcess> {
  const child = spawnDev(options);
  const output = gather(child);
  const ready = `Ready: http://localhost:${options.port}/sandbox`;
  const deadline = setTimeout(() => killGroup(child), START_TIMEOUT_MS);
  try {
    await new Promise<void>((resolve, reject) => {
      child.stdout?.on('data', () => output.lines().includes(ready) && resolve());
      child.once('exit', () => reject(new Error(`npm run dev ended before it was ready:\n${output.all()}`)));
    });
  } finally {
    clearTimeout(deadline);
  }
  const lines = output.lines();
  return {
    port: options.port,
    url: `http://localhost:${options.port}`,
    databaseUrl: /Database: psql '([^']+)'/.exec(output.all())?.[1] ?? '',
    startUpLines: lines.slice(0, lines.indexOf(ready) + 1),
    async kill() {
      const ended = hasEnded(child);
      killGroup(child);
      await ended;
    },
    async stop() {
      const ended = hasEnded(child);
      child.kill('SIGTERM');
      await ended;
      return child.exitCode;
    },
  };
}

/** For a start that is expected to fail. */
export async function runDevToItsEnd(options: DevOptions) {
  const child = spawnDev(options);
  const output = gather(child);
  const deadline = setTimeout(() => killGroup(child), START_TIMEOUT_MS);
  await hasEnded(child);
  clearTimeout(deadline);
  return { exitCode: child.exitCode, output: output.all() };
}

/** The same command as the script in package.json, without npm, which would stand between the signals and the shop. */
function spawnDev({ port, dataDir, settings = {} }: DevOptions): ChildProcess {
  const { PATH, HOME, SystemRoot, TEMP, TMPDIR } = process.env;
  // Empty, so that neither this environment nor an .env.dev file of the checkout has a say.
  const none = Object.fromEntries(ENV_NAMES.map((name) => [name, '']));
  const child = spawn(process.execPath, ['--import', 'tsx', 'scripts/dev.ts'], {
    cwd: ROOT,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH,
      HOME,
      SystemRoot,
      TEMP,
      TMPDIR,
      ...none,
      HOST: '',
      ...settings,
      PORT: String(port),
      DATA_DIR: dataDir,
    },
  });
  const killWithUs = () => killGroup(child);
  process.once('exit', killWithUs);
  child.once('exit', () => process.off('exit', killWithUs));
  return child;
}

function gather(child: ChildProcess) {
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
    });
  }
  return {
    all: () => text,
    /** Whole lines only. */
    lines: () => text.split('\n').slice(0, -1),
  };
}

function killGroup({ pid, exitCode, signalCode }: ChildProcess): void {
  if (pid === undefined || exitCode !== null || signalCode !== null) return;
  process.kill(-pid, 'SIGKILL');
}

async function hasEnded(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'close');
}

/** Free when it was asked for, which is as much as anybody can say. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

export async function makeDataDir(): Promise<string> {
  return mkdtemp(path.join(tmpdir(), 'esim-shop-dev-'));
}

export async function forgetDataDir(dataDir: string): Promise<void> {
  if (!isDataDir(dataDir)) return rm(dataDir, { recursive: true, force: true });
  await stopServerOf(dataDir);
  await removeDataDir(dataDir);
}
