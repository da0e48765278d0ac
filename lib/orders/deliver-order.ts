import type { ShopDeps } from '../deps.ts';
import { assignOrder, type Assignment } from './assign-order.ts';
import { backOff, DONE, type JobResult } from './job-result.ts';
import type { OrderRow } from './order-row.ts';
import { enqueue } from './outbox.ts';

const POLL_FIRST_MS = 1_000;
const POLL_MAX_MS = 30_000;

type DeliverDeps = Pick<ShopDeps, 'db' | 'supplier' | 'keyring' | 'log'>;

/**
 * Fetches what the answer to the order did not hold: a placed order may take the supplier up to ten minutes. It is never
 * refunded by the clock, because it was bought; past the promise a human is told and the polling goes on.
 */
export async function deliverOrder(deps: DeliverDeps, orderId: string, attempts: number): Promise<JobResult> {
  const order = await readPlaced(deps, orderId);
  if (order === null) return DONE;
  const said =
    order.kind === 'top_up' ? await readTopUp(deps, order.reference) : await readInstallDetails(deps, order.reference);
  if (said !== null && (await deps.db.transaction((tx) => assignOrder(tx, deps.keyring, order.row, said)))) return DONE;
  if (order.is_overdue && order.row.needs_human === null) await askHuman(deps, orderId);
  return backOff(attempts, POLL_FIRST_MS, POLL_MAX_MS);
}

interface PlacedTarget {
  row: OrderRow;
  kind: OrderRow['kind'];
  reference: string;
  is_overdue: boolean;
}

async function readPlaced({ db }: DeliverDeps, orderId: string): Promise<PlacedTarget | null> {
  const [row] = await db.query<OrderRow & { is_overdue: boolean }>(
    `SELECT *, deliver_by < now() AS is_overdue FROM orders
     WHERE id = $1 AND payment_status = 'paid' AND provisioning = 'placed'`,
    [orderId],
  );
  if (row?.esimgo_order_id == null) return null;
  return { row, kind: row.kind, reference: row.esimgo_order_id, is_overdue: row.is_overdue };
}

async function readInstallDetails({ supplier }: DeliverDeps, reference: string): Promise<Assignment | null> {
  const answer = await supplier.getInstallDetails(reference);
  const [esim] = answer.state === 'available' ? answer.details : [];
  return esim === undefined ? null : { iccid: esim.iccid, esim };
}

/** A top-up needs no codes: that the order lists the ICCID is enough, and what it lists says whose it is. */
async function readTopUp(deps: DeliverDeps, reference: string): Promise<Assignment | null> {
  const { items } = await deps.supplier.getOrder(reference);
  const iccid = items[0]?.iccids[0] ?? null;
  if (iccid === null) return null;
  const [known] = await deps.db.query(`SELECT id FROM esims WHERE iccid = $1`, [iccid]);
  return known === undefined ? readInstallDetails(deps, reference) : { iccid, esim: null };
}

async function askHuman({ db, log }: DeliverDeps, orderId: string): Promise<void> {
  await db.transaction(async (tx) => {
    await tx.query(
      `UPDATE orders SET needs_human = 'install_details_missing' WHERE id = $1 AND provisioning = 'placed'`,
      [orderId],
    );
    await enqueue(tx, { kind: 'alert', subjectId: orderId, discriminator: 'install_details_missing' });
  });
  log.error('install_details_missing', { orderId });
}
