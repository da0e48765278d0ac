export interface CronTicker {
  /** Resolves when the tick under way is over. */
  stop(): Promise<void>;
}

/** Runs `tick` again and again, each time `everyMs` after the last one began or, if that took longer, as soon as it is over. */
export function startCronTicker(tick: (signal: AbortSignal) => Promise<void>, everyMs: number): CronTicker {
  const stopping = new AbortController();
  const ended = run();
  return {
    async stop() {
      stopping.abort();
      await ended;
    },
  };

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      const pause = wait(everyMs, stopping.signal);
      await tick(stopping.signal);
      await pause;
    }
  }
}

function wait(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done);
  });
}
