import { onDispose } from './ui/scope.ts';

/**
 * Refreshes at once, on each return to the foreground, and after as long as `nextInMs` says; never while hidden, and
 * not once the screen is left.
 */
export function refreshWhileVisible(refresh: () => Promise<void>, nextInMs: () => number | null): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isRunning = false;
  let isLeft = false;

  async function run(): Promise<void> {
    clearTimeout(timer);
    if (isRunning || isLeft || document.visibilityState === 'hidden') return;
    isRunning = true;
    await refresh();
    isRunning = false;
    const waitMs = nextInMs();
    if (waitMs !== null && !isLeft) timer = setTimeout(() => void run(), waitMs);
  }

  const onVisibility = () => void run();
  document.addEventListener('visibilitychange', onVisibility);
  onDispose(() => {
    isLeft = true;
    clearTimeout(timer);
    document.removeEventListener('visibilitychange', onVisibility);
  });
  void run();
}
