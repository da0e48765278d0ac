import type { Sql } from '../db/sql.ts';
import type { ShopDeps } from '../deps.ts';
import type { AlertCode } from '../i18n/bot-messages.ts';

export interface RaisedAlert {
  /** What it is about, where that is not the shop as a whole. */
  subjectId?: string;
  /** Once in each such period, however often the cause shows. */
  everyS: number;
}

/** Has the admins told, in the caller's transaction. */
export async function enqueueAlert(
  tx: Sql,
  code: AlertCode,
  { subjectId = 'shop', everyS }: RaisedAlert,
): Promise<void> {
  await tx.query(
    `INSERT INTO outbox (job_key, kind, subject_id)
     VALUES (concat_ws(':', 'alert', $1::text, $2::text, floor(extract(epoch FROM now()) / $3::integer)::bigint), 'alert', $1)
     ON CONFLICT (job_key) DO NOTHING`,
    [subjectId, code, everyS],
  );
}

/** The same on its own. Never throws: whatever found the cause goes on, and the log has the alert. */
export async function raiseAlert(
  { db, log }: Pick<ShopDeps, 'db' | 'log'>,
  code: AlertCode,
  alert: RaisedAlert,
): Promise<void> {
  try {
    await enqueueAlert(db, code, alert);
  } catch (error) {
    log.error('alert_not_stored', { code, error });
  }
}
