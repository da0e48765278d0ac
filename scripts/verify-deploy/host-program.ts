import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const SCRIPTS = fileURLToPath(new URL('../', import.meta.url));
const HOST = fileURLToPath(new URL('./function-host.ts', import.meta.url));
const NEEDED = ['serve/background-work.ts', 'serve/function-routes.ts'];

/** Compiles the host to plain JavaScript: a loader for TypeScript would find files that Vercel would not. */
export function writeHostProgram(directory: string): string {
  for (const file of [HOST, ...NEEDED.map((name) => path.join(SCRIPTS, name))]) {
    const { outputText } = ts.transpileModule(readFileSync(file, 'utf8'), {
      compilerOptions: {
        target: ts.ScriptTarget.ES2022,
        module: ts.ModuleKind.ESNext,
        verbatimModuleSyntax: true,
        rewriteRelativeImportExtensions: true,
      },
    });
    const target = compiled(directory, file);
    mkdirSync(path.dirname(target), { recursive: true });
    writeFileSync(target, outputText);
  }
  writeFileSync(path.join(directory, 'package.json'), '{"type":"module"}');
  return compiled(directory, HOST);
}

function compiled(directory: string, file: string): string {
  return path.join(directory, path.relative(SCRIPTS, file).replace(/\.ts$/, '.js'));
}
