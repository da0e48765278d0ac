import { describe, expect, it } from 'vitest';
import { esimStateSchema, type EsimState } from '../../../lib/contract/esim.ts';
import { nextRefreshInS } from '../../../lib/esims/refresh-schedule.ts';

const DAY_S = 86_400;
const AGES_S = [0, 599, 600, 3_599, 3_600, DAY_S - 1, DAY_S, 30 * DAY_S, 59 * DAY_S, 399 * DAY_S, 2_000 * DAY_S];

describe('nextRefreshInS', () => {
  it.each(esimStateSchema.options)(
    'looks at an eSIM that is %s ever more rarely, and never again once it stopped',
    (state) => {
      const waits = AGES_S.map((age) => nextRefreshInS(state, age) ?? Infinity);
      expect(waits).toEqual(waits.toSorted((one, other) => one - other));
      for (const wait of waits) expect(wait).toBeGreaterThanOrEqual(60);
    },
  );

  it.each<EsimState>(['not_installed', 'installed', 'suspended'])(
    'finds without any callback that an eSIM which is %s went to work, for as long as its plan can start',
    (state) => {
      expect(nextRefreshInS(state, 0)).toBe(60);
      expect(nextRefreshInS(state, 1_800)).toBe(300);
      expect(nextRefreshInS(state, DAY_S / 2)).toBe(3_600);
      expect(nextRefreshInS(state, 365 * DAY_S)).toBe(DAY_S);
      expect(nextRefreshInS(state, 401 * DAY_S)).toBeNull();
    },
  );

  it('keeps the usage of a live eSIM half an hour old at most', () => {
    for (const age of AGES_S) expect(nextRefreshInS('live', age)).toBe(1_800);
  });

  it.each<EsimState>(['deactivated', 'unavailable'])('has nothing left to see once an eSIM is %s', (state) => {
    for (const age of AGES_S) expect(nextRefreshInS(state, age)).toBeNull();
  });
});
