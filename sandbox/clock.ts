import type { SandboxClock } from './context.ts';

export interface AdvancingClock extends SandboxClock {
  advance(ms: number): void;
  /** Lets every sleeper go, so that whoever waits can see that the sandbox is closing. */
  stop(): void;
}

/** Longer timers overflow in Node and fire at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

export function createClock(startOffsetMs: number): AdvancingClock {
  let offsetMs = startOffsetMs;
  let isStopped = false;
  /** Each looks whether its sleeper is due; one that is not stays in the set. */
  const sleepers = new Set<() => void>();

  function nowMs(): number {
    return Date.now() + offsetMs;
  }

  return {
    now: () => new Date(nowMs()),
    sleep(ms, signal) {
      if (isStopped || signal?.aborted || ms <= 0) return Promise.resolve();
      const dueMs = nowMs() + ms;
      return new Promise((resolve) => {
        let timer: NodeJS.Timeout | undefined;
        function wake(): void {
          clearTimeout(timer);
          sleepers.delete(check);
          signal?.removeEventListener('abort', wake);
          resolve();
        }
        function check(): void {
          clearTimeout(timer);
          const leftMs = dueMs - nowMs();
          if (leftMs <= 0 || isStopped) wake();
          else timer = setTimeout(check, Math.min(leftMs, LONGEST_TIMER_MS));
        }
        sleepers.add(check);
        signal?.addEventListener('abort', wake, { once: true });
        check();
      });
    },
    advance(ms) {
      offsetMs += ms;
      for (const check of sleepers) check();
    },
    stop() {
      isStopped = true;
      for (const check of sleepers) check();
    },
  };
}
