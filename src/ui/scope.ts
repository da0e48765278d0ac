import { effect } from '@preact/signals-core';

let owner: (() => void)[] | null = null;
let liveEffectCount = 0;

/** Collects every effect, listener and `onDispose` made inside, so that leaving a screen leaves nothing behind. */
export function scope<Result>(run: () => Result): { result: Result; dispose: () => void } {
  const outer = owner;
  const disposers: (() => void)[] = [];
  owner = disposers;
  try {
    const result = run();
    return {
      result,
      dispose: () => {
        for (const dispose of disposers.splice(0).reverse()) dispose();
      },
    };
  } finally {
    owner = outer;
  }
}

/** For what begins with a press: runs it as a part of the scope that is current now; once that is left, not at all. */
export function laterInScope(): (run: () => void) => void {
  const mine = owner;
  let isLeft = false;
  onDispose(() => (isLeft = true));
  return (run) => {
    if (isLeft) return;
    const outer = owner;
    owner = mine;
    try {
      run();
    } finally {
      owner = outer;
    }
  };
}

/** What is made outside any scope lives as long as the page. */
export function onDispose(dispose: () => void): void {
  owner?.push(dispose);
}

/** Runs now and after each change of a signal it read; what it returns runs before the next time and at the end. */
export function liveEffect(run: () => void | (() => void)): void {
  liveEffectCount += 1;
  const stop = effect(() => {
    // Runs long after its scope was left; what it makes belongs to what it returns, not to whoever is owner by then.
    const inner = scope(run);
    const { result } = inner;
    return () => {
      inner.dispose();
      result?.();
    };
  });
  onDispose(() => {
    liveEffectCount -= 1;
    stop();
  });
}

/** For tests: after everything is left, none may be alive. */
export function countLiveEffects(): number {
  return liveEffectCount;
}
