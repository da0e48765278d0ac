import type { ShopDeps } from '../deps.ts';
import { raiseAlert } from '../notify/raise-alert.ts';
import { keptSupplierState, supplierState } from './supplier-state.ts';

type CapacityDeps = Pick<ShopDeps, 'db' | 'kv' | 'supplier' | 'config' | 'log' | 'background'>;

export type Capacity = { ok: true } | { ok: false; reason: 'no_jobs' | 'supplier_down' | 'balance_low' | 'queue_long' };

const MAX_QUEUE_MS = 180_000;
// The order, its install details, its tag.
const CALLS_PER_ORDER = 3;
const BALANCE_ALERT_EVERY_S = 6 * 3_600;

/** Whether an order of this cost could be delivered now: asked before any money moves. */
export async function checkCapacity(deps: CapacityDeps, costMilli: number): Promise<Capacity> {
  // A preview deployment has the key of the real account and delivers nothing.
  if (!deps.config.runsJobs) return { ok: false, reason: 'no_jobs' };
  const kept = await keptSupplierState(deps);
  let books = await readBooks(deps, kept?.atMs ?? 0);
  if (queueMs(deps, books.waiting) > MAX_QUEUE_MS) return { ok: false, reason: 'queue_long' };
  const state = await supplierState(deps, kept, books.now_ms);
  if (state?.state !== 'up') return { ok: false, reason: 'supplier_down' };
  if (state !== kept) books = await readBooks(deps, state.atMs);
  if (state.balanceMilli - books.committed >= costMilli) return { ok: true };
  await raiseAlert(deps, 'supplier_balance_low', { subjectId: 'supplier', everyS: BALANCE_ALERT_EVERY_S });
  return { ok: false, reason: 'balance_low' };
}

interface Books {
  now_ms: number;
  /** What the balance of that moment does not show yet: paid orders not placed, and those placed since. */
  committed: number;
  /** Paid orders that no request went out for, at whichever instance. */
  waiting: number;
}

async function readBooks({ db }: CapacityDeps, balanceAtMs: number): Promise<Books> {
  const [row] = await db.query<Books>(
    `SELECT (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS now_ms,
       coalesce(sum(cost_milli), 0)::bigint AS committed,
       (count(*) FILTER (WHERE provisioning IN ('none', 'claimed', 'not_sent', 'absent')))::integer AS waiting
     FROM (
       SELECT cost_milli, provisioning FROM orders WHERE payment_status = 'paid' AND provisioning <> 'assigned'
       UNION ALL
       SELECT cost_milli, provisioning FROM orders
       WHERE $1::float8 > 0 AND ready_at >= to_timestamp($1::float8 / 1000) AND provisioning = 'assigned'
     ) AS open_orders`,
    [balanceAtMs],
  );
  if (row === undefined) throw new Error('an aggregate returned no row');
  return row;
}

/** The longer of this instance's own queue and what all of them have before them at the rate that they share. */
function queueMs({ supplier, config }: CapacityDeps, waiting: number): number {
  const { ratePerS, orderIntervalMs } = config.esimGo;
  const perOrderMs = Math.max(orderIntervalMs, ratePerS === 0 ? 0 : (CALLS_PER_ORDER * 1_000) / ratePerS);
  return Math.max(supplier.queueDelayMs('order'), waiting * perOrderMs);
}
