import type { ShopDeps } from '../deps.ts';
import { isEsimGoError } from '../esim-go/errors.ts';
import type { OrderAnswer } from '../esim-go/wire/order.ts';
import { doubtWindowS, LEFT_LYING } from './doubt-order.ts';
import { invoicePayload } from './invoice-payload.ts';
import {
  matchVendorOrders,
  staysDisputed,
  type FreeOrder,
  type Match,
  type OpenAttempt,
} from './match-vendor-orders.ts';
import { moveOrder } from './move-order.ts';
import { alertOfOldDatabase, enqueueAgain } from './outbox.ts';

type ReconcileDeps = Pick<ShopDeps, 'db' | 'supplier' | 'config' | 'log' | 'shopId' | 'now'>;

export interface ReconcileReport {
  open: number;
  adopted: number;
  absent: number;
}

// The longest that a request can stay alive (the time-out of POST /orders) and half a minute for the process around it.
const SENDING_MAX_S = 60 + 30;
const MIN_LISTINGS = 2;
// What was bought just before the clocks were compared must not be missed.
const LISTING_LOOK_BACK_MS = 120_000;

/**
 * Settles the orders whose answer was lost, from the supplier's own list: adopts what was bought, or proves that nothing
 * was. One listing serves all of them. Safe to run twice and in parallel: adoption is a conditional UPDATE on a unique
 * order reference.
 */
export async function reconcileOrders(deps: ReconcileDeps): Promise<ReconcileReport> {
  await declareLost(deps);
  if (!(await isAnyUnknown(deps))) return { open: 0, adopted: 0, absent: 0 };
  // A window computed with this process's own clock could lie beside the order, and its absence would look proven.
  if (deps.supplier.clockSkewMs() === null) await deps.supplier.getOrganisation({ priority: 'order' });
  const started = await readOpenAttempts(deps);
  const unknown = started.attempts.filter(({ state }) => state === 'unknown');
  if (unknown.length === 0) return { open: 0, adopted: 0, absent: 0 };
  const createdFrom = new Date(Math.min(...unknown.map(({ notBefore }) => notBefore.getTime())) - LISTING_LOOK_BACK_MS);
  const { orders } = await deps.supplier.listAllOrders({ createdFrom });
  const free = await keepOwnerless(deps, started.attempts, orders);
  // Read again after the listing: an attempt that began meanwhile must be able to claim what it bought.
  const { attempts } = await readOpenAttempts(deps);
  const { adopt, without } = matchVendorOrders(attempts, free);
  let adopted = 0;
  for (const match of adopt) if (await adoptOrder(deps, match)) adopted += 1;
  const known = new Set(unknown.map(({ orderId, number }) => `${orderId}:${number}`));
  let absent = 0;
  for (const attempt of without) {
    // An attempt that became unknown after the listing began was not looked for in it.
    if (known.has(`${attempt.orderId}:${attempt.number}`) && (await noteAbsence(deps, attempt, started.at)))
      absent += 1;
  }
  return { open: unknown.length, adopted, absent };
}

/** A sender that died leaves `sending` behind; only time says that its request is dead too, never a lease. */
async function declareLost({ db, config, log }: ReconcileDeps): Promise<void> {
  const overdue = await db.query<{ order_id: string; number: number }>(
    `SELECT order_id, number FROM provisioning_attempts
     WHERE state = 'sending' AND sent_at < now() - $1::integer * interval '1 second'`,
    [SENDING_MAX_S],
  );
  for (const { order_id: orderId, number } of overdue) {
    await db.transaction(async (tx) => {
      const [ended] = await tx.query(
        `UPDATE provisioning_attempts SET state = 'unknown', reason = 'sender_gone',
           cut_at = sent_at + $3::integer * interval '1 second'
         WHERE order_id = $1 AND number = $2 AND state = 'sending' RETURNING order_id`,
        [orderId, number, SENDING_MAX_S],
      );
      if (ended === undefined) return;
      await moveOrder(tx, orderId, 'lose', { actor: 'clock', details: { attempt: number, reason: 'sender_gone' } });
      // A crash of ours must not cost the buyer the eSIM: there is time for the proof and for one more attempt.
      await tx.query(
        `UPDATE orders SET deliver_by = greatest(deliver_by, now() + $2::integer * interval '1 second') WHERE id = $1`,
        [orderId, config.reconcileWindowS + SENDING_MAX_S],
      );
    });
    log.warn('supplier_answer_lost', { orderId, attempt: number, reason: 'sender_gone' });
  }
}

