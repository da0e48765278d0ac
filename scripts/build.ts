import { cpSync, rmSync } from 'node:fs';
import path from 'node:path';
import { ROOT, runTool, type ToolResult } from './check/run-tool.ts';

const HELP = `
npm run build

Makes dist/ (the static Mini App) and build/ (the functions and what they share, compiled, for "npm start").
`;

if (process.argv.includes('--help')) {
  console.log(HELP.trim());
} else {
  rmSync(path.join(ROOT, 'build'), { recursive: true, force: true });
  const results = await Promise.all([
    runTool('vite/bin/vite.js', 'build', '--logLevel', 'warn'),
    runTool('typescript/bin/tsc', '-p', 'tsconfig.build.json'),
  ]);
  finish(results);
}

function finish(results: ToolResult[]): void {
  for (const { output } of results) if (output) console.error(output.trimEnd());
  if (results.some(({ isOk }) => !isOk)) {
    process.exitCode = 1;
    return;
  }
  cpSync(path.join(ROOT, 'lib/db/migrations'), path.join(ROOT, 'build/lib/db/migrations'), { recursive: true });
  console.log('Built dist/ and build/');
}
