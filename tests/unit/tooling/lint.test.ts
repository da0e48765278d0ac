import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

type Case = [what: string, file: string, code: string, finding: string];

const IMPORT = 'no-restricted-imports';

const refused: Case[] = [
  ['the domain, an adapter', 'lib/orders/a.ts', `import { connectPg } from '../db/pg.ts'; connectPg();`, IMPORT],
  ['the domain, the client of a vendor', 'lib/esims/a.ts', `import { c } from '../esim-go/client.ts'; c();`, IMPORT],
  ['the domain, settings', 'lib/notify/a.ts', `import { c } from '../config/config.ts'; c();`, IMPORT],
  ['the domain, the assembled app', 'lib/admin/a.ts', `import { app } from '../app.ts'; app();`, IMPORT],
  ['the domain, a network package', 'lib/catalogue/a.ts', `import { get } from 'node:http'; get('');`, IMPORT],
  ['an adapter, the domain', 'lib/telegram/a.ts', `import { verb } from '../orders/verb.ts'; verb();`, IMPORT],
  [
    'an adapter, types of the domain',
    'lib/db/a.ts',
    `import type { O } from '../orders/o.ts'; export const o: O = 1;`,
    IMPORT,
  ],
  ['a pure folder, Node', 'lib/money/a.ts', `import { join } from 'node:path'; join('');`, IMPORT],
  [
    'the Mini App, schemas',
    'src/a.ts',
    `import { orderSchema } from '../lib/contract/order.ts'; orderSchema();`,
    IMPORT,
  ],
  [
    'the Mini App, the rest of lib',
    'src/ui/a.ts',
    `import type { L } from '../../lib/log/log.ts'; export const l: L = 1;`,
    IMPORT,
  ],
  ['the Mini App, zod', 'src/b.ts', `import * as z from 'zod'; z.string();`, IMPORT],
  ['the Mini App, the SDK beside its facade', 'src/c.ts', `import { init } from '@telegram-apps/sdk'; init();`, IMPORT],
  ['the sandbox, lib', 'sandbox/a.ts', `import { c } from '../lib/contract/order.ts'; c();`, IMPORT],
  [
    'the sandbox, the Mini App',
    'sandbox/telegram/a.ts',
    `import type { T } from '../../src/t.ts'; export const t: T = 1;`,
    IMPORT,
  ],
  [
    'lib, the sandbox',
    'lib/app.ts',
    `import { createSandbox } from '../sandbox/create-sandbox.ts'; createSandbox();`,
    IMPORT,
  ],
  ['lib, scripts', 'lib/http/a.ts', `import { d } from '../../scripts/d.ts'; d();`, IMPORT],
  ['a function, the sandbox', 'api/cron/a.ts', `import { c } from '../../sandbox/c.ts'; c();`, IMPORT],
  ['a function, an adapter', 'api/a.ts', `import { connectPg } from '../lib/db/pg.ts'; connectPg();`, IMPORT],
  ['a function, another function', 'api/b.ts', `import { GET } from '../api/a.ts'; GET();`, IMPORT],
  ['scripts, tests', 'scripts/a.ts', `import { t } from '../tests/support/t.ts'; t();`, IMPORT],
  ['undici’s own fetch', 'lib/esim-go/a.ts', `import { fetch } from 'undici'; void fetch('');`, IMPORT],
  ['undici’s Pool', 'lib/esim-go/b.ts', `import { Pool } from 'undici'; new Pool('');`, IMPORT],
  ['a card package beside its adapter', 'lib/kv/a.ts', `import { kv } from '@vercel/kv'; kv();`, IMPORT],
  ['the named import of zod', 'lib/contract/a.ts', `import { z } from 'zod'; z.string();`, 'import-style'],
  [
    'fetch in the Mini App beside its client',
    'src/d.ts',
    `export const d = () => fetch('/');`,
    'no-restricted-globals',
  ],
  ['settings read beside lib/config', 'lib/orders/b.ts', `export const b = process.env.B;`, 'no-process-env'],
  ['console in lib', 'lib/orders/c.ts', `console.log(1);`, 'no-console'],
  ['a default export', 'lib/orders/d.ts', `export default 1;`, 'no-default-export'],
  ['a barrel', 'lib/orders/e.ts', `export * from './d.ts';\nexport * from './c.ts';`, 'no-barrel-file'],
  ['any', 'lib/orders/f.ts', `export const f: any = 1;`, 'no-explicit-any'],
  [
    'a non-null assertion',
    'lib/orders/g.ts',
    `export const g = (list: string[]) => list[0]!;`,
    'no-non-null-assertion',
  ],
  ['a file name that is not kebab-case', 'lib/orders/camelCase.ts', `export const a = 1;`, 'filename-case'],
  [
    'a promise nobody waits for',
    'lib/orders/h.ts',
    `export function h() { Promise.resolve(); }`,
    'no-floating-promises',
  ],
  [
    'a switch that forgets a case',
    'lib/orders/i.ts',
    `export function i(kind: 'a' | 'b') { switch (kind) { case 'a': return 1; } return 2; }`,
    'switch-exhaustiveness-check',
  ],
  ['a loose comparison', 'lib/orders/j.ts', `export const j = (n: number) => n == 1;`, 'eqeqeq'],
];