async function isAnyUnknown({ db }: ReconcileDeps): Promise<boolean> {
  return (await db.query(`SELECT 1 FROM provisioning_attempts WHERE state = 'unknown' LIMIT 1`)).length > 0;
}

interface OpenAttemptRow {
  order_id: string;
  number: number;
  state: 'sending' | 'unknown';
  esimgo_product_id: string;
  iccid: string | null;
  sent_at: Date;
  cut_at: Date | null;
  vendor_skew_ms: number | null;
  reason: string | null;
}

async function readOpenAttempts(deps: ReconcileDeps): Promise<{ attempts: OpenAttempt[]; at: Date }> {
  const rows = await deps.db.query<OpenAttemptRow & { now: Date }>(
    `SELECT a.order_id, a.number, a.state, o.esimgo_product_id, e.iccid, a.sent_at, a.cut_at, a.vendor_skew_ms,
       a.reason, clock_timestamp() AS now
     FROM provisioning_attempts a
     JOIN orders o ON o.id = a.order_id
     LEFT JOIN esims e ON o.kind = 'top_up' AND e.id = o.esim_id
     WHERE a.state IN ('sending', 'unknown')`,
  );
  const at = rows[0]?.now ?? deps.now();
  // Where no answer had shown the supplier's clock before the request, the latest one has to do; a supplier that never
  // says its time is taken to have PostgreSQL's.
  const skewMs = deps.supplier.clockSkewMs();
  const skewNowMs = skewMs === null ? 0 : skewMs + deps.now().getTime() - at.getTime();
  const attempts = rows.map((row): OpenAttempt => {
    const rowSkewMs = row.vendor_skew_ms ?? skewNowMs;
    return {
      orderId: row.order_id,
      number: row.number,
      state: row.state,
      item: row.esimgo_product_id,
      iccid: row.iccid,
      notBefore: new Date(row.sent_at.getTime() + rowSkewMs),
      notAfter: row.cut_at === null ? null : new Date(row.cut_at.getTime() + rowSkewMs),
      isDoubted: row.reason === LEFT_LYING,
    };
  });
  return { attempts, at };
}

/** The listed orders that could be one of the attempts' and are linked to no order, eSIM or customer yet. */
async function keepOwnerless(
  deps: ReconcileDeps,
  attempts: readonly OpenAttempt[],
  orders: readonly OrderAnswer[],
): Promise<FreeOrder[]> {
  const unknown = attempts.filter(({ state }) => state === 'unknown');
  const items = new Set(unknown.map(({ item }) => item));
  const candidates = orders.filter((order) => order.items.some(({ item }) => items.has(item)));
  if (candidates.length === 0) return [];
  const taken = await readTaken(deps, candidates);
  const free: FreeOrder[] = [];
  const shopId = await deps.shopId();
  const owners = new Map(unknown.map(({ orderId }) => [invoicePayload(shopId, orderId), orderId]));
  const readTag = createTagReader(deps);
  for (const order of candidates) {
    if (order.orderReference !== null && taken.references.has(order.orderReference)) continue;
    const iccids = order.items.flatMap((item) => item.iccids);
    const isTopUp = unknown.some(({ iccid }) => iccid !== null && iccids.includes(iccid));
    if (!isTopUp && iccids.some((iccid) => taken.iccids.has(iccid))) continue;
    // It is in every listing until it is decided, and a call each time would use up the supplier's limit.
    const isAsked = !isTopUp && !staysDisputed(attempts, order);
    const tag = isAsked ? await readTag(iccids) : isTopUp ? null : UNREAD;
    if (tag === UNREAD) {
      free.push({ ...order, isTagUnread: true });
      continue;
    }
    const ownerId = tag === null ? undefined : owners.get(tag);
    if (tag !== null && ownerId === undefined) continue;
    free.push(ownerId === undefined ? order : { ...order, ownerId });
  }
  return free;
}

async function readTaken(
  { db }: ReconcileDeps,
  candidates: readonly OrderAnswer[],
): Promise<{ references: Set<string>; iccids: Set<string> }> {
  const references = candidates.flatMap(({ orderReference }) => (orderReference === null ? [] : [orderReference]));
  const iccids = candidates.flatMap(({ items }) => items.flatMap((item) => item.iccids));
  const rows = await db.query<{ reference: string | null; iccid: string | null }>(
    `SELECT esimgo_order_id AS reference, NULL AS iccid FROM orders WHERE esimgo_order_id = ANY($1::text[])
     UNION ALL
     SELECT esimgo_order_id, NULL FROM provisioning_attempts WHERE esimgo_order_id = ANY($1::text[])
     UNION ALL
     SELECT NULL, iccid FROM esims WHERE iccid = ANY($2::text[])`,
    [references, iccids],
  );
  return {
    references: new Set(rows.flatMap(({ reference }) => (reference === null ? [] : [reference]))),
    iccids: new Set(rows.flatMap(({ iccid }) => (iccid === null ? [] : [iccid]))),
  };
}

