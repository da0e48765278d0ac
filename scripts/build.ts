import { cpSync, rmSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { ROOT, runTool, type ToolResult } from './check/run-tool.ts';

const HELP = `
npm run build [-- --out FOLDER]

Makes dist/ (the static Mini App) and build/ (the functions and what they share, compiled, for "npm start").

  --out   where the two are put; default here
`;

const { help, out } = parseArgs({ options: { help: { type: 'boolean' }, out: { type: 'string' } } }).values;

if (help) {
  console.log(HELP.trim());
} else {
  const folder = path.resolve(out ?? ROOT);
  const build = path.join(folder, 'build');
  rmSync(build, { recursive: true, force: true });
  const results = await Promise.all([
    runTool('vite/bin/vite.js', 'build', '--outDir', path.join(folder, 'dist'), '--emptyOutDir', '--logLevel', 'warn'),
    runTool('typescript/bin/tsc', '-p', 'tsconfig.build.json', '--outDir', build),
  ]);
  finish(results, build);
  // Vite's list of the chunks is for our size check, not for visitors.
  rmSync(path.join(folder, 'dist/.vite'), { recursive: true, force: true });
}

function finish(results: ToolResult[], build: string): void {
  for (const { output } of results) if (output) console.error(output.trimEnd());
  if (results.some(({ isOk }) => !isOk)) {
    process.exitCode = 1;
    return;
  }
  cpSync(path.join(ROOT, 'lib/db/migrations'), path.join(build, 'lib/db/migrations'), { recursive: true });
  console.log('Built dist/ and build/');
}
