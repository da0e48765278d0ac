import type { ShopDeps } from '../deps.ts';
import type { Sql } from '../db/sql.ts';
import type { Language } from '../contract/session.ts';
import { botMessages } from '../i18n/bot-messages.ts';
import { languageOf } from '../i18n/language.ts';
import { moveOrder } from '../orders/move-order.ts';

/** `deferred`: a paid order is under way; the erasure follows by itself. */
export type Erasure = 'done' | 'deferred';

const BATCH = 100;

/**
 * What an erasure waits for: a paid order without its eSIM or its Stars, and the copies of the eSIM that are on their
 * way. An order that was delivered after its buyer asked is theirs to install for a day, or it would be paid for nothing.
 */
const IS_OPEN = `
  (o.payment_status = 'refund_due'
   OR (o.payment_status = 'paid' AND o.provisioning <> 'assigned')
   OR (o.payment_status = 'paid' AND o.activated_at IS NULL AND o.ready_at > u.erasure_asked_at
       AND o.ready_at > now() - interval '1 day')
   OR EXISTS (SELECT FROM outbox WHERE subject_id = o.id AND kind IN ('tell_ready', 'mail_ready')
                AND done_at IS NULL AND dead_at IS NULL))`;

/** Erases a person's data, now or as soon as their paid orders are settled. */
export async function askErasure({ db, log }: Pick<ShopDeps, 'db' | 'log'>, userId: number): Promise<Erasure> {
  await db.query(`UPDATE users SET erasure_asked_at = coalesce(erasure_asked_at, now()) WHERE telegram_user_id = $1`, [
    userId,
  ]);
  const { isErased } = await db.transaction((tx) => eraseUser(tx, userId));
  log.info('erasure_asked', { isErased });
  return isErased ? 'done' : 'deferred';
}

/** Does the erasures that had to wait and no longer must, and tells the people so. */
export async function eraseDueUsers({ db, telegram, log }: Pick<ShopDeps, 'db' | 'telegram' | 'log'>): Promise<number> {
  const due = await db.query<{ id: number }>(
    `SELECT u.telegram_user_id AS id FROM users u
     WHERE u.erasure_asked_at IS NOT NULL
       AND NOT EXISTS (SELECT FROM orders o WHERE o.telegram_user_id = u.telegram_user_id AND ${IS_OPEN})
     ORDER BY u.erasure_asked_at LIMIT $1`,
    [BATCH],
  );
  let erased = 0;
  for (const { id } of due) {
    const { isErased, language } = await db.transaction((tx) => eraseUser(tx, id));
    if (!isErased || language === null) continue;
    erased += 1;
    log.info('user_erased');
    // Nothing is left to try it again by; whoever cannot be written to sees it in the app.
    await telegram.sendMessage(id, { html: botMessages[language].erasure.done().html }).catch((error: unknown) => {
      log.warn('erasure_not_told', { error });
    });
  }
  return erased;
}

/**
 * Everything of the person goes but what the books need: the Telegram id, what was bought for how much, what became of
 * it, and the ICCIDs by which the supplier's books are compared. `language` is null when nobody was known by this id.
 */
async function eraseUser(tx: Sql, userId: number): Promise<{ isErased: boolean; language: Language | null }> {
  const [user] = await tx.query<{ chosen_language: Language | null; language_code: string | null; is_asked: boolean }>(
    `SELECT chosen_language, language_code, erasure_asked_at IS NOT NULL AS is_asked FROM users
     WHERE telegram_user_id = $1 FOR NO KEY UPDATE`,
    [userId],
  );
  // Another worker was faster.
  if (user !== undefined && !user.is_asked) return { isErased: true, language: null };
  // From here on none of them is paid or delivered unseen.
  const unpaid = await tx.query<{ id: string; state: string }>(
    `SELECT id, payment_status || '/' || provisioning AS state FROM orders WHERE telegram_user_id = $1
     ORDER BY id FOR UPDATE`,
    [userId],
  );
  const open = await tx.query(
    `SELECT o.id FROM orders o JOIN users u USING (telegram_user_id) WHERE o.telegram_user_id = $1 AND ${IS_OPEN} LIMIT 1`,
    [userId],
  );
  if (open.length > 0) return { isErased: false, language: null };
  for (const { id } of unpaid.filter(({ state }) => state === 'unpaid/none')) {
    await moveOrder(tx, id, 'expire', { actor: `user:${userId}`, set: { failure_code: 'expired' } });
  }
  await tx.query(
    `UPDATE orders SET email_sealed = NULL, invoice_url = NULL, idempotency_key = 'erased:' || id,
       request_hash = repeat('0', 64), erased_at = now()
     WHERE telegram_user_id = $1 AND erased_at IS NULL`,
    [userId],
  );
  await tx.query(
    `DELETE FROM esim_bundles WHERE esim_id IN (SELECT id FROM esims WHERE telegram_user_id = $1 AND erased_at IS NULL)`,
    [userId],
  );
  await tx.query(
    `UPDATE esims SET name = NULL, matching_id_sealed = NULL, smdp_address = '', last_country = NULL,
       last_seen_on_network_at = NULL, installed_at = NULL, attached_at = NULL, refreshed_at = NULL,
       next_refresh_at = NULL, user_confirmed_at = NULL, erased_at = now()
     WHERE telegram_user_id = $1 AND erased_at IS NULL`,
    [userId],
  );
  await tx.query(`UPDATE analytics_events SET telegram_user_id = NULL, details = '{}' WHERE telegram_user_id = $1`, [
    userId,
  ]);
  await tx.query(
    `UPDATE users SET language_code = NULL, chosen_language = NULL, unreachable_at = NULL, erasure_asked_at = NULL,
       first_seen_at = now(), last_seen_at = now()
     WHERE telegram_user_id = $1`,
    [userId],
  );
  await tx.query(
    `DELETE FROM users WHERE telegram_user_id = $1
       AND NOT EXISTS (SELECT FROM orders WHERE telegram_user_id = $1)
       AND NOT EXISTS (SELECT FROM esims WHERE telegram_user_id = $1)`,
    [userId],
  );
  return { isErased: true, language: user === undefined ? null : languageOf(user.chosen_language, user.language_code) };
}
