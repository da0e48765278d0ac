import { fork, type ChildProcess } from 'node:child_process';
import { openSync, closeSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const HERE = new URL('./', import.meta.url);
const START_TIMEOUT_MS = 120_000;
const KEPT_OF_ENV = ['PATH', 'HOME', 'TMPDIR'];

const shopReady = z.object({ port: z.int() });
const sandboxReady = z.object({ port: z.int(), botToken: z.string(), esimGoApiKey: z.string() });

export interface Child<Ready> {
  ready: Ready;
  process: ChildProcess;
}

export function startSandboxProcess(env: Record<string, string>, logFile: string) {
  return startChild({ script: 'sandbox-process.ts', env, logFile, preload: [] }, sandboxReady);
}

export function startShopProcess(env: Record<string, string>, logFile: string) {
  const preload = env.CHAOS_CLOCK_OFFSET_S === undefined ? [] : [new URL('shifted-clock.ts', HERE).href];
  return startChild({ script: 'shop-process.ts', env, logFile, preload }, shopReady);
}

async function startChild<Ready>(
  {
    script,
    env,
    logFile,
    preload,
  }: { script: string; env: Record<string, string>; logFile: string; preload: string[] },
  schema: z.ZodType<Ready>,
): Promise<Child<Ready>> {
  const log = openSync(logFile, 'a');
  const inherited = Object.fromEntries(KEPT_OF_ENV.flatMap((name) => pairOf(name, process.env[name])));
  const child = fork(fileURLToPath(new URL(script, HERE)), {
    cwd: ROOT,
    execArgv: ['tsx', ...preload].flatMap((module) => ['--import', module]),
    env: { ...inherited, ...env },
    stdio: ['ignore', log, log, 'ipc'],
  });
  closeSync(log);
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
