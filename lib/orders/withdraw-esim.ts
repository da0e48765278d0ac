import type { ShopDeps } from '../deps.ts';
import { EsimGoRefusedError } from '../esim-go/errors.ts';
import type { Assignment } from '../esim-go/wire/assignment.ts';
import { backOff, DONE, type JobResult } from './job-result.ts';
import { noteEvent } from './move-order.ts';
import { enqueue } from './outbox.ts';

type WithdrawDeps = Pick<ShopDeps, 'db' | 'supplier' | 'log'>;

/** `kept`: another paid plan runs on the same eSIM, so only a person may decide. */
type Ending = 'revoked' | 'suspended' | 'used_up' | 'kept';

interface Withdrawal {
  how: Ending;
  /** Whether the supplier gave its price back; null when the answer that would say so was lost. */
  isCredited: boolean | null;
}

interface Target {
  esim_id: string;
  iccid: string;
  reference: string;
  cost_milli: number;
  cost_currency: string;
}

/** The event that ends the withdrawal; there is one at most. */
const WITHDRAWN = 'eSIM.withdrawn';
const POLL_FIRST_MS = 5_000;
const POLL_MAX_MS = 300_000;
const ENDED: ReadonlySet<string> = new Set(['depleted', 'expired', 'lapsed', 'revoked']);

/**
 * Ends the plan of an order whose Stars went back after the delivery: an unstarted bundle is revoked, a started one has
 * its eSIM suspended, unless another order paid for what is on it. What it cost is booked as lost. Safe to run twice:
 * each run starts from what the supplier says.
 */
export async function withdrawEsim(deps: WithdrawDeps, orderId: string, attempts: number): Promise<JobResult> {
  const target = await readTarget(deps, orderId);
  if (target === null) return DONE;
  const assignments = await readAssignments(deps, target);
  const own = ownOf(assignments, target);
  // The list may be behind the order; one that never shows it ends as a dead job, with an alert.
  if (own === undefined || own.state === 'processing') return backOff(attempts, POLL_FIRST_MS, POLL_MAX_MS);
  const withdrawal = await withdraw(deps, orderId, target, own, assignments);
  await record(deps, orderId, target, withdrawal);
  return DONE;
}

async function readTarget({ db }: WithdrawDeps, orderId: string): Promise<Target | null> {
  const [row] = await db.query<Target>(
    `SELECT o.esim_id, e.iccid, o.esimgo_order_id AS reference, o.cost_milli, o.cost_currency
     FROM orders o JOIN esims e ON e.id = o.esim_id
     WHERE o.id = $1 AND o.payment_status = 'refunded' AND o.provisioning = 'assigned'
       AND NOT EXISTS (SELECT FROM order_events WHERE order_id = o.id AND type = $2)`,
    [orderId, WITHDRAWN],
  );
  return row ?? null;
}

function readAssignments({ supplier }: WithdrawDeps, { iccid }: Target): Promise<Assignment[]> {
  return supplier.listEsimBundles(iccid, { includeUsed: true, priority: 'status' });
}

function ownOf(assignments: readonly Assignment[], { reference }: Target): Assignment | undefined {
  return assignments.find((assignment) => orderReferenceOf(assignment) === reference);
}

/** An assignment's reference is its order's with "-0", "-1" … behind it. */
function orderReferenceOf({ reference }: Assignment): string {
  return reference.replace(/-\d+$/, '');
}

async function withdraw(
  deps: WithdrawDeps,
  orderId: string,
  target: Target,
  own: Assignment,
  assignments: readonly Assignment[],
): Promise<Withdrawal> {
  // An earlier run's answer was lost.
  if (own.state === 'revoked') return { how: 'revoked', isCredited: null };
  if (ENDED.has(own.state)) return { how: 'used_up', isCredited: false };
  if (own.state === 'queued') {
    const isCredited = await revoke(deps, target.iccid, own);
    if (isCredited !== null) return { how: 'revoked', isCredited };
    // Refused may also mean that another worker was faster; then it is done, and nothing is suspended besides.
    const left = ownOf(await readAssignments(deps, target), target);
    if (left === undefined || left.state === 'revoked') return { how: 'revoked', isCredited: null };
    if (ENDED.has(left.state)) return { how: 'used_up', isCredited: false };
  }
  if (await isPaidForByAnother(deps, orderId, target, assignments)) return { how: 'kept', isCredited: false };
  const { state } = await deps.supplier.getEsim(target.iccid);
  if (state !== 'suspended') await deps.supplier.suspendEsim(target.iccid, true);
  return { how: 'suspended', isCredited: false };
}

/** Whether it was credited; null when the supplier does not allow it, which it says before anything is done. */
async function revoke(
  { supplier, log }: WithdrawDeps,
  iccid: string,
  { bundleName, id: assignmentId }: Assignment,
): Promise<boolean | null> {
  const request = { iccid, bundleName, assignmentId, refundToBalance: true } as const;
  try {
    await supplier.revokeAssignment({ ...request, type: 'validate' });
    return /refunded/i.test(await supplier.revokeAssignment({ ...request, type: 'transaction' }));
  } catch (error) {
    // Key, allow-list and rate limit say nothing of the bundle.
    if (!(error instanceof EsimGoRefusedError) || [401, 403, 429].includes(error.status)) throw error;
    log.warn('bundle_not_revocable', { error });
    return null;
  }
}

async function isPaidForByAnother(
  { db }: WithdrawDeps,
  orderId: string,
  { esim_id: esimId }: Target,
  assignments: readonly Assignment[],
): Promise<boolean> {
  const others = await db.query<{ reference: string | null; provisioning: string }>(
    `SELECT esimgo_order_id AS reference, provisioning FROM orders
     WHERE esim_id = $1 AND id <> $2 AND payment_status = 'paid'`,
    [esimId, orderId],
  );
  return others.some(
    ({ reference, provisioning }) =>
      provisioning !== 'assigned' ||
      assignments.some((each) => orderReferenceOf(each) === reference && !ENDED.has(each.state)),
  );
}

async function record(
  { db, log }: WithdrawDeps,
  orderId: string,
  target: Target,
  { how, isCredited }: Withdrawal,
): Promise<void> {
  const lossMilli = isCredited === true ? 0 : target.cost_milli;
  await db.transaction(async (tx) => {
    await tx.query(`SELECT id FROM orders WHERE id = $1 FOR UPDATE`, [orderId]);
    if (how === 'suspended') {
      await tx.query(`UPDATE esims SET vendor_state = 'suspended', refreshed_at = now() WHERE id = $1`, [
        target.esim_id,
      ]);
    }
    const details = { how, credited: isCredited, loss_milli: lossMilli, currency: target.cost_currency };
    const booked = await tx.query(`SELECT id FROM order_events WHERE order_id = $1 AND type = $2`, [
      orderId,
      WITHDRAWN,
    ]);
    if (booked.length > 0) {
      // Of two that found it revoked, only the one that did it knows what became of its price.
      if (how === 'revoked' && isCredited !== null) {
        await tx.query(
          `UPDATE order_events SET details = $3::jsonb
           WHERE order_id = $1 AND type = $2 AND details->>'how' = 'revoked' AND details->>'credited' IS NULL`,
          [orderId, WITHDRAWN, details],
        );
      }
      return;
    }
    await noteEvent(tx, orderId, WITHDRAWN, { actor: 'supplier', details });
    if (how === 'kept') await enqueue(tx, { kind: 'alert', subjectId: orderId, discriminator: 'esim_not_withdrawn' });
  });
  log.info('esim_withdrawn', { orderId, how, lossMilli });
}
