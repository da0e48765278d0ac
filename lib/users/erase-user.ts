import type { ShopDeps } from '../deps.ts';
import type { Sql } from '../db/sql.ts';
import type { Language } from '../contract/session.ts';
import { botMessages } from '../i18n/bot-messages.ts';
import { languageOf } from '../i18n/language.ts';
import { raiseAlert } from '../notify/raise-alert.ts';
import { moveOrder } from '../orders/move-order.ts';

/** `deferred`: a payment or a paid order is under way; the erasure follows by itself. */
export type Erasure = 'done' | 'deferred';

type EraseDeps = Pick<ShopDeps, 'db' | 'log'>;

const BATCH = 100;
const ALERT_EVERY_S = 86_400;

/** A paid order without its eSIM or its Stars, a payment in doubt, copies of an eSIM that are on their way. */
const IS_UNSETTLED = `
  (o.payment_status = 'refund_due'
   OR (o.payment_status = 'paid' AND o.provisioning <> 'assigned')
   OR (o.payment_status = 'unpaid' AND o.approved_at IS NOT NULL)
   OR EXISTS (SELECT FROM outbox WHERE subject_id = o.id AND kind IN ('tell_ready', 'mail_ready')
                AND done_at IS NULL AND dead_at IS NULL))`;

/**
 * What was delivered after its buyer asked is theirs to install for a day, and what they bought only then for a month,
 * or it would be paid for nothing.
 */
const IS_THEIRS_TO_INSTALL = `
  ((o.payment_status = 'paid' AND o.activated_at IS NULL AND o.ready_at > u.erasure_asked_at
    AND o.ready_at > now() - interval '1 day')
   OR (o.created_at > u.erasure_asked_at AND o.created_at > now() - interval '30 days'
       AND (o.status = 'pending' OR (o.status = 'ready' AND NOT EXISTS (
         SELECT FROM esims e WHERE e.id = o.esim_id AND e.installed_at IS NOT NULL)))))`;

const hasOrder = (condition: string): string =>
  `EXISTS (SELECT FROM orders o WHERE o.telegram_user_id = u.telegram_user_id AND ${condition})`;

const HAS_UNSETTLED = `
  (${hasOrder(IS_UNSETTLED)}
   OR EXISTS (SELECT FROM payments p WHERE p.telegram_user_id = u.telegram_user_id AND p.state = 'refund_due'))`;

/** What an erasure waits for. */
const MUST_WAIT = `(${HAS_UNSETTLED} OR ${hasOrder(IS_THEIRS_TO_INSTALL)})`;

/** Erases a person's data, now or as soon as nothing of theirs is under way. */
export async function askErasure(deps: EraseDeps, userId: number): Promise<Erasure> {
  await noteErasure(deps.db, userId);
  return eraseIfSettled(deps, userId);
}

/** Stores the request: from here on it is done by itself, whatever happens. */
export async function noteErasure(tx: Sql, userId: number): Promise<void> {
  await tx.query(
    `INSERT INTO users AS u (telegram_user_id, erasure_asked_at) VALUES ($1, now())
     ON CONFLICT (telegram_user_id) DO UPDATE SET erasure_asked_at =
       -- Asked again, it means what was bought since as well.
       CASE WHEN u.erasure_asked_at IS NULL OR ${hasOrder('o.created_at > u.erasure_asked_at')}
            THEN now() ELSE u.erasure_asked_at END`,
    [userId],
  );
}

export async function eraseIfSettled({ db, log }: EraseDeps, userId: number): Promise<Erasure> {
  const { isErased } = await db.transaction((tx) => eraseUser(tx, userId));
  log.info('erasure_asked', { isErased });
  return isErased ? 'done' : 'deferred';
}

