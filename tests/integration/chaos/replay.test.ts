import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, inject, it } from 'vitest';
import { readSavedPlan } from '../../../scripts/chaos/event-log.ts';
import { runChaos } from '../../../scripts/chaos/run-chaos.ts';

const PLANS = fileURLToPath(new URL('plans/', import.meta.url));
// The bound is for a machine that does much else; each run takes half a minute.
const TIMEOUT_MS = 300_000;

// Each plan that once broke a promise is kept there: its first line, as the chaos suite wrote it down.
describe('the plan of a saved run', () => {
  it.each(readdirSync(PLANS))(
    'breaks no promise when it is replayed: %s',
    async (name) => {
      const plan = await readSavedPlan(`${PLANS}${name}`);
      const report = await runChaos(plan, { databaseUrl: inject('testServer').url, canSkipTime: true });
      expect(report.broken, `the run is written down in ${report.savedTo}`).toEqual([]);
      expect(report.delivered + report.refunded).toBe(report.charges - report.takenBack);
      expect(report.charges).toBeGreaterThan(0);
      const cuts = plan.disturbances.filter(({ what }) => what.kind === 'power_cut').length;
      // The server of the tests is not the run's to kill.
      expect(report.faults.get('process.kill_everything_but_database') ?? 0).toBe(cuts);
      expect(report.faults.get('process.kill_everything')).toBeUndefined();
      for (const { name: fault } of plan.sureFaults.filter(({ target }) => target === 'esimgo').slice(0, 2)) {
        expect(report.faults.get(fault), fault).toBeGreaterThan(0);
      }
    },
    TIMEOUT_MS,
  );
});
