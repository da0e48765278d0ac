import { BREACHES } from './books.ts';
import type { ChaosReport } from './run-chaos.ts';

const MOST_PROMISES = 20;

export function printReport(report: ChaosReport): string {
  const { bad, broken, deliverySeconds: times } = report;
  const lines: [name: string, value: string | number][] = [
    ['seed', report.seed],
    ['purchases', report.purchases],
    ['charges', report.charges],
    ['delivered', report.delivered],
    ['refunded', report.refunded],
    ['taken back after delivery', report.takenBack],
    ['refused before paying', report.notCharged],
    ['buyers cut off', report.cutOff],
    ['sold too little', report.soldTooLittle ?? 'no'],
    ...BREACHES.map((breach): [string, number] => [breach.replace('_', '-'), bad[breach]]),
    [
      'time to delivery',
      times === null ? '-' : `p50 ${seconds(times.p50)}, p95 ${seconds(times.p95)}, p99 ${seconds(times.p99)}`,
    ],
    ['limits', report.limits],
    ['settings', report.settings],
    ['buying', `${seconds(report.buyingSeconds)}, ${pace(report.purchases / report.buyingSeconds)}`],
    ['whole run', `${seconds(report.seconds)}, ${pace(report.purchases / report.seconds)}`],
  ];
  const total = [...report.faults.values()].reduce((sum, count) => sum + count, 0);
  const faults = [...report.faults].toSorted(([a], [b]) => a.localeCompare(b));
  const rows = [
    ...lines,
    ['faults', total] as const,
    ...faults.map(([name, count]) => [`  ${name}`, count] as const),
  ].map(([name, value]) => `${name.padEnd(42)}${value}`);
  const broke = broken.slice(0, MOST_PROMISES).map(({ breach, promise }) => `BROKEN (${breach}): ${promise}`);
  const saved = report.savedTo === null ? [] : [`Written down in ${report.savedTo}; run its plan again with --replay.`];
  return [...rows, ...broke, ...saved].join('\n');
}

function seconds(value: number): string {
  return `${value.toFixed(1)} s`;
}

function pace(perSecond: number): string {
  return `${perSecond.toFixed(1)} purchases/s`;
}