const UNREAD = Symbol('the tag cannot be read');
// A supplier that is down answers none; one eSIM that cannot be read must not keep the others from being looked at.
const MAX_UNREAD = 5;

/**
 * Whose the eSIMs are. Another system on the same account tags its own; a tag of ours on what this database does not
 * hold was written by a shop with a newer one.
 */
function createTagReader({
  supplier,
  log,
}: Pick<ReconcileDeps, 'supplier' | 'log'>): (iccids: readonly string[]) => Promise<string | null | typeof UNREAD> {
  let unread = 0;
  return async (iccids) => {
    for (const iccid of iccids) {
      if (unread >= MAX_UNREAD) return UNREAD;
      try {
        const { customerRef } = await supplier.getEsim(iccid);
        if (customerRef !== null && customerRef !== '') return customerRef;
      } catch (error) {
        if (!isEsimGoError(error)) throw error;
        unread += 1;
        log.warn('esim_owner_unknown', { iccid, error });
        return UNREAD;
      }
    }
    return null;
  };
}

async function adoptOrder({ db, log }: ReconcileDeps, { attempt, vendorOrder }: Match): Promise<boolean> {
  const reference = vendorOrder.orderReference;
  const isAdopted = await db.transaction(async (tx) => {
    const [ended] = await tx.query(
      `UPDATE provisioning_attempts SET state = 'placed', esimgo_order_id = $3, ended_at = now()
       WHERE order_id = $1 AND number = $2 AND state = 'unknown'
         AND NOT EXISTS (SELECT FROM orders WHERE esimgo_order_id = $3)
         AND NOT EXISTS (SELECT FROM provisioning_attempts WHERE esimgo_order_id = $3)
       RETURNING order_id`,
      [attempt.orderId, attempt.number, reference],
    );
    if (ended === undefined) return false;
    const order = await moveOrder(tx, attempt.orderId, 'place', {
      actor: 'supplier',
      set: { esimgo_order_id: reference },
      details: { attempt: attempt.number, esimgo_order_id: reference, adopted: true },
    });
    if (order === null) throw new Error(`order ${attempt.orderId} left "unknown" while its attempt had not`);
    await enqueueAgain(tx, { kind: 'deliver', subjectId: attempt.orderId });
    if (vendorOrder.ownerId !== undefined) await alertOfOldDatabase(tx);
    return true;
  });
  if (isAdopted) log.info('supplier_order_adopted', { orderId: attempt.orderId, esimGoOrderId: reference });
  return isAdopted;
}

/** Counts a complete listing that held nothing for this attempt; true when that makes its absence proven. */
async function noteAbsence({ db, config, log }: ReconcileDeps, attempt: OpenAttempt, listedAt: Date): Promise<boolean> {
  const windowS = attempt.isDoubted ? doubtWindowS(config) : config.reconcileWindowS;
  const isAbsent = await db.transaction(async (tx) => {
    const [row] = await tx.query<{ is_proven: boolean }>(
      `UPDATE provisioning_attempts SET absent_listings = absent_listings + 1, last_listing_at = $3
       WHERE order_id = $1 AND number = $2 AND state = 'unknown'
         AND (last_listing_at IS NULL OR last_listing_at < $3::timestamptz)
       RETURNING absent_listings >= $4::integer
         AND $3::timestamptz >= cut_at + $5::integer * interval '1 second' AS is_proven`,
      [attempt.orderId, attempt.number, listedAt, MIN_LISTINGS, windowS],
    );
    if (!row?.is_proven) return false;
    await tx.query(
      `UPDATE provisioning_attempts SET state = 'absent', ended_at = now() WHERE order_id = $1 AND number = $2`,
      [attempt.orderId, attempt.number],
    );
    await moveOrder(tx, attempt.orderId, 'prove_absent', { actor: 'clock', details: { attempt: attempt.number } });
    await enqueueAgain(tx, { kind: 'provision', subjectId: attempt.orderId });
    return true;
  });
  if (isAbsent) log.warn('supplier_order_absent', { orderId: attempt.orderId, attempt: attempt.number });
  return isAbsent;
}
