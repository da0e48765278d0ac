import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { checkBuildLog } from '../../../scripts/verify-deploy/checks/build-log.ts';
import { checkContents } from '../../../scripts/verify-deploy/checks/contents.ts';
import { checkCrons } from '../../../scripts/verify-deploy/checks/crons.ts';
import {
  checkFunctionCount,
  checkFunctionNames,
  checkRuntimes,
} from '../../../scripts/verify-deploy/checks/functions.ts';
import {
  checkRouteHeaders,
  checkSameHeaders,
  checkSecurityHeaders,
} from '../../../scripts/verify-deploy/checks/headers.ts';
import { checkImports, checkTsconfigs } from '../../../scripts/verify-deploy/checks/imports.ts';
import { checkSecrets } from '../../../scripts/verify-deploy/checks/secrets.ts';
import { aBuildOutput, aFolder, ROUTES, SECURITY_HEADERS } from './output-fixture.ts';

const sentences = (problems: { sentence: string }[]) => problems.map(({ sentence }) => sentence);
const SECRET = 'a-value-that-nobody-would-write';

describe('a sound output', () => {
  it('passes every check', () => {
    const output = aBuildOutput();
    const api = aFolder({ 'health.ts': '', 'cron/[job].ts': '' });
    expect([
      ...checkFunctionCount(output),
      ...checkFunctionNames(output, api),
      ...checkRuntimes(output),
      ...checkImports(output),
      ...checkContents(output),
      ...checkSecrets(output, { KEY: SECRET }),
      ...checkCrons(output),
      ...checkRouteHeaders(output, ['/', '/to/TH', '/none', '/api/health', '/api/cron/tick']),
    ]).toEqual([]);
  });
});

describe('checkFunctionCount', () => {
  it('takes twelve functions and refuses the thirteenth', () => {
    const functions = Array.from({ length: 13 }, (_, index) => ({ name: `f${index}` }));
    expect(checkFunctionCount(aBuildOutput({ functions: functions.slice(1) }))).toEqual([]);
    expect(sentences(checkFunctionCount(aBuildOutput({ functions })))).toEqual([
      expect.stringContaining('13 functions'),
    ]);
  });

  it('refuses an output without functions', () => {
    expect(checkFunctionCount(aBuildOutput({ functions: [] }))).toHaveLength(1);
  });
});

describe('checkFunctionNames', () => {
  it('refuses a test below api/, which would be deployed', () => {
    const output = aBuildOutput({ functions: [{ name: 'esimgo/order.test' }] });
    expect(sentences(checkFunctionNames(output, aFolder({ 'esimgo/order.test.ts': '' })))).toEqual([
      'api/esimgo/order.test is a test; every file under api/ is deployed as a function.',
    ]);
  });

  it('refuses a route that was not built, and a function that is no route', () => {
    const output = aBuildOutput({ functions: [{ name: 'other' }] });
    expect(sentences(checkFunctionNames(output, aFolder({ 'health.ts': '' })))).toEqual([
      expect.stringContaining('/api/health is in api/'),
      expect.stringContaining('/api/other was built'),
    ]);
  });
});

describe('checkRuntimes', () => {
  it('refuses a runtime that Vercel has ended', () => {
    const output = aBuildOutput({ functions: [{ name: 'old', runtime: 'nodejs20.x' }, { name: 'new' }] });
    expect(sentences(checkRuntimes(output))).toEqual([expect.stringContaining('/api/old would run on nodejs20.x')]);
  });
});

