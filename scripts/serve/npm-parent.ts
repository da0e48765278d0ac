import { readFileSync } from 'node:fs';

const POLL_MS = 500;

/**
 * npm puts a shell between itself and us that passes no signal on, so a stopped npm would leave us running and the port taken.
 * Calls `onGone` when npm or that shell has gone; does nothing for a command that was not started by npm.
 */
export function watchNpm(onGone: () => void): void {
  if (process.env.npm_lifecycle_event === undefined) return;
  const shell = process.ppid;
  const npm = npmAbove(shell);
  const timer = setInterval(() => {
    if (process.ppid === shell && (npm === null || isRunning(npm))) return;
    clearInterval(timer);
    onGone();
  }, POLL_MS);
  timer.unref();
}

/** Only where there is a /proc; elsewhere the shell alone is watched. */
function npmAbove(shell: number): number | null {
  try {
    const parent = Number(/^PPid:\s+(\d+)/m.exec(readFileSync(`/proc/${shell}/status`, 'utf8'))?.[1]);
    return parent > 1 && /\bnpm\b/.test(readFileSync(`/proc/${parent}/cmdline`, 'utf8')) ? parent : null;
  } catch {
    return null;
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
