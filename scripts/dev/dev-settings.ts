import { randomBytes } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import * as z from 'zod';

const GENERATED = ['TELEGRAM_WEBHOOK_SECRET', 'CRON_SECRET', 'DATA_KEY'] as const;
const settingsFile = z.record(z.string(), z.string());

export type DevSecrets = Record<(typeof GENERATED)[number], string>;

/** Secrets that the environment does not set: made once and kept, so that what was sealed can be opened after a restart. */
export async function keepDevSecrets(dataDir: string): Promise<DevSecrets> {
  const file = path.join(dataDir, 'settings.json');
  const kept = await readKept(file);
  const secrets: DevSecrets = {
    TELEGRAM_WEBHOOK_SECRET: kept.TELEGRAM_WEBHOOK_SECRET ?? aSecret(),
    CRON_SECRET: kept.CRON_SECRET ?? aSecret(),
    DATA_KEY: kept.DATA_KEY ?? aSecret(),
  };
  if (GENERATED.some((name) => kept[name] === undefined)) {
    await mkdir(dataDir, { recursive: true });
    // Renamed into place, so that a crash leaves the old file or the new one, never half of it.
    const draft = `${file}.${process.pid}`;
    await writeFile(draft, `${JSON.stringify({ ...kept, ...secrets }, null, 2)}\n`, { mode: 0o600 });
    await rename(draft, file);
  }
  return secrets;
}

export function isSet(value: string | undefined): value is string {
  return value !== undefined && value.trim() !== '';
}

function aSecret(): string {
  return randomBytes(32).toString('hex');
}

async function readKept(file: string): Promise<Record<string, string>> {
  try {
    return settingsFile.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return {};
    throw new Error(`${file} cannot be read: remove it, or the whole folder to start afresh.`, { cause: error });
  }
}
