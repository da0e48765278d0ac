import { describe, expect, it } from 'vitest';
import { makePlan, readPlan } from '../../../scripts/chaos/plan.ts';

describe('makePlan', () => {
  it('draws the same buyers, faults and kill points from the same seed', () => {
    expect(makePlan({ purchases: 100, seed: 'a' })).toEqual(makePlan({ purchases: 100, seed: 'a' }));
    expect(makePlan({ purchases: 100, seed: 'a' })).not.toEqual(makePlan({ purchases: 100, seed: 'b' }));
  });

  it.each([3, 25, 1_000])('kills processes and cuts connections in a run of %i purchases, within it', (purchases) => {
    const { disturbances, buyers } = makePlan({ purchases, seed: 'any' });
    const kinds = new Set(disturbances.map(({ what }) => what.kind));
    expect([...kinds]).toEqual(expect.arrayContaining(['weather', 'kill', 'cut_connections', 'lock_table', 'sweep']));
    expect(disturbances.every(({ at }) => at >= 0 && at < purchases)).toBe(true);
    expect(buyers).toHaveLength(purchases);
  });

  it('kills everything at once now and then in a long run, and as often as it is told in a short one', () => {
    const cutsOf = (options: Parameters<typeof makePlan>[0]): number =>
      makePlan(options).disturbances.filter(({ what }) => what.kind === 'power_cut').length;
    expect(cutsOf({ purchases: 1_000, seed: 'any' })).toBe(2);
    expect(cutsOf({ purchases: 25, seed: 'any' })).toBe(0);
    expect(cutsOf({ purchases: 25, seed: 'any', powerCuts: 4 })).toBe(4);
  });

  it('leaves a short run without requests that hang for a minute', () => {
    const { disturbances } = makePlan({ purchases: 25, seed: 'any' });
    expect(JSON.stringify(disturbances)).not.toContain('"hang"');
  });

  it('survives being written down', () => {
    const plan = makePlan({ purchases: 60, seed: 'a', realLimits: true });
    expect(readPlan(JSON.parse(JSON.stringify(plan)))).toEqual(plan);
  });
});
