import type { ShopDeps } from '../deps.ts';

// Most eSIMs are there in seconds; after this a person begins to wonder.
const SLOW_AFTER_S = 90;
const BATCH = 100;

/** Has the buyers of slow orders told, once each, that it takes longer and when the Stars would come back. */
export async function noticeSlowOrders({ db }: Pick<ShopDeps, 'db'>): Promise<number> {
  const rows = await db.query(
    `INSERT INTO outbox (job_key, kind, subject_id)
     SELECT 'tell_late:' || id, 'tell_late', id FROM orders
     WHERE payment_status = 'paid' AND provisioning <> 'assigned' AND deliver_by > now()
       AND paid_at < now() - $1::integer * interval '1 second'
       AND NOT EXISTS (SELECT FROM outbox WHERE job_key = 'tell_late:' || orders.id)
     LIMIT $2
     ON CONFLICT (job_key) DO NOTHING RETURNING id`,
    [SLOW_AFTER_S, BATCH],
  );
  return rows.length;
}
