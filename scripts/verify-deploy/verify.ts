import { randomBytes, randomInt } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';
import { loadConfig } from '../../lib/config/config.ts';
import type { SecretName } from '../../lib/config/env.ts';
import { migrate } from '../../lib/db/migrate.ts';
import { createTelegramApi } from '../../lib/telegram/bot-api.ts';
import { setUpBot } from '../../lib/telegram/set-up-bot.ts';
import { removeDataDir } from '../embedded-postgres/data-dir.ts';
import { startEmbeddedPostgres } from '../embedded-postgres/start.ts';
import { readVercelSettings } from '../serve/vercel-settings.ts';
import { readBuildOutput, type BuildOutput } from './build-output.ts';
import { checkBuildLog } from './checks/build-log.ts';
import { checkContents } from './checks/contents.ts';
import { checkCrons } from './checks/crons.ts';
import { checkFunctionCount, checkFunctionNames, checkRuntimes } from './checks/functions.ts';
import { checkRouteHeaders } from './checks/headers.ts';
import { checkImports, checkTsconfigs } from './checks/imports.ts';
import { checkSecrets } from './checks/secrets.ts';
import type { Children } from './children.ts';
import { importTarget, measureColdImport, sizeOf } from './cold-imports.ts';
import { takeFirstAnswers, type FirstAnswer } from './first-answers.ts';
import { walkFirstScreen } from './first-screen.ts';
import { startFunction, type RunningFunction } from './function-processes.ts';
import { writeHostProgram } from './host-program.ts';
import { serveOutput } from './output-server.ts';
import { VerifyError, type Problem } from './problem.ts';
import { runCrons, walkPurchase } from './purchase-walk.ts';
import { startSandboxProcess } from './sandbox-process.ts';
import { createShopClient } from './shop-client.ts';
import { provideVercelCli, runVercelBuild } from './vercel-cli.ts';
import { runUnderLauncher } from './vercel-launcher.ts';
import { makeWorkCopy, tsconfigsIn } from './work-copy.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const MB = 1_000_000;

type Settings = Record<string, string>;
type OnStop = (undo: () => unknown) => void;

interface Report {
  passed(name: string, figures: string): void;
  /** One line; with problems, the check has failed. */
  check(name: string, figures: string, problems: readonly Problem[]): void;
}

/** Builds what the repository holds with Vercel's own tools and runs what came out of it. True if nothing is wrong. */
export async function verify(children: Children, onStop: OnStop): Promise<boolean> {
  const work = mkdtempSync(path.join(os.tmpdir(), 'verify-deploy-'));
  // As root the database runs as somebody else, who has to reach its data.
  chmodSync(work, 0o711);
  onStop(() => rmSync(work, { recursive: true, force: true, maxRetries: 3 }));
  const home = path.join(work, 'home');
  mkdirSync(home);
  const { report, counts } = createReport();
  const secrets = makeSecrets();

  const output = await build({ work, home, secrets, children, report });
  checkOutput(output, secrets, report);
  const needed = neededSecrets(secrets);
  const answers = await runIt({ output, work, home, secrets: needed, children, onStop, report });
  if (answers.length > 0) await printFigures({ output, answers, work, home, secrets: needed, children });

  const { checks, failed } = counts();
  if (failed === 0) console.log(`verify:deploy passed: ${checks} checks`);
  else console.error(`verify:deploy failed: ${failed} of ${checks} checks`);
  return failed === 0;
}

interface Parts {
  work: string;
  home: string;
  secrets: Settings;
  children: Children;
  report: Report;
}

async function build({ work, home, secrets, children, report }: Parts): Promise<BuildOutput> {
  const { cli, version } = provideVercelCli(ROOT);
  const copy = path.join(work, 'copy');
  makeWorkCopy(ROOT, copy);
  report.check('tsconfig paths', 'none', checkTsconfigs(tsconfigsIn(copy)));
  const startedAt = performance.now();
  const { log, output } = await runVercelBuild({ children, cli, copy, home, settings: secrets });
  const seconds = ((performance.now() - startedAt) / 1_000).toFixed(0);
  report.check('build', `vercel ${version} build --prod in ${seconds} s`, checkBuildLog(log));
  // Away from the copy's node_modules, where a function would find what was not deployed with it.
  const moved = path.join(work, 'output');
  renameSync(output, moved);
  const built = readBuildOutput(moved);
  report.check('routes of api/', `${built.functions.length}`, checkFunctionNames(built, path.join(copy, 'api')));
  return built;
}

