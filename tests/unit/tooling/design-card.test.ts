import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { walkImports } from '../../support/import-graph.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const PACKAGES = [
  '@vercel/node',
  '@telegram-apps/sdk',
  '@vercel/kv',
  '@vercel/postgres',
  'zod',
  'qrcode',
  'undici',
  'vitest',
  'msw',
];
const NAMES = ['api', 'lib', 'src', 'public', 'sandbox', 'tests', 'scripts', 'docs', 'vercel.json', 'package.json'];

/** The card's packages that are not installed by our own wish, or that nothing loads which a test runs. */
function unusedPackages(root: string): string[] {
  const {
    dependencies = {},
    devDependencies = {},
  }: Record<string, Record<string, string>> = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
  const tests = readdirSync(path.join(root, 'tests'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.test.ts'))
    .map((name) => path.join(root, 'tests', name));
  const { packages } = walkImports(tests);
  const declared = { ...dependencies, ...devDependencies };
  return PACKAGES.filter((name) => !packages.has(name) || !(name in declared));
}

const missingNames = (root: string) => NAMES.filter((name) => !existsSync(path.join(root, name)));

describe('the design card', () => {
  it('has each of its nine packages loaded by code that a test runs', () => {
    expect(unusedPackages(ROOT)).toEqual([]);
  });

  it('has each of its ten names at the top', () => {
    expect(missingNames(ROOT)).toEqual([]);
  });
});

describe('the table of packages in README.md', () => {
  const [, table = ''] = readFileSync(path.join(ROOT, 'README.md'), 'utf8').split('## Packages of the design card');
  const rows = [...table.matchAll(/^\| `([^`]+)` \|.*\| `([^`]+)`: `([^`]+)`.*\|$/gm)];

  it('has a row for each package', () => {
    expect(rows.map(([, name]) => name).sort()).toEqual([...PACKAGES].sort());
  });

  it.each(rows.map(([, name, file, line]) => [name, file, line] as const))(
    'names for %s a line that is there: %s: %s',
    (_name, file = '', line = '') => {
      expect(readFileSync(path.join(ROOT, file), 'utf8')).toContain(line);
    },
  );
});

describe('the check of the design card', () => {
  const root = mkdtempSync(path.join(tmpdir(), 'design-card-'));
  afterAll(() => rmSync(root, { recursive: true, force: true }));

  function write(name: string, text: string): void {
    mkdirSync(path.dirname(path.join(root, name)), { recursive: true });
    writeFileSync(path.join(root, name), text);
  }

  /** Nine packages, each loaded in one of the ways there are. */
  function writeProject(changes: Record<string, string> = {}): void {
    const dependencies = Object.fromEntries(PACKAGES.map((name) => [name, '1.0.0']));
    const files = {
      'package.json': JSON.stringify({ dependencies }),
      'tests/unit/a.test.ts': `import { it } from 'vitest'; import { b } from '../../lib/b.ts'; it('', b);`,
      'tests/integration/c.test.ts': `import 'msw'; export { d } from '../../lib/d.ts';`,
      'lib/b.ts': `import * as z from 'zod'; import type { Never } from './never.ts';
        export const b = async () => [z, await import('qrcode'), await import('./e.ts')];`,
      'lib/d.ts': `import { type Agent, setGlobalDispatcher } from 'undici'; export { createClient as d } from '@vercel/kv';`,
      'lib/e.ts': `import '@vercel/postgres'; import { on } from '@telegram-apps/sdk';
        export const e = [on, import.meta.resolve('@vercel/node/dist/dev-server.mjs')];`,
      'lib/never.ts': `import 'not-loaded'; export type Never = never;`,
      ...changes,
    };
    for (const [name, text] of Object.entries(files)) write(name, text);
  }

  it('follows imports, dynamic ones and programs that are started', () => {
    writeProject();
    expect(unusedPackages(root)).toEqual([]);
  });

  it('does not count a package of which only the types are imported', () => {
    writeProject({
      'lib/d.ts': `import type { Agent } from 'undici'; export type { VercelKV as d } from '@vercel/kv';`,
    });
    expect(unusedPackages(root)).toEqual(['@vercel/kv', 'undici']);
  });

  it('does not count a file that no test reaches, or reaches only for its types', () => {
    writeProject({
      'lib/b.ts': `import * as z from 'zod'; import type { e } from './e.ts'; export const b = (): typeof e => z;`,
    });
    expect(unusedPackages(root)).toEqual(['@vercel/node', '@telegram-apps/sdk', '@vercel/postgres', 'qrcode']);
  });

  it('does not count a comment or a text', () => {
    writeProject({
      'tests/integration/c.test.ts': `// import 'msw';\nconst text = "import 'msw'"; export * from '../../lib/d.ts';`,
    });
    expect(unusedPackages(root)).toEqual(['msw']);
  });

  it('does not count a package that package.json does not name', () => {
    writeProject({ 'package.json': JSON.stringify({ devDependencies: { vitest: '4.0.0' } }) });
    expect(unusedPackages(root)).toEqual(PACKAGES.filter((name) => name !== 'vitest'));
  });

  it('misses each name that is gone', () => {
    writeProject();
    expect(missingNames(root)).toEqual(['api', 'src', 'public', 'sandbox', 'scripts', 'docs', 'vercel.json']);
  });
});
