import type { EventsBody } from '../contract/session.ts';
import type { ShopDeps } from '../deps.ts';
import { redactFields } from '../log/redact.ts';

/** Steps through the shop and uncaught errors of the Mini App, of which no text is kept. */
export async function recordEvents(
  { db, log }: Pick<ShopDeps, 'db' | 'log'>,
  userId: number,
  events: EventsBody['events'],
): Promise<void> {
  const rows = events.map(({ name, details }) => ({ name, details: redactFields(details ?? {}) }));
  await db.query(
    `INSERT INTO analytics_events (telegram_user_id, name, details)
     SELECT $1, name, details FROM jsonb_to_recordset($2::jsonb) AS event (name text, details jsonb)`,
    [userId, JSON.stringify(rows)],
  );
  for (const { name, details } of rows) if (name === 'error') log.warn('mini_app_error', { details });
}
