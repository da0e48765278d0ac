import type { Language } from '../contract/session.ts';
import type { Sql } from '../db/sql.ts';
import { rememberUser, type KnownUser } from './remember-user.ts';

/** From now on the bot speaks it to them too. */
export async function chooseLanguage(db: Sql, user: KnownUser, language: Language): Promise<void> {
  await rememberUser(db, user);
  await db.query(`UPDATE users SET chosen_language = $2 WHERE telegram_user_id = $1`, [user.id, language]);
}
