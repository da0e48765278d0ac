import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { reasonOf, summaryOf, tableOf } from './doctor/finding.ts';

const USAGE = `npm run doctor [-- --live]

Looks at every setting and every outside service, and says what to do about each that is not well: database, KV,
eSIM Go, Telegram, the public address, clocks, and whether bot, account and database belong to one shop. It reads the
settings of the environment or of .env, changes none, and judges them by the rules of npm start.

  VERCEL_ENV=production   judge them by the rules of a production deployment on Vercel
  NODE_ENV=development    judge them by the looser rules of npm run dev

  --live   also ask eSIM Go what only this key can answer: a page of the catalogue, the price of an order (validated,
           never placed), the form of its answers. Nothing is bought

Exit code: 0 nothing is wrong, 1 something is, 2 wrong use.`;

async function main(): Promise<number> {
  const { help, live } = parseArgs({
    options: { help: { type: 'boolean', short: 'h' }, live: { type: 'boolean' } },
  }).values;
  if (help) {
    console.log(USAGE);
    return 0;
  }
  if (existsSync('.env')) process.loadEnvFile('.env');
  // After the help, so that it is there at once and on any Node.
  const { runDoctor } = await import('./doctor/run-doctor.ts');
  const findings = await runDoctor({ env: process.env, nodeVersion: process.version, isLive: live ?? false });
  console.log(`${tableOf(findings)}\n\n${summaryOf(findings)}`);
  return findings.some(({ state }) => state === 'wrong') ? 1 : 0;
}

try {
  process.exitCode = await main();
} catch (error) {
  console.error(`${reasonOf(error)}\n\n${USAGE}`);
  process.exitCode = 2;
}
