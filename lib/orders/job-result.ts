/** What became of a job: over, or to be tried again. A thrown error means again, later each time. */
export type JobResult = { kind: 'done' } | { kind: 'again'; afterMs: number };

export const DONE: JobResult = { kind: 'done' };

/** Doubles from `firstMs` to `maxMs`; `attempts` counts from 1. */
export function backOff(attempts: number, firstMs: number, maxMs: number): JobResult {
  return { kind: 'again', afterMs: Math.min(maxMs, firstMs * 2 ** Math.min(attempts - 1, 20)) };
}