function checkOutput(output: BuildOutput, secrets: Settings, report: Report): void {
  const { functions, staticFiles, config } = output;
  report.check('functions', `${functions.length} of at most 12`, checkFunctionCount(output));
  const runtimes = [...new Set(functions.map(({ runtime }) => runtime))].join(', ');
  report.check('runtime', runtimes, checkRuntimes(output));
  report.check('imports', `of ${functions.length} functions, all found among their files`, checkImports(output));
  const files = functions.reduce((count, built) => count + built.files.length, staticFiles.length);
  report.check('contents', `${files} files, none of sandbox, tests or scripts`, checkContents(output));
  report.check(
    'secrets',
    `none of ${Object.keys(secrets).length} values, plain or in base64, in ${files} files`,
    checkSecrets(output, secrets),
  );
  const paths = ['/', '/icon.svg', '/assets/any.js', '/to/TH', '/admin/orders', '/none', '/api/health', '/api/none'];
  report.check('headers promised', `on ${paths.length} kinds of paths`, checkRouteHeaders(output, paths));
  const crons = config.crons.map(({ path: cron, schedule }) => `${cron} at "${schedule}"`).join(', ');
  report.check('crons', crons, checkCrons(output));
}

/** Everything that is deployed, run on this machine with both simulators. */
async function runIt(parts: Parts & { output: BuildOutput; onStop: OnStop }): Promise<FirstAnswer[]> {
  const { output, work, home, secrets, children, onStop, report } = parts;
  const dataDir = path.join(work, 'data');
  mkdirSync(dataDir, { mode: 0o711 });
  const postgres = await startEmbeddedPostgres({ dataDir });
  onStop(async () => {
    await postgres.stop();
    await removeDataDir(dataDir);
  });
  await migrate({ connectionString: postgres.url });

  const server = await serveOutput(output);
  onStop(() => server.close(1_000));
  const { ESIMGO_API_KEY = '', TELEGRAM_BOT_TOKEN = '' } = secrets;
  const url = await startSandboxProcess({
    children,
    home,
    shopUrl: server.url,
    settings: { DATABASE_URL: postgres.url, ESIMGO_API_KEY, TELEGRAM_BOT_TOKEN },
  });
  const settings: Settings = {
    ...secrets,
    NODE_ENV: 'production',
    APP_URL: url,
    DATABASE_URL: postgres.url,
    ESIMGO_API_URL: `${url}/sandbox/esimgo/v2.5`,
    TELEGRAM_API_URL: `${url}/sandbox/telegram`,
    ESIMGO_RATE_PER_S: '0',
    TELEGRAM_RATE_PER_S: '0',
  };

  const host = writeHostProgram(path.join(work, 'host'));
  const { running, problems: crashes } = await startFunctions({ output, host, home, settings, children });
  report.check('imports alone', `${running.length} functions, each in a process with nothing but its folder`, crashes);
  if (crashes.length > 0) return []; // without all of them nothing can be bought
  const first = await takeFirstAnswers(running);
  report.check('first answers', first.answers.map(({ status }) => status).join(' '), first.problems);
  server.connect(new Map(running.map((each) => [each.built, each.url])));

  const { config, secrets: own } = loadConfig(settings);
  await setUpBot(createTelegramApi({ ...config.telegram, botToken: own.get('telegramBotToken') }), {
    ...config,
    secretToken: own.get('telegramWebhookSecret'),
  });
  const shop = createShopClient(url);
  await shop.post('/sandbox/api/set', z.unknown(), {
    json: { esimgo: { rate_per_s: 0 }, telegram: { rate_per_s: 0 } },
  });
  try {
    report.passed('crons called', await runCrons(shop, output.config, settings.CRON_SECRET ?? ''));
    report.passed('purchase', await walkPurchase(shop));
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const printed = running.flatMap(({ built, child }) =>
      child
        .output()
        .split('\n')
        .filter((line) => /"level":"(warn|error)"|Error/.test(line))
        .slice(-3)
        .map((line) => `\n  ${built.route}: ${line}`),
    );
    report.check('purchase', 'not to its end', [
      { sentence: error.message, cure: `See what the functions printed: ${printed.join('') || '(nothing of note)'}` },
    ]);
  }
  const wanted = Object.fromEntries(readVercelSettings(path.join(ROOT, 'vercel.json')).headersFor('/'));
  const screen = await walkFirstScreen(url, wanted);
  report.check('first screen and headers', screen.figures, screen.problems);
  const launcher = await runUnderLauncher({
    children,
    home,
    settings,
    functions: running.map(({ built, methods }) => ({ built, methods })),
  });
  report.check("Vercel's own launcher", `${launcher.figures}; signed bytes arrive unaltered`, launcher.problems);
  for (const { child } of running) await child.stop();
  return first.answers;
}

