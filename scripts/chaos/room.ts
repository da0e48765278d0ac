import { setTimeout as sleep } from 'node:timers/promises';

/** Who is in the shop. Somebody who only waits makes room for the next, up to a bound for all together. */
export interface Room {
  /** Resolves once there is room. */
  enter(): Promise<void>;
  /** Waits without taking up room; whoever has waited goes on at once. */
  pause(ms: number): Promise<void>;
  leave(): void;
}

export function createRoom({ busy: mostBusy, inside: mostInside }: { busy: number; inside: number }): Room {
  let busy = 0;
  let inside = 0;
  const waiting: (() => void)[] = [];

  function letIn(): void {
    while (busy < mostBusy && inside < mostInside) {
      const next = waiting.shift();
      if (next === undefined) return;
      busy += 1;
      inside += 1;
      next();
    }
  }

  return {
    enter() {
      const entered = new Promise<void>((resolve) => waiting.push(resolve));
      letIn();
      return entered;
    },
    async pause(ms) {
      busy -= 1;
      letIn();
      await sleep(ms);
      busy += 1;
    },
    leave() {
      busy -= 1;
      inside -= 1;
      letIn();
    },
  };
}
