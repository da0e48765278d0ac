import { parseArgs } from 'node:util';

const USAGE = `npm run chaos -- [--purchases N] [--seed S] [--real-limits] [--skip-time]
npm run chaos -- --replay FILE [--skip-time]
npm run chaos -- --mutations [--only TEXT]

Sells to many buyers at once while everything fails that can: eSIM Go, Telegram, the database, the shop's processes.
When the dust has settled, the simulators' own ledgers are compared with the shop's tables. Nobody may have been charged
for nothing, served for nothing, or served twice, and nothing may be left under way.

  --purchases N   how many; default 100
  --seed S        fixes buyers, faults and the points where processes die; default random
  --real-limits   keeps the rate limits of both vendors, which makes it slow
  --save          writes a clean run down too, with the logs of its processes
  --replay FILE   runs the plan of a saved run again: the same buyers, faults and kill points; the machine's timing is
                  its own, so what broke once may take several replays to break again
  --skip-time     moves time ahead at the end, as the tests do, where a dead request would have to be waited for
  --mutations     takes each safeguard out of a copy of the sources, and shows which tests notice
  --only TEXT     of these, those whose names hold the text

DATABASE_URL (or TEST_DATABASE_URL) names a PostgreSQL server to make a database on; without it one is started.

Exit code: 0 all promises kept, 1 some broken or too little sold to tell, 2 wrong use.`;

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      help: { type: 'boolean', short: 'h' },
      purchases: { type: 'string', default: '100' },
      seed: { type: 'string' },
      'real-limits': { type: 'boolean', default: false },
      replay: { type: 'string' },
      'skip-time': { type: 'boolean', default: false },
      save: { type: 'boolean', default: false },
      mutations: { type: 'boolean', default: false },
      only: { type: 'string' },
    },
  });
  if (values.help) {
    console.log(USAGE);
    return 0;
  }
  const databaseUrl = process.env.TEST_DATABASE_URL ?? process.env.DATABASE_URL;
  if (values.mutations)
    return (await import('./chaos/run-mutations.ts')).runMutations({ databaseUrl, only: values.only });

  const purchases = Number(values.purchases);
  if (!Number.isInteger(purchases) || purchases < 3 || purchases > 100_000) {
    console.error('--purchases must be a whole number from 3 to 100000.');
    return 2;
  }
  const { makePlan } = await import('./chaos/plan.ts');
  const { readSavedPlan } = await import('./chaos/event-log.ts');
  const { isClean, runChaos } = await import('./chaos/run-chaos.ts');
  const { printReport } = await import('./chaos/print-report.ts');
  const seed = values.seed ?? Math.random().toString(36).slice(2, 10);
  const plan =
    values.replay === undefined
      ? makePlan({ purchases, seed, realLimits: values['real-limits'] })
      : await readSavedPlan(values.replay);
  const report = await runChaos(plan, {
    databaseUrl,
    canSkipTime: values['skip-time'],
    isSaved: values.save,
    onProgress: (line) => console.log(line),
  });
  console.log(printReport(report));
  return isClean(report) ? 0 : 1;
}

process.exitCode = await main();
