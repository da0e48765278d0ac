import { execFile } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { ROOT, runTool } from '../check/run-tool.ts';
import { listFunctionFiles } from '../serve/function-routes.ts';
import { median, type Benchmark, type Figure } from './figure.ts';

const RUNS = 5;
const MAX_MS = 120;
const MAX_WEBHOOK_MS = 200;
/** Within reach of the packages, and out of the way of `npm run build`. */
const BUILD = path.join(ROOT, 'node_modules/.cache/bench-build');
const IMPORT = `const began = performance.now(); await import(process.argv[1]); console.log(performance.now() - began)`;

export const coldImports: Benchmark = {
  name: 'cold-imports',
  what: `each built function imported by a fresh process, median of ${RUNS}`,
  async measure() {
    rmSync(BUILD, { recursive: true, force: true });
    try {
      const built = await runTool('typescript/bin/tsc', '-p', 'tsconfig.build.json', '--outDir', BUILD);
      if (!built.isOk) throw new Error(built.output);
      mkdirSync(BUILD, { recursive: true });
      writeFileSync(path.join(BUILD, 'package.json'), '{"type":"module"}');
      const figures: Figure[] = [];
      for (const { route, file } of listFunctionFiles(path.join(BUILD, 'api'))) {
        const times: number[] = [];
        for (let run = 0; run < RUNS; run += 1) times.push(await importOnce(file));
        const target = route === '/api/telegram/webhook' ? MAX_WEBHOOK_MS : MAX_MS;
        figures.push({ what: route, value: median(times), unit: 'ms', target });
      }
      return figures;
    } finally {
      rmSync(BUILD, { recursive: true, force: true });
    }
  },
};

async function importOnce(file: string): Promise<number> {
  const args = ['--input-type=module', '--eval', IMPORT, pathToFileURL(file).href];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  return Number(stdout);
}
