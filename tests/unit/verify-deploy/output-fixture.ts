import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { onTestFinished } from 'vitest';
import { readBuildOutput, type BuildOutput } from '../../../scripts/verify-deploy/build-output.ts';

export const SECURITY_HEADERS = {
  'Content-Security-Policy': "default-src 'self'; script-src 'self'; frame-ancestors 'self' https://web.telegram.org",
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Permissions-Policy': 'camera=()',
  'Strict-Transport-Security': 'max-age=63072000; includeSubDomains',
};

export const ROUTES: object[] = [
  { src: '^(?:/(.*))$', headers: SECURITY_HEADERS, continue: true },
  { handle: 'filesystem' },
  { src: '^/to(?:/((?:[^/]+?)(?:/(?:[^/]+?))*))?$', dest: '/index.html?path=$1', check: true },
  { src: '^/api/cron/([^/]+)$', dest: '/api/cron/[job]?job=$1', check: true },
  { src: '^/api(/.*)?$', status: 404 },
  { handle: 'error' },
  { status: 404, src: '^(?!/api).*$', dest: '/404.html' },
  { handle: 'miss' },
  { src: String.raw`^/api/(.+)(?:\.(?:ts))$`, dest: '/api/$1', check: true },
];

export interface FixtureFunction {
  /** Without `/api/`. */
  name: string;
  runtime?: string;
  /** Beside the entry, which is empty unless given here. */
  files?: Record<string, string>;
}

export interface Fixture {
  functions?: FixtureFunction[];
  static?: Record<string, string>;
  routes?: object[];
  crons?: { path: string; schedule: string }[];
}

/** A folder such as `vercel build` leaves, with what a test wants in it; gone when the test is over. */
export function aBuildOutput(fixture: Fixture = {}): BuildOutput {
  const directory = aFolder({
    'config.json': JSON.stringify({
      version: 3,
      routes: fixture.routes ?? ROUTES,
      crons: fixture.crons ?? [{ path: '/api/cron/tick', schedule: '0 3 * * *' }],
    }),
  });
  write(path.join(directory, 'static'), fixture.static ?? { 'index.html': '<!doctype html>' });
  for (const { name, runtime = 'nodejs24.x', files } of fixture.functions ?? [
    { name: 'health' },
    { name: 'cron/[job]' },
  ]) {
    const handler = `api/${name}.js`;
    write(path.join(directory, 'functions/api', `${name}.func`), {
      '.vc-config.json': JSON.stringify({ handler, runtime, launcherType: 'Nodejs' }),
      [handler]: '',
      ...files,
    });
  }
  return readBuildOutput(directory);
}

export function aFolder(files: Record<string, string>): string {
  const directory = mkdtempSync(path.join(os.tmpdir(), 'build-output-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  write(directory, files);
  return directory;
}

function write(directory: string, files: Record<string, string>): void {
  for (const [name, text] of Object.entries(files)) {
    const file = path.join(directory, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
}
