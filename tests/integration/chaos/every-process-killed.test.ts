import { describe, expect, it } from 'vitest';
import { makePlan } from '../../../scripts/chaos/plan.ts';
import { runChaos } from '../../../scripts/chaos/run-chaos.ts';

const POWER_CUTS = 4;
// Bounds for a machine that does much else; each run takes half a minute.
const TIMEOUT_MS = 300_000;

// A database server of its own each time, because it dies with the rest.
describe('the shop, both simulators and the database, killed in one moment and started once', () => {
  it.each(['first', 'second', 'third'])(
    'keep every promise of the money path, at the moments of the seed "%s"',
    async (seed) => {
      const plan = makePlan({ purchases: 20, seed: `every-process-killed:${seed}`, powerCuts: POWER_CUTS });
      const report = await runChaos(plan, { canSkipTime: true });
      expect(report.broken, `the run is written down in ${report.savedTo}`).toEqual([]);
      // Counted only when the database says that it was started anew.
      expect(report.faults.get('process.kill_everything')).toBe(POWER_CUTS);
      expect(report.charges).toBeGreaterThan(0);
      expect(report.delivered + report.refunded).toBe(report.charges);
    },
    TIMEOUT_MS,
  );
});