describe('checkImports', () => {
  const importing = (text: string, files: Record<string, string> = {}) =>
    sentences(checkImports(aBuildOutput({ functions: [{ name: 'f', files: { 'api/f.js': text, ...files } }] })));

  it('takes files with their extension, packages that came along and modules of Node', () => {
    const files = { 'lib/x.js': '', 'node_modules/zod/package.json': '{}', 'node_modules/@a/b/package.json': '{}' };
    const text = `import '../lib/x.js'; import 'node:fs'; import 'crypto'; import * as z from 'zod'; await import('@a/b/c');`;
    expect(importing(text, files)).toEqual([]);
  });

  it.each([
    ['an import', `import { x } from '../lib/x';`],
    ['an export', `export * from '../lib/x';`],
    ['an import when needed', `const { x } = await import('../lib/x');`],
  ])('refuses %s without an extension, also when the file is there', (_, text) => {
    expect(importing(text, { 'lib/x.js': '' })).toEqual([
      expect.stringContaining('imports ../lib/x without an extension'),
    ]);
  });

  it('refuses an import of a file that was not traced', () => {
    expect(importing(`import '../lib/gone.js';`)).toEqual([expect.stringContaining('not among its files')]);
  });

  it('refuses a path of tsconfig.json, and a package that did not come along', () => {
    expect(importing(`import '@lib/app.ts'; import 'pg';`)).toEqual([
      expect.stringContaining('imports @lib/app.ts, which is neither a package'),
      expect.stringContaining('imports pg, which is neither a package'),
    ]);
  });

  it('looks into every file of ours, and leaves the packages alone', () => {
    const files = { 'lib/x.js': `import './y';`, 'node_modules/p/index.js': `require('./z')` };
    expect(importing(`import '../lib/x.js';`, files)).toEqual([
      expect.stringContaining('lib/x.js of /api/f imports ./y'),
    ]);
  });
});

describe('checkTsconfigs', () => {
  it('refuses paths, also in a file with comments', () => {
    const text = `{ /* short names */ "compilerOptions": { "paths": { "@lib/*": ["./lib/*"] } } }`;
    expect(sentences(checkTsconfigs([{ name: 'tsconfig.json', text }]))).toEqual([
      expect.stringContaining('tsconfig.json sets "paths"'),
    ]);
    expect(checkTsconfigs([{ name: 'tsconfig.json', text: '{ "compilerOptions": { "strict": true } }' }])).toEqual([]);
  });
});

describe('checkContents', () => {
  it.each(['sandbox/store.js', 'tests/support/shop.js', 'scripts/dev.js', 'lib/x.test.js', '.env.local'])(
    'refuses %s in a function and in the site',
    (file) => {
      const functions = [{ name: 'f', files: { [file]: '' } }];
      expect(checkContents(aBuildOutput({ functions, static: { [file]: '' } }))).toHaveLength(2);
    },
  );

  it.each(['.vite/manifest.json', 'assets/index-abc12345.js.map', 'icons/.DS_Store'])(
    'refuses %s in the site',
    (file) => {
      expect(sentences(checkContents(aBuildOutput({ static: { [file]: '' } })))).toEqual([
        `${file} is deployed with the site, and no browser asks for it.`,
      ]);
    },
  );

  it('says of a test under api/ that its place makes it a function', () => {
    const output = aBuildOutput({ functions: [{ name: 'esimgo/order.test' }] });
    expect(checkContents(output)).toEqual([
      {
        sentence: 'api/esimgo/order.test.js is deployed with /api/esimgo/order.test.',
        cure: 'Move it to tests/: it is a test, and every file under api/ is deployed as a function.',
      },
    ]);
  });

  it('lets packages have what they have', () => {
    const files = { 'node_modules/p/tests/x.test.js': '' };
    expect(checkContents(aBuildOutput({ functions: [{ name: 'f', files }] }))).toEqual([]);
  });
});

