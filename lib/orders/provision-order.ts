import { repriceBundle } from '../catalogue/reprice-bundle.ts';
import type { ShopDeps } from '../deps.ts';
import {
  EsimGoRefusedError,
  EsimGoShapeError,
  EsimGoUnreachableError,
  isEsimGoError,
  type EsimGoError,
} from '../esim-go/errors.ts';
import type { PlacedOrder } from '../esim-go/wire/order.ts';
import type { AttemptKey } from './attempt.ts';
import { doubtOrder, LEFT_LYING, LEFT_LYING_S } from './doubt-order.ts';
import { failOrder, type FailureCode } from './fail-order.ts';
import { backOff, DONE, type JobResult } from './job-result.ts';
import { keepTrying } from './keep-trying.ts';
import { moveOrder } from './move-order.ts';
import type { OrderRow } from './order-row.ts';
import { otherCost, recordPlacement } from './record-placement.ts';
import { isKeyRefusal, notePurchase, purchaseHoldMs } from './supplier-state.ts';
import { enqueueAgain } from './outbox.ts';
import { sweepStars } from './sweep-stars.ts';

type ProvisionDeps = Pick<
  ShopDeps,
  'db' | 'kv' | 'supplier' | 'config' | 'log' | 'keyring' | 'now' | 'telegram' | 'shopId' | 'background'
>;

/** The first listing after a lost answer: the order shows up there within seconds if it was placed. */
export const FIRST_LISTING_MS = 5_000;
// One repeat, and only after the first attempt is proven not to have bought anything.
const MAX_ATTEMPTS_AFTER_ABSENCE = 2;
const RECHECK_SENDING_MS = 15_000;
const RETRY_FIRST_MS = 2_000;
const RETRY_MAX_MS = 30_000;

interface Target extends OrderRow {
  iccid: string | null;
  attempts: number;
  absent_attempts: number;
  is_overdue: boolean;
  is_charged_back: boolean;
}

/**
 * Buys the order's bundle from the supplier: claim, commit `sending`, send once, record the answer. Safe to run twice
 * and in parallel, because each step starts from the state that the one before it committed. `lateMs` is how long the
 * order waited for a worker: one that was left lying is looked up at the supplier first.
 */
export async function provisionOrder(deps: ProvisionDeps, orderId: string, lateMs = 0): Promise<JobResult> {
  const target = await readTarget(deps, orderId);
  if (target === null || target.payment_status !== 'paid') return DONE;
  switch (target.provisioning) {
    case 'placed':
    case 'assigned':
    case 'cancelled':
    // The reconciler decides, and wakes this job when a new attempt is wanted.
    case 'unknown':
      return DONE;
    // Another worker holds the attempt, or died with it; either may leave the order to be sent again.
    case 'sending':
      return { kind: 'again', afterMs: RECHECK_SENDING_MS };
    case 'refused':
      await giveUp(deps, orderId, 'supplier_refused');
      return DONE;
    case 'none':
    case 'claimed':
    case 'not_sent':
    case 'absent':
      break;
  }
  if (target.is_charged_back) {
    await giveUp(deps, orderId, 'charged_back');
    return DONE;
  }
  if (lateMs >= LEFT_LYING_S * 1_000) {
    const isDoubted = await deps.db.transaction((tx) => doubtOrder(tx, orderId, deps.config));
    deps.log.warn('order_left_lying', { orderId, lateMs, isDoubted });
    return DONE;
  }
  if (target.provisioning === 'absent' && !(await isStillPaid(deps, orderId))) return { kind: 'again', afterMs: 0 };
  if (target.is_overdue) {
    await giveUp(deps, orderId, 'not_delivered_in_time');
    return DONE;
  }
  if (target.absent_attempts >= MAX_ATTEMPTS_AFTER_ABSENCE) {
    await giveUp(deps, orderId, 'supplier_lost_the_order');
    return DONE;
  }
  if (target.provisioning !== 'claimed' && (await moveOrder(deps.db, orderId, 'claim', { actor: 'clock' })) === null) {
    return { kind: 'again', afterMs: 0 };
  }
  const holdMs = await purchaseHoldMs(deps);
  if (holdMs > 0) return { kind: 'again', afterMs: holdMs };
  return send(deps, target);
}

