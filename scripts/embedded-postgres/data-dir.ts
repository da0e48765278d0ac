import { createHash, randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { lstat, mkdir, readdir, realpath, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { isRoot } from './account.ts';
import { EmbeddedPostgresError } from './error.ts';
import { readIfExists } from './files.ts';
import { hasCode } from './processes.ts';

/** Only a folder that holds this file is ever removed by `npm run reset`. Its text is an id that the twin repeats. */
const MARKER = 'ESIM_SHOP_DATA';

/**
 * Creates DATA_DIR and marks it as ours, unless it already holds files of somebody else. To be called before anything
 * is written there. Returns its real path. As root it may be entered, but not listed, by others, because the database
 * server runs as somebody else.
 */
export async function claimDataDir(dataDir: string): Promise<string> {
  await mkdir(dataDir, { recursive: true, mode: isRoot() ? 0o711 : 0o700 });
  const directory = await realpath(dataDir);
  if ((await readdir(directory)).length === 0) {
    await writeFile(path.join(directory, MARKER), randomUUID());
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
  let isNew = true;
  try {
    await mkdir(twin, { mode: 0o711 });
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error;
    isNew = false;
  }
  // Anybody may create names in /var/tmp, so a folder that was there already could be a trap.
  const stats = await lstat(twin);
  if (!stats.isDirectory() || stats.uid !== process.getuid?.()) {
    throw new EmbeddedPostgresError(`${twin} belongs to somebody else: remove it or set another DATA_DIR.`);
  }
  const id = await readIfExists(path.join(directory, MARKER));
  if (isNew && id !== null) await writeFile(path.join(twin, MARKER), id);
  return twin;
}

/** True when DATA_DIR was removed by hand and made again: its new keys do not fit the old database. */
export async function hasStaleTwin(directory: string): Promise<boolean> {
  const twin = twinOf(directory);
  if (!existsSync(twin)) return false;
  const [id, twinId] = await Promise.all([directory, twin].map((folder) => readIfExists(path.join(folder, MARKER))));
  return id !== twinId;
}

export async function removeTwin(directory: string): Promise<void> {
  if (existsSync(twinOf(directory))) await rm(await claimTwin(directory), { recursive: true });
}

/** Removes DATA_DIR and its twin. The server must have been stopped. */
export async function removeDataDir(directory: string): Promise<void> {
  await removeTwin(directory);
  await rm(directory, { recursive: true, force: true, maxRetries: 3 });
}
