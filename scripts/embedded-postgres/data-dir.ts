import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { lstat, mkdir, readdir, realpath, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { isRoot } from './account.ts';
import { EmbeddedPostgresError } from './error.ts';
import { hasCode } from './processes.ts';

/** Only a folder that holds this file is ever removed by `npm run reset`. */
const MARKER = 'ESIM_SHOP_DATA';

/**
 * Creates DATA_DIR and marks it as ours, unless it already holds files of somebody else. To be called before anything is
 * written there. Returns its real path. As root it may be entered, but not listed, by others, because the database server
 * runs as somebody else.
 */
export async function claimDataDir(dataDir: string): Promise<string> {
  await mkdir(dataDir, { recursive: true, mode: isRoot() ? 0o711 : 0o700 });
  const directory = await realpath(dataDir);
  if ((await readdir(directory)).length === 0) {
    await writeFile(path.join(directory, MARKER), 'Made by this project. `npm run reset` removes this folder.\n');
  }
  return directory;
}

export function isDataDir(directory: string): boolean {
  return existsSync(path.join(directory, MARKER));
}

/** Where the cluster lives when root keeps DATA_DIR in a place that the server's user cannot enter. */
export function twinOf(directory: string): string {
  return path.join('/var/tmp', `esim-shop-${createHash('sha256').update(directory).digest('hex').slice(0, 16)}`);
}

export async function claimTwin(directory: string): Promise<string> {
  const twin = twinOf(directory);
  try {
    await mkdir(twin, { mode: 0o711 });
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error;
  }
  // Anybody may create names in /var/tmp, so a folder that was there already could be a trap.
  const stats = await lstat(twin);
  if (!stats.isDirectory() || stats.uid !== process.getuid?.()) {
    throw new EmbeddedPostgresError(`${twin} belongs to somebody else: remove it or set another DATA_DIR.`);
  }
  return twin;
}

/** Removes DATA_DIR and its twin. The server must have been stopped. */
export async function removeDataDir(directory: string): Promise<void> {
  const twin = twinOf(directory);
  if (existsSync(twin)) await rm(await claimTwin(directory), { recursive: true });
  await rm(directory, { recursive: true, force: true, maxRetries: 3 });
}
