import { spawn, type ChildProcess } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { VerifyError } from './problem.ts';

const GRACE_MS = 5_000;
const KEPT_OUTPUT = 20_000;

export interface Child {
  process: ChildProcess;
  /** The last of what it printed. */
  output(): string;
  /** Ends it with all that it started. */
  stop(): Promise<void>;
}

export interface ChildOptions {
  args: readonly string[];
  cwd: string;
  env: Readonly<Record<string, string>>;
  /** Whether it can be told and asked things by messages. */
  hasMessages?: boolean;
}

/** Everything that runs beside this process; `stopAll` leaves none behind. */
export interface Children {
  start(options: ChildOptions): Child;
  /** Runs a command to its end and answers what it printed. */
  run(options: ChildOptions & { what: string; cure: string; timeoutMs: number }): Promise<string>;
  stopAll(): Promise<void>;
}

export function createChildren(): Children {
  const running = new Set<Child>();
  let isStopping = false;

  function start({ args, cwd, env, hasMessages = false }: ChildOptions): Child {
    // A group of its own, because the CLI starts npm, which starts others, and they outlive it.
    const child = spawn(process.execPath, args, {
      cwd,
      env,
      detached: true,
      stdio: hasMessages ? ['ignore', 'pipe', 'pipe', 'ipc'] : ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    const keep = (chunk: Buffer) => (output = (output + chunk.toString()).slice(-KEPT_OUTPUT));
    child.stdout?.on('data', keep);
    child.stderr?.on('data', keep);
    const ended = new Promise<void>((resolve) => {
      child.once('close', () => resolve());
      child.once('error', (error) => {
        keep(Buffer.from(String(error)));
        resolve();
      });
    });
    const self: Child = {
      process: child,
      output: () => output,
      async stop() {
        running.delete(self);
        signalGroup(child, 'SIGTERM');
        const isOver = await Promise.race([ended.then(() => true), sleep(GRACE_MS, false, { ref: false })]);
        // Also after it ended: what it started may be left.
        signalGroup(child, 'SIGKILL');
        if (!isOver) await ended;
      },
    };
    running.add(self);
    return self;
  }

  return {
    start,
    async run({ what, cure, timeoutMs, ...options }) {
      const child = start(options);
      const code = await new Promise<number | null | 'late'>((resolve) => {
        const timer = setTimeout(() => resolve('late'), timeoutMs);
        child.process.once('close', (exitCode) => {
          clearTimeout(timer);
          resolve(exitCode);
        });
      });
      await child.stop();
      // Told to stop, the CLI ends as if all were well.
      if (isStopping) throw new VerifyError(`${what} was interrupted.`);
      if (code === 0) return child.output();
      const how = code === 'late' ? `did not end within ${timeoutMs / 1_000} s` : `ended with ${code ?? 'a signal'}`;
      throw new VerifyError(`${what} ${how}. It printed:\n${child.output().trim()}\n→ ${cure}`);
    },
    async stopAll() {
      isStopping = true;
      await Promise.all([...running].map((child) => child.stop()));
    },
  };
}

/** Waits for the first message of a child; what it printed says why none came. */
export async function firstMessage(child: Child, what: string, timeoutMs: number): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => fail(`did not answer within ${timeoutMs / 1_000} s`), timeoutMs);
    const onExit = (code: number | null) => fail(`ended with ${code ?? 'a signal'}`);
    const fail = (how: string) => {
      clearTimeout(timer);
      reject(new VerifyError(`${what} ${how}. It printed:\n${child.output().trim()}`));
    };
    child.process.once('close', onExit);
    child.process.once('message', (message) => {
      clearTimeout(timer);
      child.process.off('close', onExit);
      resolve(message);
    });
  });
}

/** What a program needs of the machine, and nothing of this shop's or Vercel's. */
export function bareEnvironment(home: string): Record<string, string> {
  const { PATH = '', LANG = 'C.UTF-8', TMPDIR } = process.env;
  return { PATH, LANG, HOME: home, ...(TMPDIR ? { TMPDIR } : {}) };
}

function signalGroup({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(process.platform === 'win32' ? pid : -pid, signal);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}
