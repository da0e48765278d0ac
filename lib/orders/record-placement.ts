import type { ShopDeps } from '../deps.ts';
import type { Sql } from '../db/sql.ts';
import type { PlacedOrder } from '../esim-go/wire/order.ts';
import { assignOrder } from './assign-order.ts';
import type { AttemptKey } from './attempt.ts';
import { moveOrder, noteEvent } from './move-order.ts';
import type { OrderRow } from './order-row.ts';
import { enqueue, enqueueAgain } from './outbox.ts';

/**
 * Stores the supplier's yes, however late it comes. When the order has moved on meanwhile, what was bought is an orphan:
 * its reference is kept on the attempt and a human is told.
 */
export async function recordPlacement(
  deps: Pick<ShopDeps, 'db' | 'keyring' | 'log'>,
  attempt: AttemptKey,
  placed: PlacedOrder,
): Promise<void> {
  const isOrphan = await deps.db.transaction(async (tx) => {
    // The reconciler was faster, with this order or with an equal one that waited for the same: nothing is left over.
    if (await isOwned(tx, placed.orderReference)) return false;
    const isLatest = await closeAttempt(tx, attempt, placed.orderReference);
    const order = isLatest
      ? await moveOrder(tx, attempt.orderId, 'place', {
          actor: 'supplier',
          set: { esimgo_order_id: placed.orderReference },
          details: { attempt: attempt.number, esimgo_order_id: placed.orderReference },
        })
      : null;
    if (order === null) {
      await noteOrphan(tx, attempt, placed.orderReference);
      return true;
    }
    await bookCost(tx, order, placed);
    const [item] = placed.items;
    const esim = item?.esims[0] ?? null;
    const iccid = esim?.iccid ?? item?.iccids[0] ?? null;
    if (!(await assignOrder(tx, deps.keyring, order, { iccid, esim }))) {
      await enqueueAgain(tx, { kind: 'deliver', subjectId: order.id, delayMs: 1_000 });
    }
    return false;
  });
  if (isOrphan) deps.log.error('orphan_order', { orderId: attempt.orderId, esimGoOrderId: placed.orderReference });
}

/** What was really paid, in thousandths, if it is not what the order was priced by; null if the supplier does not say. */
export function otherCost(
  order: Pick<OrderRow, 'cost_milli' | 'cost_currency'>,
  { totalMilli, currency }: Pick<PlacedOrder, 'totalMilli' | 'currency'>,
): { costMilli: number; costCurrency: string } | null {
  if (totalMilli === null || totalMilli <= 0 || currency === null) return null;
  const isAsPriced = totalMilli === order.cost_milli && currency === order.cost_currency;
  return isAsPriced ? null : { costMilli: totalMilli, costCurrency: currency };
}

/** Another currency is left to whoever reads the log. */
async function bookCost(tx: Sql, order: OrderRow, placed: PlacedOrder): Promise<void> {
  const cost = otherCost(order, placed);
  if (cost?.costCurrency !== order.cost_currency) return;
  await tx.query(`UPDATE orders SET cost_milli = $2 WHERE id = $1`, [order.id, cost.costMilli]);
}

async function isOwned(tx: Sql, orderReference: string): Promise<boolean> {
  return (await tx.query(`SELECT id FROM orders WHERE esimgo_order_id = $1`, [orderReference])).length > 0;
}

/** False when a newer attempt is under way or done: then this one's order belongs to nobody. */
async function closeAttempt(tx: Sql, attempt: AttemptKey, orderReference: string): Promise<boolean> {
  const [row] = await tx.query<{ is_latest: boolean }>(
    `UPDATE provisioning_attempts SET state = 'placed', esimgo_order_id = $3, ended_at = now()
     WHERE order_id = $1 AND number = $2
     RETURNING number = (SELECT max(number) FROM provisioning_attempts WHERE order_id = $1) AS is_latest`,
    [attempt.orderId, attempt.number, orderReference],
  );
  return row?.is_latest ?? false;
}

async function noteOrphan(tx: Sql, attempt: AttemptKey, orderReference: string): Promise<void> {
  await noteEvent(tx, attempt.orderId, 'provision.orphan', {
    actor: 'supplier',
    details: { attempt: attempt.number, esimgo_order_id: orderReference },
  });
  await enqueue(tx, { kind: 'alert', subjectId: attempt.orderId, discriminator: `orphan:${attempt.number}` });
}