/** Does the erasures that had to wait and no longer must, and tells the people so. One that fails stops no other. */
export async function eraseDueUsers(deps: Pick<ShopDeps, 'db' | 'telegram' | 'log'>): Promise<number> {
  const { db, telegram, log } = deps;
  const due = await db.query<{ id: number }>(
    `SELECT u.telegram_user_id AS id FROM users u WHERE u.erasure_asked_at IS NOT NULL AND NOT ${MUST_WAIT}
     ORDER BY coalesce(u.erasure_failed_at, u.erasure_asked_at) LIMIT $1`,
    [BATCH],
  );
  let erased = 0;
  for (const { id } of due) {
    let result: Awaited<ReturnType<typeof eraseUser>>;
    try {
      result = await db.transaction((tx) => eraseUser(tx, id));
    } catch (error) {
      log.error('erasure_failed', { error });
      await db.query(`UPDATE users SET erasure_failed_at = now() WHERE telegram_user_id = $1`, [id]);
      await raiseAlert(deps, 'erasure_not_done', { everyS: ALERT_EVERY_S });
      continue;
    }
    const { isErased, language } = result;
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

/** Tells the admins of erasures that something has held up for days; what their owners bought meanwhile does not count. */
export async function watchErasures(deps: EraseDeps): Promise<boolean> {
  const held = await deps.db.query(
    `SELECT FROM users u WHERE u.erasure_asked_at < now() - interval '3 days' AND ${HAS_UNSETTLED} LIMIT 1`,
  );
  if (held.length > 0) await raiseAlert(deps, 'erasure_not_done', { everyS: ALERT_EVERY_S });
  return held.length > 0;
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
  const open = await tx.query(`SELECT FROM users u WHERE u.telegram_user_id = $1 AND ${MUST_WAIT}`, [userId]);
  if (open.length > 0) return { isErased: false, language: null };
  for (const { id } of unpaid.filter(({ state }) => state === 'unpaid/none')) {
    await moveOrder(tx, id, 'expire', { actor: `user:${userId}`, set: { failure_code: 'expired' } });
  }
  await tx.query(
    // That a plan was used belongs to the books, when does not.
    `UPDATE orders SET email_sealed = NULL, invoice_url = NULL, idempotency_key = gen_random_uuid()::text,
       request_hash = repeat('0', 64), activated_at = CASE WHEN activated_at IS NOT NULL THEN ready_at END,
       erased_at = now()
     WHERE telegram_user_id = $1 AND erased_at IS NULL`,
    [userId],
  );
  await tx.query(
    `UPDATE order_events SET at = o.ready_at FROM orders o
     WHERE o.id = order_id AND o.telegram_user_id = $1 AND type = 'order.activated'`,
    [userId],
  );
  // Each callback and each look that it caused stands for a moment of use.
  await tx.query(
    `DELETE FROM inbox WHERE esim_id IN (SELECT id FROM esims WHERE telegram_user_id = $1)
       OR order_id IN (SELECT id FROM orders WHERE telegram_user_id = $1)`,
    [userId],
  );
  await tx.query(
    `DELETE FROM outbox WHERE job_key IN (
       SELECT unnest(ARRAY['refresh_esim:' || id, 'refresh_esim:' || id || ':later']) FROM esims WHERE telegram_user_id = $1
       UNION ALL SELECT 'refresh_order:' || id FROM orders WHERE telegram_user_id = $1)`,
    [userId],
  );
  await tx.query(
    `DELETE FROM esim_bundles WHERE esim_id IN (SELECT id FROM esims WHERE telegram_user_id = $1 AND erased_at IS NULL)`,
    [userId],
  );
  await tx.query(
    `UPDATE esims SET name = NULL, matching_id_sealed = NULL, smdp_address = '', last_country = NULL,
       last_seen_on_network_at = NULL, installed_at = NULL, attached_at = NULL, refreshed_at = NULL,
       next_refresh_at = NULL, user_confirmed_at = NULL, profile_status = 'unknown', vendor_state = NULL,
       erased_at = now()
     WHERE telegram_user_id = $1 AND erased_at IS NULL`,
    [userId],
  );
  await tx.query(`UPDATE analytics_events SET telegram_user_id = NULL, details = '{}' WHERE telegram_user_id = $1`, [
    userId,
  ]);
  await tx.query(
    `UPDATE users SET language_code = NULL, chosen_language = NULL, unreachable_at = NULL, erasure_asked_at = NULL,
       erasure_failed_at = NULL, first_seen_at = now(), last_seen_at = now()
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
