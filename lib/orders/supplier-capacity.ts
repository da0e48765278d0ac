import type { ShopDeps } from '../deps.ts';

type CapacityDeps = Pick<ShopDeps, 'db' | 'kv' | 'supplier' | 'config' | 'log' | 'now'>;

export type Capacity = { ok: true } | { ok: false; reason: 'no_jobs' | 'supplier_down' | 'balance_low' | 'queue_long' };

interface Snapshot {
  state: 'up' | 'down';
  balanceMilli: number;
  atMs: number;
}

/** Deleted when a callback says that the balance changed. */
export const SUPPLIER_SNAPSHOT_KEY = 'supplier:snapshot';
// Old enough to spare the supplier, young enough that money is not taken for what cannot be delivered.
const FRESH_MS = 60_000;
// A supplier that just failed is asked again soon: it may be a hiccup.
const DOWN_FRESH_MS = 5_000;
// Telegram waits ten seconds for the answer to a pre-checkout query; this leaves room for the rest.
const PATIENCE_MS = 3_000;
const MAX_QUEUE_MS = 180_000;

/** Whether an order of this cost could be delivered now: asked before any money moves. */
export async function checkCapacity(deps: CapacityDeps, costMilli: number): Promise<Capacity> {
  // A preview deployment has the key of the real account and delivers nothing.
  if (!deps.config.runsJobs) return { ok: false, reason: 'no_jobs' };
  if (deps.supplier.queueDelayMs('order') > MAX_QUEUE_MS) return { ok: false, reason: 'queue_long' };
  const snapshot = await supplierSnapshot(deps);
  if (snapshot.state === 'down') return { ok: false, reason: 'supplier_down' };
  const [row] = await deps.db.query<{ committed: number }>(
    // What the snapshot's balance does not show yet: paid orders not placed, and those placed since.
    `SELECT coalesce(sum(cost_milli), 0)::bigint AS committed FROM (
       SELECT cost_milli FROM orders WHERE payment_status = 'paid' AND provisioning <> 'assigned'
       UNION ALL
       SELECT cost_milli FROM orders WHERE ready_at >= to_timestamp($1::float8 / 1000) AND provisioning = 'assigned'
     ) AS open_orders`,
    [snapshot.atMs],
  );
  return snapshot.balanceMilli - (row?.committed ?? 0) >= costMilli
    ? { ok: true }
    : { ok: false, reason: 'balance_low' };
}

async function supplierSnapshot(deps: CapacityDeps): Promise<Snapshot> {
  const kept = parseSnapshot(await deps.kv.get(SUPPLIER_SNAPSHOT_KEY));
  const ageMs = kept === null ? Infinity : deps.now().getTime() - kept.atMs;
  if (kept !== null && ageMs >= 0 && ageMs < (kept.state === 'up' ? FRESH_MS : DOWN_FRESH_MS)) return kept;
  const snapshot = await readSupplier(deps);
  await deps.kv.set(SUPPLIER_SNAPSHOT_KEY, JSON.stringify(snapshot), { ttlS: FRESH_MS / 1000 });
  return snapshot;
}

async function readSupplier({ supplier, log, now }: CapacityDeps): Promise<Snapshot> {
  const atMs = now().getTime();
  let timer: NodeJS.Timeout | undefined;
  const patience = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('the supplier did not answer in time')), PATIENCE_MS);
  });
  const answer = supplier.getOrganisation({ priority: 'order' });
  // Still awaited by nobody once patience ends first: its late failure must not surface as unhandled.
  answer.catch(() => undefined);
  try {
    const { balanceMilli } = await Promise.race([answer, patience]);
    return { state: 'up', balanceMilli, atMs };
  } catch (error) {
    log.warn('supplier_unavailable', { error });
    return { state: 'down', balanceMilli: 0, atMs };
  } finally {
    clearTimeout(timer);
  }
}

function parseSnapshot(text: string | null): Snapshot | null {
  if (text === null) return null;
  const value: unknown = JSON.parse(text);
  if (typeof value !== 'object' || value === null) return null;
  const { state, balanceMilli, atMs } = value as Partial<Record<keyof Snapshot, unknown>>;
  if ((state !== 'up' && state !== 'down') || typeof balanceMilli !== 'number' || typeof atMs !== 'number') return null;
  return { state, balanceMilli, atMs };
}