async function readTarget({ db }: ProvisionDeps, orderId: string): Promise<Target | null> {
  const [row] = await db.query<Target>(
    `SELECT orders.*, esims.iccid,
       coalesce((SELECT max(number) FROM provisioning_attempts WHERE order_id = orders.id), 0) AS attempts,
       (SELECT count(*)::integer FROM provisioning_attempts
        WHERE order_id = orders.id AND state = 'absent' AND reason IS DISTINCT FROM $2) AS absent_attempts,
       deliver_by < now() AS is_overdue,
       EXISTS (SELECT FROM payments WHERE order_id = orders.id AND pays_for_order AND state = 'refunded') AS is_charged_back
     FROM orders LEFT JOIN esims ON orders.kind = 'top_up' AND esims.id = orders.esim_id
     WHERE orders.id = $1`,
    [orderId, LEFT_LYING],
  );
  return row ?? null;
}

/**
 * Time has gone by since the order was sent, and this database may be a backup of then: the Stars may have gone back
 * meanwhile. Telegram's ledger is asked before it is sent again.
 */
async function isStillPaid(deps: ProvisionDeps, orderId: string): Promise<boolean> {
  await sweepStars(deps);
  const rows = await deps.db.query(
    `SELECT id FROM payments WHERE order_id = $1 AND pays_for_order AND state = 'recorded'`,
    [orderId],
  );
  return rows.length > 0;
}

async function send(deps: ProvisionDeps, target: Target): Promise<JobResult> {
  const attempt = { orderId: target.id, number: target.attempts + 1 };
  const request = {
    bundleName: target.esimgo_product_id,
    ...(target.iccid === null ? {} : { iccid: target.iccid }),
  };
  let placed: PlacedOrder;
  try {
    ({ order: placed } = await deps.supplier.placeOrder(request, { beforeSend: () => commitSending(deps, attempt) }));
  } catch (error) {
    // Should the winner fail to send, this job may be the only one left to try again.
    if (error instanceof LostRaceError) return { kind: 'again', afterMs: RECHECK_SENDING_MS };
    // A failure of ours, before or around the call: the state in the database says how far it got.
    if (!isEsimGoError(error)) throw error;
    const verdict = await verdictOn(deps, target, error);
    deps.log.warn('supplier_order_failed', { orderId: target.id, attempt: attempt.number, verdict, error });
    const result = await keepTrying(() => recordFailure(deps, attempt, verdict, reasonOf(error)));
    await notePurchase(deps, outageIn(error));
    return result;
  }
  await notePurchase(deps, null);
  if (placed.status === 'failed') {
    const verdict = (await isBalanceTooLow(deps, target)) ? 'deferred' : 'refused';
    deps.log.warn('supplier_order_failed', { orderId: target.id, attempt: attempt.number, verdict });
    return keepTrying(() => recordFailure(deps, attempt, verdict, 'status_failed'));
  }
  await keepTrying(() => recordPlacement(deps, attempt, placed));
  await learnCost(deps, target, placed);
  return DONE;
}

/** A price that moved since the catalogue was read is what the next buyer pays by. */
async function learnCost(deps: ProvisionDeps, target: Target, placed: PlacedOrder): Promise<void> {
  const cost = otherCost(target, placed);
  if (cost === null) return;
  deps.log.warn('supplier_price_moved', { orderId: target.id, pricedByMilli: target.cost_milli, ...cost });
  await repriceBundle(deps, { bundleName: target.esimgo_product_id, ...cost });
}

class LostRaceError extends Error {
  override name = 'LostRaceError';
}

/** The last step before the wire: from here on, only an answer or the reconciler says whether anything was bought. */
async function commitSending(deps: ProvisionDeps, attempt: AttemptKey): Promise<void> {
  const skewMs = deps.supplier.clockSkewMs();
  await deps.db.transaction(async (tx) => {
    const order = await moveOrder(tx, attempt.orderId, 'send', {
      actor: 'clock',
      details: { attempt: attempt.number },
    });
    if (order === null) throw new LostRaceError('another worker moved the order');
    await tx.query(
      `INSERT INTO provisioning_attempts (order_id, number, state, vendor_skew_ms)
       VALUES ($1, $2, 'sending', $3::bigint - round(extract(epoch FROM now()) * 1000)::bigint)`,
      // What the supplier's clock shows, by its last answer; unknown before the first one.
      [attempt.orderId, attempt.number, skewMs === null ? null : Math.round(deps.now().getTime() + skewMs)],
    );
  });
}

