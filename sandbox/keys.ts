import { randomBytes, randomInt } from 'node:crypto';
import { link, mkdir, readFile, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import * as z from 'zod';

import type { SandboxKeys } from './context.ts';

const BOT_USERNAME = 'esim_sandbox_bot';
const MARK = 'sandbox';

const keysFile = z.object({
  bot_token: z.string(),
  esimgo_api_key: z.string(),
});

/**
 * The simulators' own secrets, made once and kept. A value of the environment is taken only if it is marked as a sandbox's:
 * whoever holds a bot's token can forge logins of its users, so a real one must not get near a simulator.
 */
export async function loadKeys(dataDir: string, env: Record<string, string | undefined>): Promise<SandboxKeys> {
  const fromEnv = {
    botToken: markedValue('TELEGRAM_BOT_TOKEN', env),
    esimGoApiKey: markedValue('ESIMGO_API_KEY', env),
  };
  if (fromEnv.botToken !== undefined && !/^\d{6,}:[\w-]{20,}$/.test(fromEnv.botToken)) {
    throw new Error(
      'TELEGRAM_BOT_TOKEN must look like 123456789:… with at least 20 letters, digits, _ or - after the colon.',
    );
  }
  const own = await readOrCreate(dataDir);
  return {
    botToken: fromEnv.botToken ?? own.bot_token,
    botUsername: BOT_USERNAME,
    esimGoApiKey: fromEnv.esimGoApiKey ?? own.esimgo_api_key,
  };
}

function markedValue(name: string, env: Record<string, string | undefined>): string | undefined {
  const value = env[name];
  if (value === undefined || value === '') return undefined;
  if (!value.includes(MARK)) {
    throw new Error(
      `${name} does not contain the word "${MARK}", so it may be a real one, and the simulators refuse to start with it: unset it.`,
    );
  }
  return value;
}

async function readOrCreate(dataDir: string): Promise<z.infer<typeof keysFile>> {
  const path = join(dataDir, 'sandbox-keys.json');
  const existing = await readIfThere(path);
  if (existing !== null) return existing;

  await mkdir(dataDir, { recursive: true });
  const draftPath = `${path}.${randomBytes(6).toString('hex')}`;
  const fresh = { bot_token: makeBotToken(), esimgo_api_key: makeApiKey() };
  await writeFile(draftPath, `${JSON.stringify(fresh, null, 2)}\n`, { mode: 0o600 });
  // Linking fails if another process was quicker, so both end up with the same keys.
  await link(draftPath, path).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
  });
  await unlink(draftPath);
  const kept = await readIfThere(path);
  if (kept === null) throw new Error(`${path} vanished while it was being made.`);
  return kept;
}

async function readIfThere(path: string): Promise<z.infer<typeof keysFile> | null> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
  return keysFile.parse(JSON.parse(text));
}

/** Bot id, colon, 35 characters, as BotFather gives them. */
function makeBotToken(): string {
  const random = randomBytes(27)
    .toString('base64url')
    .slice(0, 35 - MARK.length - 1);
  return `${randomInt(1_000_000_000, 9_999_999_999)}:${MARK}_${random}`;
}

function makeApiKey(): string {
  return `${MARK}-${randomBytes(24).toString('base64url')}`;
}
