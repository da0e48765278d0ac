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
  /** False also when a file fails outside its tests. */
  success: z.boolean(),
  numPassedTests: z.int(),
  numFailedTests: z.int(),
  testResults: z.array(z.object({ assertionResults: z.array(z.object({ fullName: z.string(), status: z.string() })) })),
});

export interface TestResult {
  isGreen: boolean;
  failed: readonly string[];
}

/** `refused`: the tests fail without the mutation too, so they cannot notice it. */
export type Verdict = 'killed' | 'survived' | 'refused';

export function judge(baseline: TestResult, mutated: TestResult): Verdict {
  if (!baseline.isGreen) return 'refused';
  return mutated.failed.length === 0 ? 'survived' : 'killed';
}

/**
 * Takes each safeguard out of a copy of the sources and runs the tests that guard it there, which must be green as long
 * as it is in its place. 0 when all were noticed.
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
  const baselines = new Map<string, TestResult>();
  let killed = 0;
  try {
    for (const name of COPIED) await cp(path.join(ROOT, name), path.join(copy, name), { recursive: true });
    await symlink(path.join(ROOT, 'node_modules'), path.join(copy, 'node_modules'));
    const url = databaseUrl ?? server?.url ?? '';
    for (const mutation of mutations) {
      const { name, tests } = mutation;
      const key = `${tests.file} ${tests.names}`;
      const baseline = baselines.get(key) ?? (await runTests(copy, mutation, url));
      if (!baselines.has(key)) console.log(`${baseline.isGreen ? 'baseline' : 'BASELINE FAILS'}  ${key}`);
      baselines.set(key, baseline);
      const mutated = baseline.isGreen ? await runMutated(copy, mutation, url) : baseline;
      const verdict = judge(baseline, mutated);
      if (verdict === 'killed') killed += 1;
      console.log(`${(verdict === 'killed' ? verdict : verdict.toUpperCase()).padEnd(8)}  ${name}`);
      for (const test of mutated.failed) console.log(`            by: ${test}`);
    }
  } finally {
    await server?.stop();
    if (server !== null) await removeDataDir(dataDir);
    await rm(folder, { recursive: true, force: true });
  }
  console.log(`${killed} of ${mutations.length} killed`);
  return killed === mutations.length ? 0 : 1;
}

async function runMutated(copy: string, mutation: Mutation, databaseUrl: string): Promise<TestResult> {
  const restore = await mutate(copy, mutation);
  try {
    return await runTests(copy, mutation, databaseUrl);
  } finally {
    await restore();
  }
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

/** A run in which none of the tests began proves nothing and is an error. */
async function runTests(copy: string, { name, tests }: Mutation, databaseUrl: string): Promise<TestResult> {
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
  return {
    isGreen: result.success,
    failed: result.testResults
      .flatMap(({ assertionResults }) => assertionResults)
      .flatMap(({ status, fullName }) => (status === 'failed' ? fullName : [])),
  };
}

/** Names may hold what a pattern would read otherwise; `.*` at the beginning and `(a|b)` are meant. */
function escape(names: string): string {
  return names.replaceAll(/[?+[\]{}^$]/g, String.raw`\$&`);
}
