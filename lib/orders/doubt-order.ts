import type { Config } from '../config/config.ts';
import type { Sql } from '../db/sql.ts';
import { moveOrder } from './move-order.ts';
import { enqueueAgain } from './outbox.ts';

/**
 * Longer than work waits in a shop that runs. What lay longer was left by an outage, or the database is a restored
 * backup and the order may have been delivered after it was made.
 */
export const LEFT_LYING_S = 120;

/** Why an attempt stands in the books that this database never saw being sent. */
export const LEFT_LYING = 'left_lying';

// Nothing of the shop that this database was copied from can still be on its way, so there is less to wait for.
const MAX_WINDOW_S = 60;
const LISTINGS_S = 90;

/** How long after its cut such an attempt must be missing from the supplier's list, to count as never made. */
export function doubtWindowS({ reconcileWindowS }: Pick<Config, 'reconcileWindowS'>): number {
  return Math.min(reconcileWindowS, MAX_WINDOW_S);
}

/**
 * Treats a paid order as sent with its answer lost: nobody sends or refunds it before the supplier's list has shown
 * whether it was bought. False when it is in no state in which either could happen.
 */
export async function doubtOrder(tx: Sql, orderId: string, config: Pick<Config, 'reconcileWindowS'>): Promise<boolean> {
  const order = await moveOrder(tx, orderId, 'doubt', { actor: 'clock', details: { reason: LEFT_LYING } });
  if (order === null) return false;
  await tx.query(
    `INSERT INTO provisioning_attempts (order_id, number, state, sent_at, cut_at, reason)
     SELECT $1, coalesce(max(number), 0) + 1, 'unknown',
       least($2, (SELECT charged_at FROM payments WHERE order_id = $1 AND pays_for_order)), now(), $3
     FROM provisioning_attempts WHERE order_id = $1`,
    [orderId, order.paid_at, LEFT_LYING],
  );
  // The look costs the buyer time, not the eSIM; a promise that is broken already stays so.
  await tx.query(
    `UPDATE orders SET deliver_by = greatest(deliver_by, now() + $2::integer * interval '1 second')
     WHERE id = $1 AND deliver_by > now()`,
    [orderId, doubtWindowS(config) + LISTINGS_S],
  );
  await enqueueAgain(tx, { kind: 'reconcile', subjectId: orderId });
  return true;
}
