import { execFile } from 'node:child_process';
import { chmod, cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';
import { removeDataDir } from '../embedded-postgres/data-dir.ts';
import { startEmbeddedPostgres } from '../embedded-postgres/start.ts';
import { applyPatches, MUTATIONS, type Mutation } from './mutations.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const COPIED = [
  'api',
  'lib',
  'sandbox',
  'scripts',
  'tests',
  'package.json',
  'tsconfig.json',
  'tsconfig.base.json',
  'vitest.config.ts',
];
const TEST_TIMEOUT_MS = 300_000;

const resultSchema = z.object({
  numPassedTests: z.int(),
  numFailedTests: z.int(),
  testResults: z.array(z.object({ assertionResults: z.array(z.object({ fullName: z.string(), status: z.string() })) })),
});

/**
 * Takes each safeguard out of a copy of the sources and runs the tests that guard it there. 0 when all were noticed.
 * `only` is a part of the names of those to try.
 */
export async function runMutations({
  databaseUrl,
  only = '',
}: {
  databaseUrl?: string | undefined;
  only?: string | undefined;
}): Promise<number> {
  const mutations = MUTATIONS.filter(({ name }) => name.includes(only));
  const folder = await mkdtemp(path.join(tmpdir(), 'esim-shop-mutants-'));
  await chmod(folder, 0o711);
  const dataDir = path.join(folder, 'postgres');
  const server = databaseUrl === undefined ? await startEmbeddedPostgres({ dataDir }) : null;
  const copy = path.join(folder, 'sources');
  let survived = 0;
  try {
    for (const name of COPIED) await cp(path.join(ROOT, name), path.join(copy, name), { recursive: true });
    await symlink(path.join(ROOT, 'node_modules'), path.join(copy, 'node_modules'));
    const url = databaseUrl ?? server?.url ?? '';
    for (const mutation of mutations) {
      const restore = await mutate(copy, mutation);
      const noticed = await failingTests(copy, mutation, url);
      await restore();
      if (noticed.length === 0) survived += 1;
      console.log(`${noticed.length === 0 ? 'SURVIVED' : 'killed  '}  ${mutation.name}`);
      for (const test of noticed) console.log(`            by: ${test}`);
    }
  } finally {
    await server?.stop();
    if (server !== null) await removeDataDir(dataDir);
    await rm(folder, { recursive: true, force: true });
  }
  console.log(`${mutations.length - survived} of ${mutations.length} killed`);
  return survived === 0 ? 0 : 1;
}

async function mutate(copy: string, { patches }: Mutation): Promise<() => Promise<void>> {
  const originals = new Map<string, string>();
  for (const file of new Set(patches.map((patch) => patch.file))) {
    const text = await readFile(path.join(copy, file), 'utf8');
    originals.set(file, text);
    const own = patches.filter((patch) => patch.file === file);
    await writeFile(path.join(copy, file), applyPatches(text, own));
  }
  return async () => {
    for (const [file, text] of originals) await writeFile(path.join(copy, file), text);
  };
}

/** The names of the tests that failed. A run in which none of them began proves nothing and is an error. */
async function failingTests(copy: string, { name, tests }: Mutation, databaseUrl: string): Promise<string[]> {
  const output = path.join(copy, 'result.json');
  await rm(output, { force: true });
  const args = ['node_modules/vitest/vitest.mjs', 'run', tests.file, '-t', `^${escape(tests.names)}`];
  const { TEST_DATABASE_URL: _, NODE_OPTIONS: __, ...env } = process.env;
  const printed = await new Promise<string>((resolve) => {
    execFile(
      process.execPath,
      [...args, '--reporter=json', `--outputFile=${output}`],
      { cwd: copy, env: { ...env, TEST_DATABASE_URL: databaseUrl }, timeout: TEST_TIMEOUT_MS, maxBuffer: 50_000_000 },
      (_error, stdout, stderr) => resolve(stdout + stderr),
    );
  });
  const text = await readFile(output, 'utf8').catch(() => {
    throw new Error(`the tests of "${name}" did not run:\n${printed.slice(-2_000)}`);
  });
  const result = resultSchema.parse(JSON.parse(text));
  if (result.numPassedTests + result.numFailedTests === 0) {
    throw new Error(
      `no test of ${tests.file} is called "${tests.names}", or none could begin:\n${printed.slice(-2_000)}`,
    );
  }
  return result.testResults
    .flatMap(({ assertionResults }) => assertionResults)
    .flatMap(({ status, fullName }) => (status === 'failed' ? fullName : []));
}

/** Names may hold what a pattern would read otherwise; `.*` at the beginning and `(a|b)` are meant. */
function escape(names: string): string {
  return names.replaceAll(/[?+[\]{}^$]/g, String.raw`\$&`);
}