const allowed: [what: string, file: string, code: string][] = [
  [
    'the domain, ports and pure parsers',
    'lib/orders/k.ts',
    `import type { Sql } from '../db/sql.ts'; import { open } from '../db/sealed-text.ts'; import { parseLpa } from '../esim-go/lpa.ts'; import type { Client } from '../esim-go/client.ts'; export const k = (s: Sql, c: Client) => [open(), parseLpa(), s, c];`,
  ],
  ['the domain, another part of it', 'lib/notify/b.ts', `import { verb } from '../orders/verb.ts'; verb();`],
  [
    'the Mini App, types of the contract',
    'src/e.ts',
    `import type { Order } from '../lib/contract/order.ts'; export const e: Order = 1;`,
  ],
  [
    'the Mini App, money and words',
    'src/f.ts',
    `import { stars } from '../lib/money/stars.ts'; import { en } from '../lib/i18n/en.ts'; stars(en);`,
  ],
  ['the one file of a card package', 'lib/kv/vercel-kv.ts', `import { kv } from '@vercel/kv'; kv();`],
  [
    'a function, a verb',
    'api/esimgo/[name].ts',
    `import { verb } from '../../lib/orders/verb.ts'; import { app } from '../../lib/app.ts'; export const GET = () => verb(app());`,
  ],
  [
    'zod as a namespace, undici’s dispatcher',
    'lib/esim-go/c.ts',
    `import * as z from 'zod'; import { Agent } from 'undici'; z.string(new Agent());`,
  ],
  [
    'scripts and tests, the sandbox',
    'scripts/b.ts',
    `import { c } from '../sandbox/c.ts'; console.log(c, process.env.PORT);`,
  ],
  ['a default export of a settings file', 'vite.config.ts', `export default 1;`],
];

const folder = mkdtempSync(path.join(tmpdir(), 'lint-'));
const findings = new Map<string, { rule: string; help: string }[]>();

beforeAll(() => {
  copyFileSync('oxlint.config.mjs', path.join(folder, 'oxlint.config.mjs'));
  const compilerOptions = { strict: true, module: 'NodeNext', target: 'ES2022', noEmit: true };
  writeFileSync(path.join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['**/*.ts'] }));
  for (const [, file, code] of [...refused, ...allowed]) {
    mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
    writeFileSync(path.join(folder, file), `${code}\n`);
  }
  for (const { filename, code, help, message } of lint()) {
    const known = findings.get(filename) ?? [];
    findings.set(filename, [...known, { rule: code, help: `${help ?? ''} ${message}` }]);
  }
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Diagnostic {
  filename: string;
  code: string;
  message: string;
  help?: string;
}

function lint(): Diagnostic[] {
  const bin = path.join(path.dirname(createRequire(import.meta.url).resolve('oxlint/package.json')), 'bin/oxlint');
  const args = [bin, '-c', 'oxlint.config.mjs', '--type-aware', '-f', 'json'];
  try {
    execFileSync(process.execPath, args, { cwd: folder, encoding: 'utf8' });
    return [];
  } catch (error) {
    if (!(error instanceof Error && 'stdout' in error)) throw error;
    const report: { diagnostics: Diagnostic[] } = JSON.parse(String(error.stdout));
    return report.diagnostics;
  }
}

describe('the linter', () => {
  it.each(refused)('refuses %s', (_what, file, _code, finding) => {
    const rules = (findings.get(file) ?? []).map(({ rule }) => rule);
    expect(rules.some((rule) => rule.includes(`(${finding})`))).toBe(true);
  });

  it.each(allowed)('allows %s', (_what, file) => {
    expect(findings.get(file) ?? []).toEqual([]);
  });

  it('says with every import ban what to use instead', () => {
    const bans = [...findings.values()].flat().filter(({ rule }) => rule.includes(IMPORT));
    expect(bans.filter(({ help }) => !/[.:] ?\S/.test(help) || help.length < 60)).toEqual([]);
  });
});