describe('checkSecrets', () => {
  it.each([
    ['a function', { functions: [{ name: 'f', files: { 'lib/x.js': `const key = '${SECRET}';` } }] }],
    ['a package', { functions: [{ name: 'f', files: { 'node_modules/p/x.bin': `\0${SECRET}\0` } }] }],
    ['a bundle', { static: { 'assets/index-abc.js': `const key="${SECRET}"` } }],
    ['the routes', { routes: [...ROUTES, { src: '/x', headers: { 'X-Key': SECRET } }] }],
  ])('finds the value of a setting in %s', (_, fixture) => {
    expect(sentences(checkSecrets(aBuildOutput(fixture), { CRON_SECRET: SECRET }))).toEqual([
      expect.stringContaining('the value of CRON_SECRET'),
    ]);
  });

  it('never prints the value', () => {
    const output = aBuildOutput({ static: { 'x.js': SECRET } });
    expect(JSON.stringify(checkSecrets(output, { CRON_SECRET: SECRET }))).not.toContain(SECRET);
  });

  it('names a file once, however many functions hold it', () => {
    const files = { 'lib/x.js': SECRET };
    const output = aBuildOutput({
      functions: [
        { name: 'f', files },
        { name: 'g', files },
      ],
    });
    expect(checkSecrets(output, { CRON_SECRET: SECRET })).toHaveLength(1);
  });

  it.each([0, 1, 2])('finds it in base64, behind %i other bytes', (before) => {
    for (const encoding of ['base64', 'base64url'] as const) {
      const value = 'pä~~~ssword-that-is-long';
      const text = Buffer.from(`${'x'.repeat(before)}${value}, and more`).toString(encoding);
      const output = aBuildOutput({ static: { 'x.js': `const x='${text}'` } });
      expect(sentences(checkSecrets(output, { KEY: value }))).toEqual([expect.stringContaining('the value of KEY')]);
      expect(checkSecrets(output, { KEY: 'another-value-as-long-as-it' })).toEqual([]);
    }
  });

  it('finds the password of an address by itself', () => {
    const output = aBuildOutput({ static: { 'x.js': `const password='a%20long#password'` } });
    const DATABASE_URL = 'postgres://shop:a%2520long%23password@db.invalid/shop';
    expect(sentences(checkSecrets(output, { DATABASE_URL }))).toEqual([
      expect.stringContaining('the value of DATABASE_URL'),
    ]);
  });

  it.each([
    '`postgres://${user}:${password}@${host}`',
    'smtps://user:password@host:465',
    'smtps://host:465/a@b',
    'https://t.me/x?y=a:b@c',
  ])('takes %s for no address with a password', (text) => {
    expect(checkSecrets(aBuildOutput({ static: { 'x.js': text } }), {})).toEqual([]);
  });

  it('lets packages show such addresses in their examples', () => {
    const files = { 'node_modules/pg/README.md': 'postgres://user:password@host/db' };
    expect(checkSecrets(aBuildOutput({ functions: [{ name: 'f', files }] }), {})).toEqual([]);
  });

  it.each([
    ["a Telegram bot's token", `'1234567890:${'Ab3_-'.repeat(7)}'`],
    ['an address with a password', `connect('postgres://shop:hunter2@db.example.com/shop')`],
    ['an address with a password', 'rediss://:hunter2@kv.example.com:6379'],
    ['a private key', '-----BEGIN RSA PRIVATE KEY-----'],
    ["the simulators' code", `fetch('/sandbox/api/pay')`],
  ])('finds %s in a file of ours', (what, text) => {
    const output = aBuildOutput({ static: { 'x.js': text } });
    expect(sentences(checkSecrets(output, {}))).toEqual([expect.stringContaining(what)]);
  });
});

describe('checkCrons', () => {
  it.each(['* * * * *', '*/5 3 * * *', '0 */2 * * *', '0 3,15 * * *', 'nonsense'])('refuses "%s"', (schedule) => {
    expect(checkCrons(aBuildOutput({ crons: [{ path: '/api/cron/tick', schedule }] }))).toHaveLength(1);
  });

  it('refuses a third cron, none at all, and one that leads nowhere', () => {
    const cron = { path: '/api/cron/tick', schedule: '0 3 * * *' };
    expect(checkCrons(aBuildOutput({ crons: [cron, cron, cron] }))).toHaveLength(1);
    expect(checkCrons(aBuildOutput({ crons: [] }))).toHaveLength(1);
    expect(checkCrons(aBuildOutput({ crons: [{ ...cron, path: '/api/corn/tick' }] }))).toHaveLength(1);
  });
});

