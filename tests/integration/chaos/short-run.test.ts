import { beforeAll, describe, expect, inject, it } from 'vitest';
import { makePlan } from '../../../scripts/chaos/plan.ts';
import { runChaos, type ChaosReport } from '../../../scripts/chaos/run-chaos.ts';

const PURCHASES = 25;
// The bound is for a machine that does much else; the run itself takes half a minute.
const TIMEOUT_MS = 300_000;

let report: ChaosReport;
beforeAll(async () => {
  report = await runChaos(makePlan({ purchases: PURCHASES, seed: 'every-test-run' }), {
    databaseUrl: inject('testServer').url,
    canSkipTime: true,
  });
}, TIMEOUT_MS);

describe('a shop in which everything fails that can', () => {
  it('keeps every promise of the money path', () => {
    expect(report.broken, `the run is written down in ${report.savedTo}`).toEqual([]);
    expect(report.bad).toEqual({ double_ordered: 0, lost: 0, leaked: 0, stuck: 0 });
  });

  it('has really sold: each charge is a delivered order or a refund', () => {
    expect(report.soldTooLittle).toBeNull();
    expect(report.delivered + report.refunded).toBe(report.charges);
  });

  it('was really disturbed, on every edge', () => {
    const struck = [...report.faults.keys()].map((name) => name.split('.')[0]);
    expect(struck).toEqual(expect.arrayContaining(['esimgo', 'telegram', 'database', 'process']));
  });

  it.each([
    'telegram.payment_update.lose',
    'telegram.send.forbidden',
    'esimgo.purchase.drop_before',
    'esimgo.purchase.drop_after',
    'esimgo.callback.duplicate',
    'esimgo.balance_empty',
    'esimgo.balance_low',
    'database.failover',
    'process.freeze',
    'process.kill',
  ])('really met %s', (fault) => {
    expect(report.faults.get(fault)).toBeGreaterThan(0);
  });
});
