import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';

const USAGE = `npm run esimgo:probe [-- --url URL] [-- --iccid ICCID]

Finds out what an eSIM Go account may read and under which version: tries v2.5, v2.4, v2.3 and v2 with the paths where
people look for a catalogue, explains each answer, has a message for eSIM Go's support ready, and says what to set.
It only reads, at five calls a second unless ESIMGO_RATE_PER_S says otherwise. The key comes from ESIMGO_API_KEY, in the
environment or in .env, and is never printed.

  --url     the base URL; default ESIMGO_API_URL, then https://api.esim-go.com/v2.5
  --iccid   an eSIM of the account; default the newest one its list of orders names

Exit code: 0 the catalogue is readable where the shop looks for it, 1 it is not, 2 wrong use.`;

const DEFAULT_URL = 'https://api.esim-go.com/v2.5';

async function main(): Promise<number> {
  const { help, url, iccid } = parseArgs({
    options: { help: { type: 'boolean', short: 'h' }, url: { type: 'string' }, iccid: { type: 'string' } },
  }).values;
  if (help) {
    console.log(USAGE);
    return 0;
  }
  if (existsSync('.env')) process.loadEnvFile('.env');
  const baseUrl = url ?? (process.env.ESIMGO_API_URL || DEFAULT_URL);
  const apiKey = process.env.ESIMGO_API_KEY?.trim();
  if (!apiKey) throw new Error('Set ESIMGO_API_KEY to the key that is to be probed.');
  // It will be printed, so nothing secret may be in it.
  if (!URL.canParse(baseUrl) || !/^https?:\/\/[^@?#]+$/.test(baseUrl)) {
    throw new Error(`The base URL must be one such as ${DEFAULT_URL}, without a user name, a query or a fragment.`);
  }
  if (iccid !== undefined && !/^\d{18,22}$/.test(iccid)) throw new Error('An ICCID has 18 to 22 digits.');

  const { runProbe } = await import('./esimgo-probe/run-probe.ts');
  const { supportMessage } = await import('../lib/admin/probe-supplier.ts');
  const { tableOf, verdictLines } = await import('./esimgo-probe/words.ts');
  console.log(`Probing ${baseUrl} …\n`);
  const ratePerS = Number(process.env.ESIMGO_RATE_PER_S || Number.NaN);
  const report = await runProbe({
    baseUrl,
    apiKey,
    iccid: iccid ?? null,
    ...(ratePerS >= 0 ? { ratePerS } : {}),
  });
  console.log(`${tableOf(report)}

─── A message for the support of eSIM Go, should one be needed ───

${supportMessage(report)}

─── What to do ───

${verdictLines(report).join('\n')}`);
  return report.verdict.kind === 'all_well' || report.verdict.kind === 'newer_version' ? 0 : 1;
}

try {
  process.exitCode = await main();
} catch (error) {
  console.error(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`);
  process.exitCode = 2;
}
