import type { ShopDeps } from '../deps.ts';
import { EsimGoRefusedError } from '../esim-go/errors.ts';
import { enqueue, enqueueAgain } from './outbox.ts';
import { DONE, type JobResult } from './job-result.ts';
import type { OrderRow } from './order-row.ts';

/**
 * Looks at an order again because somebody hinted that something happened to it. The hint itself changes nothing: what
 * is done depends on our state and, for a placed order, on what the supplier's API says.
 */
export async function refreshOrder(
  deps: Pick<ShopDeps, 'db' | 'supplier' | 'log'>,
  orderId: string,
): Promise<JobResult> {
  const [order] = await deps.db.query<OrderRow>(`SELECT * FROM orders WHERE id = $1`, [orderId]);
  if (order === undefined || order.payment_status !== 'paid') return DONE;
  switch (order.provisioning) {
    case 'unknown':
      await enqueueAgain(deps.db, { kind: 'reconcile', subjectId: orderId });
      return DONE;
    case 'placed':
      await enqueueAgain(deps.db, { kind: 'deliver', subjectId: orderId });
      await checkPlacedOrder(deps, order);
      return DONE;
    case 'none':
    case 'claimed':
    case 'not_sent':
    case 'absent':
    case 'refused':
      await enqueueAgain(deps.db, { kind: 'provision', subjectId: orderId });
      return DONE;
    // The sender decides, or the eSIM's own refresh shows everything.
    case 'sending':
    case 'assigned':
    case 'cancelled':
      return DONE;
  }
}

/** A placed order that the supplier calls failed was possibly paid for: a human looks before anybody is refunded. */
async function checkPlacedOrder(
  { db, supplier, log }: Pick<ShopDeps, 'db' | 'supplier' | 'log'>,
  order: OrderRow,
): Promise<void> {
  if (order.esimgo_order_id === null) return;
  try {
    const { status } = await supplier.getOrder(order.esimgo_order_id);
    if (status !== 'failed') return;
  } catch (error) {
    if (!(error instanceof EsimGoRefusedError)) throw error;
    return;
  }
  await db.query(`UPDATE orders SET needs_human = 'supplier_says_failed' WHERE id = $1 AND provisioning = 'placed'`, [
    order.id,
  ]);
  await enqueue(db, { kind: 'alert', subjectId: order.id, discriminator: 'supplier_says_failed' });
  log.error('supplier_says_failed', { orderId: order.id });
}
