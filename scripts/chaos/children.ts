import { fork, type ChildProcess } from 'node:child_process';
import { openSync, closeSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import * as z from 'zod';

const START_TIMEOUT_MS = 120_000;
const KEPT_OF_ENV = ['PATH', 'HOME', 'TMPDIR'];

const shopReady = z.object({ port: z.int() });
const sandboxReady = z.object({ port: z.int(), botToken: z.string(), esimGoApiKey: z.string() });

export interface Child<Ready> {
  ready: Ready;
  process: ChildProcess;
}

export interface ChildOptions {
  /** The compiled sources. */
  folder: string;
  env: Record<string, string>;
  logFile: string;
  /** Called before it is ready. */
  onSpawn(process: ChildProcess): void;
}

export function startSandboxProcess(options: ChildOptions) {
  return startChild({ ...options, script: 'sandbox-process.js', preload: [] }, sandboxReady);
}

export function startShopProcess(options: ChildOptions) {
  const preload = options.env.CHAOS_CLOCK_OFFSET_S === undefined ? [] : ['shifted-clock.js'];
  return startChild({ ...options, script: 'shop-process.js', preload }, shopReady);
}

async function startChild<Ready>(
  { folder, env, logFile, onSpawn, script, preload }: ChildOptions & { script: string; preload: string[] },
  schema: z.ZodType<Ready>,
): Promise<Child<Ready>> {
  const log = openSync(logFile, 'a');
  const inherited = Object.fromEntries(KEPT_OF_ENV.flatMap((name) => pairOf(name, process.env[name])));
  const fileOf = (name: string): string => path.join(folder, 'scripts/chaos', name);
  const child = fork(fileOf(script), {
    cwd: folder,
    execArgv: preload.flatMap((name) => ['--import', pathToFileURL(fileOf(name)).href]),
    env: { ...inherited, ...env },
    stdio: ['ignore', log, log, 'ipc'],
  });
  closeSync(log);
  onSpawn(child);
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      reject(new Error(`${script} did not start: see ${logFile}`));
    }, START_TIMEOUT_MS);
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      clearTimeout(timer);
      reject(new Error(`${script} ended with ${signal ?? code} before it was ready: see ${logFile}`));
    });
    child.once('message', (message) => {
      clearTimeout(timer);
      resolve({ ready: schema.parse(message), process: child });
    });
  });
}

function pairOf(name: string, value: string | undefined): [string, string][] {
  return value === undefined ? [] : [[name, value]];
}

/** Ends it at once, as a crash would, and waits until it is gone. */
export async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await gone;
}
