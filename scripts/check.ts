import path from 'node:path';
import { checkFunctionFiles } from './check/function-files.ts';
import { ROOT, runTool, type ToolResult } from './check/run-tool.ts';
import { gzipSizeIn, measureScreens, readManifest } from './check/size-budget.ts';

const HELP = `
npm run check

Format, lint with the import rules, types, dead code, size budgets, and the functions: their number, and no test among
them. One line a step; of a step that fails, its output.
`;
const AT_ONCE = 2;

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
  { name: 'functions', run: async () => checkFunctionFiles(path.join(ROOT, 'api')) },
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