async function startFunctions(options: {
  output: BuildOutput;
  host: string;
  home: string;
  settings: Settings;
  children: Children;
}): Promise<{ running: RunningFunction[]; problems: Problem[] }> {
  const running: RunningFunction[] = [];
  const problems: Problem[] = [];
  for (const built of options.output.functions) {
    try {
      running.push(await startFunction({ ...options, built }));
    } catch (error) {
      if (!(error instanceof VerifyError)) throw error;
      const cure = 'Such a function answers 500 to everything: see the imports above, and what it printed.';
      problems.push({ sentence: error.message, cure });
    }
  }
  return { running, problems };
}

/** Printed, not judged: a busy machine is no fault of the functions. */
async function printFigures(options: Omit<Parts, 'report'> & { output: BuildOutput; answers: FirstAnswer[] }) {
  const { output, answers, work, home, secrets, children } = options;
  const host = writeHostProgram(path.join(work, 'host'));
  const rows: string[][] = [['function', 'MB', 'files', 'import ms', 'target', 'import + first answer ms']];
  for (const built of output.functions) {
    const importMs = await measureColdImport({ children, host, built, home, settings: secrets });
    const first = answers.find(({ route }) => route === built.route);
    rows.push([
      built.route,
      (sizeOf(built) / MB).toFixed(2),
      String(built.files.length),
      importMs.toFixed(0),
      `<= ${importTarget(built.route)}${importMs > importTarget(built.route) ? ' (over)' : ''}`,
      first ? (first.importMs + first.answerMs).toFixed(0) : '-',
    ]);
  }
  const load = os.loadavg()[0]?.toFixed(1);
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  const line = (row: string[]) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd();
  console.log(
    `\n${rows.map(line).join('\n')}\n(imports: the median of five fresh processes, Node ${process.version}, load average ${load})\n`,
  );
}

/** As an operator would make them, and marked, because the simulators take no others. */
function makeSecrets(): Record<SecretName, string> {
  const random = (length: number) => randomBytes(length).toString('base64url').slice(0, length);
  const hex = () => randomBytes(32).toString('hex');
  const address = (scheme: string) => `${scheme}://shop:${hex()}@${random(12).toLowerCase()}.invalid/shop`;
  return {
    DATABASE_URL: address('postgres'),
    DATABASE_URL_UNPOOLED: address('postgres'),
    POSTGRES_URL: address('postgres'),
    KV_REST_API_URL: `https://${hex()}.invalid`,
    KV_REST_API_TOKEN: random(40),
    ESIMGO_API_KEY: `sandbox-${random(32)}`,
    ESIMGO_API_KEY_PREVIOUS: `sandbox-${random(32)}`,
    TELEGRAM_BOT_TOKEN: `${randomInt(1_000_000_000, 9_999_999_999)}:sandbox_${random(27)}`,
    TELEGRAM_WEBHOOK_SECRET: hex(),
    CRON_SECRET: hex(),
    DATA_KEY: hex(),
    DATA_KEY_PREVIOUS: hex(),
    SMTP_URL: address('smtps'),
  };
}

/** Those that a shop cannot do without; the others lead nowhere, and are there for the build to leak. */
function neededSecrets(secrets: Record<SecretName, string>): Settings {
  const { ESIMGO_API_KEY, TELEGRAM_BOT_TOKEN, TELEGRAM_WEBHOOK_SECRET, CRON_SECRET, DATA_KEY } = secrets;
  return { ESIMGO_API_KEY, TELEGRAM_BOT_TOKEN, TELEGRAM_WEBHOOK_SECRET, CRON_SECRET, DATA_KEY };
}

function createReport(): { report: Report; counts(): { checks: number; failed: number } } {
  let checks = 0;
  let failed = 0;
  const check = (name: string, figures: string, problems: readonly Problem[]) => {
    checks += 1;
    if (problems.length > 0) failed += 1;
    const { length } = problems;
    console.log(length > 0 ? `FAIL ${name}: ${length} problem${length > 1 ? 's' : ''}` : `ok   ${name}: ${figures}`);
    for (const [index, { sentence, cure }] of problems.slice(0, 20).entries()) {
      console.log(`       ${sentence}`);
      if (problems[index + 1]?.cure !== cure) console.log(`       → ${cure}`);
    }
    if (problems.length > 20) console.log(`       and ${problems.length - 20} more`);
  };
  return { report: { check, passed: (name, figures) => check(name, figures, []) }, counts: () => ({ checks, failed }) };
}
