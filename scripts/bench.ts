import { parseArgs } from 'node:util';
import { BENCHMARKS } from './bench/benchmarks.ts';
import { lineOf } from './bench/figure.ts';

const HELP = `
npm run bench [-- --only NAME …]

Measures the shop against the numbers it wants to reach, and prints each figure beside its target. It starts a shop of
its own in a temporary folder and needs Chromium (CHROMIUM_PATH, or one that the system has). A busy machine measures
itself: run it alone. Exit code: 0 when everything was measured, also where a target is missed.

${BENCHMARKS.map(({ name, what }) => `  ${name.padEnd(14)} ${what}`).join('\n')}
`;

const { values } = parseArgs({
  options: { help: { type: 'boolean', short: 'h' }, only: { type: 'string', multiple: true } },
});
const unknown = values.only?.filter((name) => !BENCHMARKS.some((benchmark) => benchmark.name === name)) ?? [];

if (values.help) {
  console.log(HELP.trim());
} else if (unknown.length > 0) {
  console.error(`There is no benchmark ${unknown.join(', ')}.\n${HELP}`);
  process.exitCode = 2;
} else {
  for (const { name, what, measure } of BENCHMARKS) {
    if (values.only && !values.only.includes(name)) continue;
    console.log(`\n${name}: ${what}`);
    for (const figure of await measure()) console.log(lineOf(figure));
  }
}
