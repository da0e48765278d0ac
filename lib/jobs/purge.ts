import type { ShopDeps } from '../deps.ts';

/** Drops what only guarded against repeats: Telegram repeats an update for a day, done jobs tell nothing after a month. */
export async function purge({ db }: Pick<ShopDeps, 'db'>): Promise<{ inbox: number; outbox: number }> {
  const inbox = await db.query(
    `DELETE FROM inbox WHERE ctid IN (SELECT ctid FROM inbox WHERE received_at < now() - interval '48 hours' LIMIT 5000) RETURNING 1`,
  );
  const outbox = await db.query(
    `DELETE FROM outbox WHERE id IN (SELECT id FROM outbox WHERE done_at < now() - interval '30 days' LIMIT 5000) RETURNING 1`,
  );
  await db.query(`DELETE FROM kv WHERE expires_at < now()`);
  return { inbox: inbox.length, outbox: outbox.length };
}
