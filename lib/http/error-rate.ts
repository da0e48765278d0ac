export interface ErrorRate {
  /** True when this answer makes it too many; once in a window. */
  note(status: number): boolean;
}

const WINDOW_MS = 300_000;
// Fewer may be one person pressing a button again and again.
const MIN_FAILURES = 10;
const TOO_MANY_PERCENT = 5;

/** Watches the share of this instance's answers that are 500. Anything else is an answer that somebody meant. */
export function createErrorRate({ nowMs = () => performance.now() }: { nowMs?: () => number } = {}): ErrorRate {
  let endsAtMs = Number.NEGATIVE_INFINITY;
  let answers = 0;
  let failures = 0;
  let isTold = false;

  return {
    note(status) {
      if (nowMs() >= endsAtMs) {
        endsAtMs = nowMs() + WINDOW_MS;
        answers = failures = 0;
        isTold = false;
      }
      answers += 1;
      if (status !== 500) return false;
      failures += 1;
      if (isTold || failures < MIN_FAILURES || failures * 100 <= answers * TOO_MANY_PERCENT) return false;
      isTold = true;
      return true;
    },
  };
}
