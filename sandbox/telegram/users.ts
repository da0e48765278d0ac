import type { SandboxSql } from '../context.ts';
import { BotApiError, badRequest } from './bot-api-error.ts';

/** A Bot API `User` without `id` and `is_bot`. */
export interface UserProfile {
  first_name: string;
  language_code: string;
  [field: string]: unknown;
}

export interface TelegramUser {
  id: number;
  profile: UserProfile;
  stars: number;
  blocked: boolean;
  canWrite: boolean;
}

interface UserRow {
  id: string;
  profile: UserProfile;
  stars: string;
  blocked: boolean;
  can_write: boolean;
}

type Query = Pick<SandboxSql, 'query'>;

const DEFAULT_PROFILE = { first_name: 'Traveller', language_code: 'en' };

export async function findUser(sql: Query, id: number): Promise<TelegramUser | null> {
  const [row] = await sql.query<UserRow>('select * from sandbox.tg_users where id = $1', [id]);
  return row === undefined ? null : toUser(row);
}

/** Users exist from the moment somebody acts for them; what is known of them only grows. */
export async function meetUser(sql: Query, id: number, known: Record<string, unknown> = {}): Promise<TelegramUser> {
  const [row] = await sql.query<UserRow>(
    `insert into sandbox.tg_users (id, profile) values ($1, $2::jsonb || $3::jsonb)
     on conflict (id) do update set profile = tg_users.profile || $3::jsonb
     returning *`,
    [id, JSON.stringify(DEFAULT_PROFILE), JSON.stringify(known)],
  );
  if (row === undefined) throw new Error('PostgreSQL returned no row for an upsert');
  return toUser(row);
}

export async function changeUser(
  sql: Query,
  id: number,
  change: { stars?: number | undefined; blocked?: boolean | undefined; canWrite?: boolean | undefined },
): Promise<void> {
  await sql.query(
    `update sandbox.tg_users
     set stars = coalesce($2, stars), blocked = coalesce($3, blocked), can_write = coalesce($4, can_write)
     where id = $1`,
    [id, change.stars ?? null, change.blocked ?? null, change.canWrite ?? null],
  );
}

export function toBotUser(user: TelegramUser): Record<string, unknown> {
  // A photo URL is part of launch data only; the Bot API's User has none.
  const { photo_url: _, ...profile } = user.profile;
  return { id: user.id, is_bot: false, ...profile };
}

export function toPrivateChat(user: TelegramUser): Record<string, unknown> {
  const { first_name, last_name, username } = user.profile;
  return { id: user.id, type: 'private', first_name, last_name, username };
}

export type Chat = Record<string, unknown>;

export async function findChat(
  sql: Query,
  chatId: string,
): Promise<{ id: number; chat: Chat; user: TelegramUser | null }> {
  if (chatId === '') throw badRequest('chat_id is empty');
  const id = /^-?\d{1,16}$/.test(chatId) ? Number(chatId) : null;
  if (id === null || id === 0) throw badRequest('chat not found');
  // Groups have no life of their own here: the bot is taken to be a member of any group it names.
  if (id < 0) return { id, chat: { id, type: 'supergroup', title: 'Group' }, user: null };
  const user = await findUser(sql, id);
  if (user === null) throw badRequest('chat not found');
  return { id, chat: toPrivateChat(user), user };
}

export function checkBotMayWrite(user: TelegramUser | null): void {
  if (user === null) return;
  if (user.blocked) throw new BotApiError(403, 'Forbidden: bot was blocked by the user');
  if (!user.canWrite) throw new BotApiError(403, "Forbidden: bot can't initiate conversation with a user");
}

function toUser(row: UserRow): TelegramUser {
  return {
    id: Number(row.id),
    profile: row.profile,
    stars: Number(row.stars),
    blocked: row.blocked,
    canWrite: row.can_write,
  };
}
