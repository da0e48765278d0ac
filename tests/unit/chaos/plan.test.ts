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
    expect([...kinds]).toEqual(
      expect.arrayContaining(['weather', 'kill', 'freeze', 'cut_connections', 'failover', 'lock_table', 'sweep']),
    );
    expect(new Set(disturbances.flatMap(({ what }) => (what.kind === 'balance' ? what.left : [])))).toEqual(
      new Set(['empty', 'low', 'full']),
    );
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

  it('has faults that every run meets, and buyers who make the supplier call back', () => {
    const { sureFaults, buyers } = makePlan({ purchases: 25, seed: 'any' });
    expect(sureFaults.map(({ name }) => name)).toEqual(
      expect.arrayContaining([
        'telegram.payment_update.lose',
        'esimgo.purchase.drop_before',
        'esimgo.purchase.drop_after',
        'esimgo.callback.duplicate',
      ]),
    );
    expect(buyers.filter(({ habit }) => habit === 'uses_it').length).toBeGreaterThanOrEqual(4);
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
