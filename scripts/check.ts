import { existsSync } from 'node:fs';
import path from 'node:path';
import { ROOT, runTool, type ToolResult } from './check/run-tool.ts';
import { gzipSizeIn, measureScreens, readManifest } from './check/size-budget.ts';
import { listFunctionFiles } from './serve/function-routes.ts';

const HELP = `
npm run check

Format, lint with the import rules, types, dead code, size budgets and the number of functions. One line a step;
of a step that fails, its output.
`;
const AT_ONCE = 2;
const MAX_FUNCTIONS = 12;

interface Step {
  name: string;
  run(): Promise<ToolResult>;
}

const steps: Step[] = [
  { name: 'types', run: () => runTool('typescript/bin/tsc', '--noEmit', '-p', 'tsconfig.json') },
  { name: 'lint', run: () => runTool('oxlint/bin/oxlint', '-c', 'oxlint.config.mjs', '--type-aware') },
  { name: 'types of the Mini App', run: () => runTool('typescript/bin/tsc', '--noEmit', '-p', 'tsconfig.web.json') },
  { name: 'format', run: () => runTool('oxfmt/bin/oxfmt', '--check', '.') },
  { name: 'API reference', run: () => runTool('tsx/dist/cli.mjs', 'scripts/openapi.ts', '--check') },
  { name: 'dead code', run: () => runTool('knip/bin/knip.js', '--no-progress') },
  { name: 'sizes', run: checkSizes },
  { name: 'functions', run: checkFunctions },
];

if (process.argv.includes('--help')) {
  console.log(HELP.trim());
} else {
  const queue = [...steps];
  const outcomes: boolean[] = [];
  const work = async () => {
    for (let step = queue.shift(); step; step = queue.shift()) outcomes.push(await report(step));
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  process.exitCode = outcomes.every(Boolean) ? 0 : 1;
}

async function report({ name, run }: Step): Promise<boolean> {
  const began = Date.now();
  const { isOk, output } = await run();
  const seconds = ((Date.now() - began) / 1000).toFixed(1);
  console.log(`${isOk ? 'ok  ' : 'FAIL'} ${name} (${seconds} s)`);
  if (!isOk) console.log(output.trimEnd());
  return isOk;
}

async function checkSizes(): Promise<ToolResult> {
  const built = await runTool('vite/bin/vite.js', 'build', '--logLevel', 'warn');
  if (!built.isOk) return built;
  const dist = path.join(ROOT, 'dist');
  const screens = measureScreens(readManifest(dist), gzipSizeIn(dist));
  const lines = screens.map(({ name, bytes, limit }) => `${name}: ${bytes} of ${limit} bytes, compressed`);
  return { isOk: screens.every(({ bytes, limit }) => bytes <= limit), output: lines.join('\n') };
}

async function checkFunctions(): Promise<ToolResult> {
  const api = path.join(ROOT, 'api');
  const count = existsSync(api) ? listFunctionFiles(api).length : 0;
  return {
    isOk: count <= MAX_FUNCTIONS,
    output: `api/ holds ${count} functions; every plan deploys ${MAX_FUNCTIONS}.`,
  };
}