async function recordFailure(
  deps: ProvisionDeps,
  attempt: AttemptKey,
  verdict: Verdict,
  reason: string,
): Promise<JobResult> {
  const note = { actor: 'supplier', details: { attempt: attempt.number, reason } } as const;
  switch (verdict) {
    case 'deferred':
    case 'not_sent':
      await deps.db.transaction(async (tx) => {
        if (!(await endAttempt(tx, attempt, verdict, reason))) return;
        await moveOrder(tx, attempt.orderId, verdict === 'deferred' ? 'defer' : 'miss', note);
      });
      return backOff(attempt.number, RETRY_FIRST_MS, RETRY_MAX_MS);
    case 'refused':
      await deps.db.transaction(async (tx) => {
        if (!(await endAttempt(tx, attempt, 'refused', reason))) return;
        const refused = await moveOrder(tx, attempt.orderId, 'refuse', note);
        if (refused !== null) await failOrder(tx, attempt.orderId, 'supplier_refused', 'supplier');
      });
      return DONE;
    case 'unknown':
      await deps.db.transaction(async (tx) => {
        const lost = await tx.query(
          `UPDATE provisioning_attempts SET state = 'unknown', cut_at = now(), reason = $3
           WHERE order_id = $1 AND number = $2 AND state = 'sending' RETURNING number`,
          [attempt.orderId, attempt.number, reason],
        );
        if (lost.length === 0) return;
        await moveOrder(tx, attempt.orderId, 'lose', note);
        await enqueueAgain(tx, { kind: 'reconcile', subjectId: attempt.orderId, delayMs: FIRST_LISTING_MS });
      });
      return DONE;
  }
}

type Verdict = 'deferred' | 'not_sent' | 'refused' | 'unknown';

async function verdictOn(
  deps: ProvisionDeps,
  target: Target,
  error: EsimGoRefusedError | EsimGoUnreachableError | EsimGoShapeError,
): Promise<Verdict> {
  if (error instanceof EsimGoShapeError) return 'unknown';
  if (error instanceof EsimGoUnreachableError) return error.mayHaveBeenApplied ? 'unknown' : 'not_sent';
  // Key, allow-list and rate limit: decided before the order is read, and they may pass.
  if (error.status === 401 || error.status === 403 || error.status === 429) return 'deferred';
  // An empty balance has no status of its own, so the balance itself is asked.
  return (await isBalanceTooLow(deps, target)) ? 'deferred' : 'refused';
}

async function isBalanceTooLow({ supplier, log }: ProvisionDeps, target: Target): Promise<boolean> {
  try {
    return (await supplier.getOrganisation({ priority: 'order' })).balanceMilli < target.cost_milli;
  } catch (error) {
    // Unknown is taken as "may pass": the order waits, and the clock refunds it if nothing changes.
    log.warn('supplier_balance_unknown', { error });
    return true;
  }
}

/**
 * False when the attempt was given up meanwhile: its worker stood still for longer than a request can live, and the
 * order may be with a later attempt, which this late news is not about.
 */
async function endAttempt(
  tx: Pick<ShopDeps['db'], 'query'>,
  attempt: AttemptKey,
  state: 'deferred' | 'not_sent' | 'refused',
  reason: string,
): Promise<boolean> {
  const ended = await tx.query(
    `UPDATE provisioning_attempts SET state = $3, reason = $4, ended_at = now()
     WHERE order_id = $1 AND number = $2 AND state = 'sending' RETURNING number`,
    [attempt.orderId, attempt.number, state, reason],
  );
  return ended.length > 0;
}

/** What speaks against the next purchase too; a refusal of this order alone, or of the rate, does not. */
function outageIn(error: EsimGoError): Parameters<typeof notePurchase>[1] {
  if (isKeyRefusal(error)) return 'refuses_key';
  return error instanceof EsimGoRefusedError ? null : 'unreachable';
}

/** Ids and codes only: it is kept in the event log. */
function reasonOf(error: EsimGoRefusedError | EsimGoUnreachableError | EsimGoShapeError): string {
  if (error instanceof EsimGoRefusedError) return `refused_${error.status}`;
  return error instanceof EsimGoShapeError
    ? 'shape'
    : `${error.reason}${error.status === null ? '' : `_${error.status}`}`;
}

async function giveUp({ db }: ProvisionDeps, orderId: string, reason: FailureCode): Promise<void> {
  await db.transaction((tx) => failOrder(tx, orderId, reason, 'clock'));
}
