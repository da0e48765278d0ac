import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { ROOT } from './dev-process.ts';

/** Only for a start that would never end. */
const START_TIMEOUT_MS = 90_000;

interface Lock {
  packages: Record<string, { dev?: boolean }>;
}

/** What `npm run build` makes, beside the packages that `npm ci --omit=dev` installs and no others. */
export async function buildForProduction(): Promise<{ folder: string; remove(): Promise<void> }> {
  const folder = await mkdtemp(path.join(tmpdir(), 'esim-shop-start-'));
  await promisify(execFile)(process.execPath, ['--import', 'tsx', 'scripts/build.ts', '--out', folder], { cwd: ROOT });
  for (const file of ['package.json', 'vercel.json']) cpSync(path.join(ROOT, file), path.join(folder, file));
  const lock: Lock = JSON.parse(readFileSync(path.join(ROOT, 'package-lock.json'), 'utf8'));
  const isForDevelopment = (file: string) => lock.packages[path.relative(ROOT, file)]?.dev === true;
  for (const [name, { dev = false }] of Object.entries(lock.packages)) {
    const installed = path.join(ROOT, name);
    // One of another platform is in the lock and not on the disk.
    if (dev || !name.startsWith('node_modules/') || !existsSync(installed)) continue;
    cpSync(installed, path.join(folder, name), { recursive: true, filter: (file) => !isForDevelopment(file) });
  }
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) };
}

export interface StartProcess {
  port: number;
  url: string;
  isRunning(): boolean;
  output(): string;
  /** Asks it to end, as `systemctl stop` does; the exit code. */
  stop(): Promise<number | null>;
  kill(): Promise<void>;
}

/** `npm start` as a process of its own, without npm, which would stand between the signals and the shop. */
export async function startProcess(
  folder: string,
  port: number,
  settings: Readonly<Record<string, string>>,
): Promise<StartProcess> {
  const { PATH, TMPDIR } = process.env;
  const child = spawn(process.execPath, ['build/scripts/start.js'], {
    cwd: folder,
    env: { PATH, TMPDIR, ...settings, PORT: String(port) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const killWithUs = () => child.kill('SIGKILL');
  process.once('exit', killWithUs);
  child.once('exit', () => process.off('exit', killWithUs));
  let output = '';
  const url = `http://127.0.0.1:${port}`;
  const deadline = setTimeout(killWithUs, START_TIMEOUT_MS);
  await new Promise<void>((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text;
        if (output.includes(`Serving on ${url}\n`)) resolve();
      });
    }
    child.once('exit', () => reject(new Error(`npm start ended before it served:\n${output}`)));
  }).finally(() => clearTimeout(deadline));

  const end = async (signal: NodeJS.Signals) => {
    if (isRunning(child)) {
      const ended = once(child, 'close');
      child.kill(signal);
      await ended;
    }
    return child.exitCode;
  };
  return {
    port,
    url,
    isRunning: () => isRunning(child),
    output: () => output,
    stop: () => end('SIGTERM'),
    kill: async () => void (await end('SIGKILL')),
  };
}

function isRunning({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode === null && signalCode === null;
}
