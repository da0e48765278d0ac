import { existsSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import path from 'node:path';
import ts from 'typescript';
import type { BuildOutput, BuiltFunction } from '../build-output.ts';
import type { Problem } from '../problem.ts';

const CODE = /\.[cm]?js$/;

/**
 * What Node will not find once it runs there. The build is green all the same: it leaves out what it cannot follow, such
 * as imports without an extension and the `paths` of tsconfig.json.
 */
export function checkImports({ functions }: BuildOutput): Problem[] {
  return functions.flatMap((built) =>
    built.files
      .filter((file) => CODE.test(file) && !file.startsWith('node_modules/'))
      .flatMap((file) => brokenImports(built, file)),
  );
}

/** `paths` works in the editor and in tests, and in no function. */
export function checkTsconfigs(files: readonly { name: string; text: string }[]): Problem[] {
  return files
    .filter(({ name, text }) => {
      const config: unknown = ts.parseConfigFileTextToJson(name, text).config;
      const options = isRecord(config) ? config.compilerOptions : null;
      return isRecord(options) && options.paths !== undefined;
    })
    .map(({ name }) => ({
      sentence: `${name} sets "paths", which Vercel does not follow: the function would crash when it is first called.`,
      cure: 'Import by relative path with the .ts extension.',
    }));
}

function brokenImports(built: BuiltFunction, file: string): Problem[] {
  const { directory, route } = built;
  const text = readFileSync(path.join(directory, file), 'utf8');
  const where = `${file} of ${route}`;
  return ts.preProcessFile(text, true, true).importedFiles.flatMap(({ fileName: name }): Problem[] => {
    if (isBuiltin(name)) return [];
    if (!name.startsWith('.')) return isInstalled(directory, name) ? [] : [notInstalled(where, name)];
    const target = path.join(directory, path.dirname(file), name);
    if (!path.extname(name)) {
      return [
        {
          sentence: `${where} imports ${name} without an extension, so it crashes when it is called.`,
          cure: 'Write the extension: .ts in the source, which the build makes .js.',
        },
      ];
    }
    if (existsSync(target)) return [];
    return [
      {
        sentence: `${where} imports ${name}, which is not among its files.`,
        cure: 'Import it in a way that Vercel can follow: a literal relative path with its extension.',
      },
    ];
  });
}

function isInstalled(directory: string, name: string): boolean {
  const parts = name.split('/').slice(0, name.startsWith('@') ? 2 : 1);
  return existsSync(path.join(directory, 'node_modules', ...parts));
}

function notInstalled(where: string, name: string): Problem {
  return {
    sentence: `${where} imports ${name}, which is neither a package among its files nor a part of Node.`,
    cure: 'Put the package among the dependencies, or write the relative path if it is a file of ours.',
  };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
