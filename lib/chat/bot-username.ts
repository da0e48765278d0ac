import { AppError } from '../contract/error-codes.ts';
import type { Kv } from '../kv/kv.ts';
import type { TelegramApi } from '../telegram/bot-api.ts';
import { isTelegramError } from '../telegram/errors.ts';

const KEY = 'telegram:bot-username';
const TTL_S = 86_400;

/** For links to the bot; it changes about never, so Telegram is asked once a day. */
export async function botUsername({ kv, telegram }: { kv: Kv; telegram: Pick<TelegramApi, 'getMe'> }): Promise<string> {
  const kept = await kv.get(KEY);
  if (kept !== null) return kept;
  const { username } = await telegram.getMe().catch((error: unknown) => {
    throw isTelegramError(error) ? new AppError('temporarily_unavailable', { cause: error }) : error;
  });
  await kv.set(KEY, username, { ttlS: TTL_S });
  return username;
}