describe('checkSecurityHeaders', () => {
  const sound = Object.fromEntries(
    Object.entries(SECURITY_HEADERS).map(([name, value]) => [name.toLowerCase(), value]),
  );

  it.each(Object.keys(sound))('misses %s', (name) => {
    const { [name]: _, ...others } = sound;
    expect(sentences(checkSecurityHeaders('/', others))).toEqual([`/ has no ${name}.`]);
  });

  it('refuses X-Frame-Options, which shuts Telegram Web out', () => {
    expect(checkSecurityHeaders('/', { ...sound, 'x-frame-options': 'DENY' })).toHaveLength(1);
  });

  it.each([
    [
      'unsafe-inline',
      "default-src 'self'; style-src 'self' 'unsafe-inline'; frame-ancestors 'self' https://web.telegram.org",
    ],
    ['frame-ancestors', "default-src 'self'"],
    ['frame-ancestors', "default-src 'self'; frame-ancestors *"],
    ['frame-ancestors', "default-src 'self'; frame-ancestors 'self' https://web.telegram.org https://example.com"],
    [
      'script-src',
      "default-src 'self'; script-src 'self' https://cdn.example.com; frame-ancestors 'self' https://web.telegram.org",
    ],
    ['default-src', "frame-ancestors 'self' https://web.telegram.org"],
  ])('refuses a policy that is wrong about %s', (_, policy) => {
    expect(checkSecurityHeaders('/', { ...sound, 'content-security-policy': policy })).not.toEqual([]);
  });

  it('accepts what vercel.json says', () => {
    const { headers } = JSON.parse(readFileSync('vercel.json', 'utf8'));
    const routes = [{ src: '^(?:/(.*))$', headers: toRecord(headers[0].headers), continue: true }, ...ROUTES.slice(1)];
    expect(checkRouteHeaders(aBuildOutput({ routes }), ['/', '/api/health'])).toEqual([]);
  });
});

describe('checkRouteHeaders', () => {
  it('sees that functions are left out', () => {
    const routes = [{ src: '^/(?!api)(.*)$', headers: SECURITY_HEADERS, continue: true }, ...ROUTES.slice(1)];
    const problems = sentences(checkRouteHeaders(aBuildOutput({ routes }), ['/', '/to/TH', '/api/health']));
    expect(problems).toHaveLength(5);
    expect(problems.every((sentence) => sentence.startsWith('/api/health has no '))).toBe(true);
  });
});

describe('checkSameHeaders', () => {
  it('sees a header that was lost or altered on the way', () => {
    const wanted = { 'referrer-policy': 'no-referrer', 'x-content-type-options': 'nosniff' };
    expect(checkSameHeaders('/', wanted, wanted)).toEqual([]);
    expect(checkSameHeaders('/', { 'referrer-policy': 'origin' }, wanted)).toHaveLength(2);
  });
});

describe('checkBuildLog', () => {
  it('finds the type errors that Vercel prints and forgives, each once', () => {
    const line = `lib/http/guards.ts(14,58): error TS2339: Property 'reason' does not exist on type 'Result'.`;
    const log = `Using TypeScript 5.9.3 (local user-provided)\n${line}\n  Property 'reason' …\n${line}\nBuild Completed`;
    expect(sentences(checkBuildLog(log))).toEqual([
      `Vercel's compiler says of lib/http/guards.ts, line 14: TS2339 Property 'reason' does not exist on type 'Result'.`,
    ]);
  });

  it('finds them in colour, and in the form for terminals', () => {
    const esc = String.fromCodePoint(27);
    const log = `${esc}[96mapi/health.ts${esc}[0m:${esc}[93m3${esc}[0m:1 - ${esc}[91merror${esc}[0m TS2304: Cannot find name 'x'.`;
    expect(sentences(checkBuildLog(log))).toEqual([expect.stringContaining('api/health.ts, line 3: TS2304')]);
  });

  it('finds nothing in a clean log', () => {
    expect(checkBuildLog('Using TypeScript 5.9.3\nup to date in 1s\nBuild Completed in .vercel/output [6s]')).toEqual(
      [],
    );
  });
});

function toRecord(headers: { key: string; value: string }[]): Record<string, string> {
  return Object.fromEntries(headers.map(({ key, value }) => [key, value]));
}
