import type { SandboxClock } from './context.ts';

export interface AdvancingClock extends SandboxClock {
  advance(ms: number): void;
  offsetMs(): number;
  /** Lets every sleeper go, so that whoever waits can see that the sandbox is closing. */
  stop(): void;
}

/** Longer timers overflow in Node and fire at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

export function createClock(startOffsetMs: number): AdvancingClock {
  let offsetMs = startOffsetMs;
  let isStopped = false;
  const sleepers = new Set<{ check(): void; wake(): void }>();

  function nowMs(): number {
    return Date.now() + offsetMs;
  }

  return {
    now: () => new Date(nowMs()),
    offsetMs: () => offsetMs,
    sleep(ms, signal) {
      if (isStopped || signal?.aborted || ms <= 0) return Promise.resolve();
      const dueMs = nowMs() + ms;
      return new Promise((resolve) => {
        let timer: NodeJS.Timeout | undefined;
        const sleeper = {
          check() {
            clearTimeout(timer);
            const leftMs = dueMs - nowMs();
            if (leftMs <= 0) sleeper.wake();
            else timer = setTimeout(sleeper.check, Math.min(leftMs, LONGEST_TIMER_MS));
          },
          wake() {
            clearTimeout(timer);
            sleepers.delete(sleeper);
            signal?.removeEventListener('abort', sleeper.wake);
            resolve();
          },
        };
        sleepers.add(sleeper);
        signal?.addEventListener('abort', sleeper.wake, { once: true });
        sleeper.check();
      });
    },
    advance(ms) {
      offsetMs += ms;
      for (const sleeper of [...sleepers]) sleeper.check();
    },
    stop() {
      isStopped = true;
      for (const sleeper of [...sleepers]) sleeper.wake();
    },
  };
}
