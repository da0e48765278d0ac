import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import * as z from 'zod';
import { bareEnvironment, type Children } from './children.ts';
import { VerifyError } from './problem.ts';

const BUILD_TIMEOUT_MS = 8 * 60_000;
const manifest = z.object({ version: z.string() });
const wanted = z.object({ dependencies: z.object({ vercel: z.string() }) });

/** Where the pinned CLI is; it is installed if it is not there yet, which is the only step that needs the network. */
export function provideVercelCli(root: string): { cli: string; version: string } {
  const folder = path.join(root, 'tools/vercel-cli');
  const { vercel: version } = wanted.parse(readJson(path.join(folder, 'package.json'))).dependencies;
  const installed = path.join(folder, 'node_modules/vercel');
  const isThere = () =>
    existsSync(path.join(folder, 'node_modules/.package-lock.json')) &&
    existsSync(path.join(installed, 'package.json')) &&
    manifest.parse(readJson(path.join(installed, 'package.json'))).version === version;
  if (!isThere()) {
    console.log(`Installing the Vercel CLI ${version} into tools/vercel-cli (200 MB)`);
    const { status } = spawnSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], {
      cwd: folder,
      stdio: ['ignore', 'ignore', 'inherit'],
      shell: process.platform === 'win32',
    });
    if (status !== 0 || !isThere()) {
      throw new VerifyError(
        'The Vercel CLI cannot be installed: run "npm ci" in tools/vercel-cli and see what it says.',
      );
    }
  }
  return { cli: path.join(installed, 'dist/vc.js'), version };
}

/**
 * The real build, with no login and no network. The shop's settings are there as they are on Vercel, so that a secret that
 * finds its way from them into a file is seen.
 */
export async function runVercelBuild(options: {
  children: Children;
  cli: string;
  copy: string;
  home: string;
  settings: Readonly<Record<string, string>>;
}): Promise<{ log: string; output: string }> {
  const { children, cli, copy, home, settings } = options;
  mkdirSync(home, { recursive: true });
  const log = await children.run({
    what: '"vercel build"',
    cure: 'Correct what it names. A new file is part of the build once git tracks it: "git add" it.',
    timeoutMs: BUILD_TIMEOUT_MS,
    args: [cli, 'build', '--yes', '--prod'],
    cwd: copy,
    env: {
      ...bareEnvironment(home),
      ...settings,
      VERCEL_TELEMETRY_DISABLED: '1',
      NO_UPDATE_NOTIFIER: '1',
      VERCEL_CLI_USE_NATIVE_BINARY: '0',
      NO_COLOR: '1',
      FORCE_COLOR: '0',
      npm_config_offline: 'true',
      npm_config_audit: 'false',
      npm_config_fund: 'false',
    },
  });
  return { log, output: path.join(copy, '.vercel/output') };
}

function readJson(file: string): unknown {
  return JSON.parse(readFileSync(file, 'utf8'));
}
