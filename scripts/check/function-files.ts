import { existsSync } from 'node:fs';
import path from 'node:path';
import { isTestRoute, listFunctionFiles } from '../serve/function-routes.ts';
import type { ToolResult } from './run-tool.ts';

const MAX_FUNCTIONS = 12;

/** As many functions as every plan deploys, and no test among them, in the folder `api/`. */
export function checkFunctionFiles(api: string): ToolResult {
  const files = existsSync(api) ? listFunctionFiles(api) : [];
  const tests = files.filter(({ route }) => isTestRoute(route));
  const lines = tests.map(({ file }) => {
    const name = path.relative(path.dirname(api), file).split(path.sep).join('/');
    return `${name} is a test; every file under api/ is deployed as a function. Move it to tests/.`;
  });
  return {
    isOk: files.length <= MAX_FUNCTIONS && tests.length === 0,
    output: [...lines, `api/ holds ${files.length} functions; every plan deploys ${MAX_FUNCTIONS}.`].join('\n'),
  };
}
