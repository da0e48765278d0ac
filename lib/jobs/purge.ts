import type { ShopDeps } from '../deps.ts';

/**
 * Drops what has served: Telegram repeats an update for a day, done jobs tell nothing after a month, and no letter leaves
 * two days after its order was delivered or came to nothing. Half a year of events shows a season and the one before it.
 */
export async function purge({
  db,
}: Pick<ShopDeps, 'db'>): Promise<{ inbox: number; outbox: number; addresses: number; events: number }> {
  const inbox = await db.query(
    `DELETE FROM inbox WHERE ctid IN (SELECT ctid FROM inbox WHERE received_at < now() - interval '48 hours' LIMIT 5000) RETURNING 1`,
  );
  const outbox = await db.query(
    `DELETE FROM outbox WHERE id IN (SELECT id FROM outbox WHERE done_at < now() - interval '30 days' LIMIT 5000) RETURNING 1`,
  );
  const addresses = await db.query(
    `UPDATE orders SET email_sealed = NULL WHERE id IN (
       SELECT id FROM orders
       WHERE email_sealed IS NOT NULL AND provisioning IN ('cancelled', 'assigned')
         AND coalesce(ready_at, expires_at) < now() - interval '48 hours'
       LIMIT 5000
     ) RETURNING 1`,
  );
  // More than one person who floods them adds in the hour until the next time.
  const events = await db.query(
    `DELETE FROM analytics_events WHERE id IN (
       SELECT id FROM analytics_events WHERE at < now() - interval '180 days' ORDER BY at LIMIT 50000
     ) RETURNING 1`,
  );
  await db.query(`DELETE FROM kv WHERE expires_at < now()`);
  return { inbox: inbox.length, outbox: outbox.length, addresses: addresses.length, events: events.length };
}
