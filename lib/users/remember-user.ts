import type { Language } from '../contract/session.ts';
import type { Sql } from '../db/sql.ts';
import { languageOf } from '../i18n/language.ts';

/** A person as Telegram proved them. */
export interface KnownUser {
  id: number;
  languageCode: string | null;
}

/** Notes that the person was here, and answers the language to speak to them. */
export async function rememberUser(db: Sql, user: KnownUser): Promise<Language> {
  const [row] = await db.query<{ chosen_language: Language | null; language_code: string | null }>(
    `INSERT INTO users (telegram_user_id, language_code) VALUES ($1, $2)
     ON CONFLICT (telegram_user_id) DO UPDATE SET
       language_code = coalesce(excluded.language_code, users.language_code), last_seen_at = now()
     RETURNING chosen_language, language_code`,
    [user.id, /^[A-Za-z0-9-]{1,16}$/.test(user.languageCode ?? '') ? user.languageCode : null],
  );
  return languageOf(row?.chosen_language, row?.language_code);
}

/** The language a person is spoken to in; `said` is what Telegram says of it now, where it does. */
export async function languageOfUser(db: Sql, userId: number, said: string | null = null): Promise<Language> {
  const [row] = await db.query<{ chosen_language: Language | null; language_code: string | null }>(
    `SELECT chosen_language, language_code FROM users WHERE telegram_user_id = $1`,
    [userId],
  );
  return languageOf(row?.chosen_language, said ?? row?.language_code);
}
