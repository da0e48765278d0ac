import { existsSync } from 'node:fs';
import { realpath } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { isDataDir, removeDataDir } from './embedded-postgres/data-dir.ts';
import { EmbeddedPostgresError } from './embedded-postgres/error.ts';
import { hasCode } from './embedded-postgres/processes.ts';
import { stopServerOf } from './embedded-postgres/start.ts';

const ROOT = fileURLToPath(new URL('../', import.meta.url));

const USAGE = `npm run reset [-- --yes]

Stops the embedded database of DATA_DIR (default .data) and removes that folder: all orders, eSIMs, generated keys and
settings of this development shop. The next \`npm run dev\` starts from nothing.
DATA_DIR is the one of the environment or of .env.dev, as there.

  --yes, -y   do not ask

Exit code: 0 done or nothing to do, 1 not done, 2 wrong use.`;

async function main(): Promise<number> {
  const { help, yes } = parseArgs({
    options: { help: { type: 'boolean', short: 'h' }, yes: { type: 'boolean', short: 'y' } },
  }).values;
  if (help) {
    console.log(USAGE);
    return 0;
  }
  if (existsSync('.env.dev')) process.loadEnvFile('.env.dev');
  const given = path.resolve(ROOT, process.env['DATA_DIR']?.trim() || '.data');
  if (!existsSync(given)) {
    console.log(`Nothing to remove: there is no ${given}.`);
    return 0;
  }
  const dataDir = await realpath(given);
  if (!isDataDir(dataDir)) {
    console.error(`${dataDir} was not made by this project, so it stays: remove it by hand, or set another DATA_DIR.`);
    return 1;
  }
  if (!yes && !(await confirm(`Remove ${dataDir} with everything in it?`))) return 1;
  if (await stopServerOf(dataDir)) console.log('Stopped its database.');
  await removeDataDir(dataDir);
  console.log(`Removed ${dataDir}.`);
  return 0;
}

async function confirm(question: string): Promise<boolean> {
  if (!process.stdin.isTTY) {
    console.error('Nobody is there to ask: add --yes.');
    return false;
  }
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  const answer = await terminal.question(`${question} [y/N] `);
  terminal.close();
  return /^y(es)?$/i.test(answer.trim());
}

try {
  process.exitCode = await main();
} catch (error) {
  if (error instanceof EmbeddedPostgresError) {
    console.error(error.message);
    process.exitCode = 1;
  } else if (hasCode(error, 'EACCES', 'EPERM')) {
    console.error(`Some of it belongs to another user: run as that user or as root (${String(error)}).`);
    process.exitCode = 1;
  } else if (hasCode(error, 'ERR_PARSE_ARGS_UNKNOWN_OPTION', 'ERR_PARSE_ARGS_UNEXPECTED_POSITIONAL')) {
    console.error(USAGE);
    process.exitCode = 2;
  } else {
    throw error;
  }
}
