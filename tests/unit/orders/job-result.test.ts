import { describe, expect, it } from 'vitest';
import { backOff } from '../../../lib/orders/job-result.ts';

describe('backOff', () => {
  it('doubles from the first wait and stops at the longest', () => {
    const waits = [1, 2, 3, 4, 5, 6].map((attempt) => backOff(attempt, 1_000, 10_000));
    expect(waits).toEqual([1_000, 2_000, 4_000, 8_000, 10_000, 10_000].map((afterMs) => ({ kind: 'again', afterMs })));
  });

  it('stays at the longest wait after any number of attempts', () => {
    expect(backOff(100_000, 1_000, 30_000)).toEqual({ kind: 'again', afterMs: 30_000 });
  });
});
