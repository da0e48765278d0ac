import { existsSync } from 'node:fs';
import { watchNpm } from './npm-parent.ts';

const SUPPORTED_NODE = [20, 22, 24];
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
const STOP_TIMEOUT_MS = 20_000; // a step that hangs must not keep the process for ever
const PROGRAMMING_ERRORS = new Set(['TypeError', 'ReferenceError', 'RangeError', 'SyntaxError', 'AssertionError']);

/** Registers what undoes a step; on the way out the last step is undone first. */
export type OnStop = (undo: () => unknown) => void;

/**
 * Runs a command that lasts until a signal: `--help`, the Node version, a file of settings if it is there, errors as one
 * sentence, a clean stop. `.env` is the real shop's: what runs simulators reads `.env.dev`, so that it can never reach that
 * shop's database, bot or account. `start` runs after the checks, so that it may import what an old Node could not even read.
 */
export async function runCommand({
  help,
  envFile,
  start,
}: {
  help: string;
  envFile: '.env' | '.env.dev';
  start: (onStop: OnStop) => Promise<void>;
}): Promise<void> {
  if (process.argv.includes('--help') || process.argv.includes('-h')) {
    console.log(help.trim());
    return;
  }
  const major = Number(process.versions.node.split('.')[0]);
  if (!SUPPORTED_NODE.includes(major)) {
    console.error(`This needs Node 20, 22 or 24 and runs on ${process.version}: install one of them.`);
    process.exit(1);
  }
  if (existsSync(envFile)) process.loadEnvFile(envFile);

  const undos: (() => unknown)[] = [];
  let isStopping = false;
  async function stop(exitCode: number): Promise<void> {
    if (isStopping) process.exit(exitCode || 1); // asked a second time: at once
    isStopping = true;
    setTimeout(() => process.exit(exitCode || 1), STOP_TIMEOUT_MS).unref();
    for (let undo = undos.pop(); undo; undo = undos.pop()) {
      try {
        await undo();
      } catch (error) {
        console.error(sentenceOf(error));
      }
    }
    process.exit(exitCode);
  }
  for (const signal of SIGNALS) process.on(signal, () => void stop(0));
  watchNpm(() => void stop(0));
  try {
    await start((undo) => undos.push(undo));
  } catch (error) {
    if (isStopping) return; // a step failed because its ground was taken away
    console.error(sentenceOf(error));
    await stop(1);
  }
}

/** Expected failures carry a sentence for the operator; of a mistake in the program the place is wanted. */
export function sentenceOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return PROGRAMMING_ERRORS.has(error.name) ? (error.stack ?? error.message) : error.message;
}
