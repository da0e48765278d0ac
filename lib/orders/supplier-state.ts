import * as z from 'zod';
import type { ShopDeps } from '../deps.ts';
import type { EsimGoClient } from '../esim-go/client.ts';
import { EsimGoRefusedError } from '../esim-go/errors.ts';
import { raiseAlert } from '../notify/raise-alert.ts';

type StateDeps = Pick<ShopDeps, 'db' | 'kv' | 'supplier' | 'log' | 'background'>;

/** `down` is an open circuit: nothing is sold and nothing is ordered until somebody's look finds the supplier up again. */
const stateSchema = z.union([
  z.object({ state: z.literal('up'), balanceMilli: z.number(), atMs: z.number() }),
  z.object({ state: z.literal('down'), reason: z.enum(['unreachable', 'refuses_key']), atMs: z.number() }),
]);
export type SupplierState = z.infer<typeof stateSchema>;
type Down = Extract<SupplierState, { state: 'down' }>;

/** Deleted when a callback says that the balance changed. */
export const SUPPLIER_SNAPSHOT_KEY = 'supplier:snapshot';
const LOOK_KEY = 'supplier:look';

// Old enough to spare the supplier, young enough that money is not taken for what cannot be delivered.
const MAX_AGE_MS = 60_000;
// From then on somebody looks behind the sales, so that in a busy shop none of them has to wait for it.
const LOOK_FROM_MS = 30_000;
/** How long an open circuit lets nothing through. Then one look decides, and a failing one opens it again. */
const OPEN_MS = 5_000;
// Telegram waits ten seconds for the answer to a pre-checkout query; this leaves room for the rest.
const PATIENCE_MS = 3_500;
// The supplier's own time, without what our rate limit lets the look wait.
const ANSWER_MS = 3_000;
// Lost answers come in bursts also from a supplier that is well, and a closed shop is no small matter.
const FAILURES_TO_LOOK = 3;
const FAILURES_TO_OPEN = 8;
const ALERT_EVERY_S = 3_600;

/** By PostgreSQL's clock, the one that all instances have in common. */
export async function databaseNowMs(db: StateDeps['db']): Promise<number> {
  const [row] = await db.query<{ now_ms: number }>(
    `SELECT (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS now_ms`,
  );
  if (row === undefined) throw new Error('a SELECT without FROM returned no row');
  return row.now_ms;
}

/** What the instances know of the supplier, of whatever age. */
export async function keptSupplierState({ kv, log }: Pick<StateDeps, 'kv' | 'log'>): Promise<SupplierState | null> {
  const text = await kv.get(SUPPLIER_SNAPSHOT_KEY);
  if (text === null) return null;
  try {
    return stateSchema.parse(JSON.parse(text));
  } catch (error) {
    log.warn('supplier_state_unreadable', { error });
    return null;
  }
}

/**
 * The supplier as it was at most a minute ago; null when that cannot be found out in time. One that is half as old is
 * looked at anew in the background, by one instance.
 */
export async function supplierState(
  deps: StateDeps,
  kept: SupplierState | null,
  nowMs: number,
): Promise<SupplierState | null> {
  const ageMs = kept === null ? Infinity : nowMs - kept.atMs;
  // A database that failed over may show an earlier time than before.
  if (kept === null || ageMs < 0 || ageMs >= MAX_AGE_MS) return inTime(lookSince(deps, kept));
  if (kept.state === 'down') return ageMs < OPEN_MS ? kept : inTime(lookSince(deps, kept));
  if (ageMs >= LOOK_FROM_MS && !isLooking(deps) && (await isMyLook(deps))) deps.background(look(deps, kept));
  return kept;
}

/** How long paid orders stay with us while the circuit is open; 0 while it is closed. */
export async function purchaseHoldMs(deps: StateDeps): Promise<number> {
  const kept = await keptSupplierState(deps);
  if (kept?.state !== 'down') return 0;
  const state = await supplierState(deps, kept, await databaseNowMs(deps.db));
  return state?.state === 'up' ? 0 : OPEN_MS;
}

const failures = new WeakMap<EsimGoClient, number>();

/**
 * After some purchases in a row without a usable answer the supplier is looked at, which opens the circuit if it is down;
 * after many it opens whatever a look would say. `failure` is null for a purchase that was answered.
 */
export async function notePurchase(deps: StateDeps, failure: Down['reason'] | null): Promise<void> {
  if (failure === null) {
    failures.delete(deps.supplier);
    return;
  }
  const count = (failures.get(deps.supplier) ?? 0) + 1;
  failures.set(deps.supplier, count);
  if (count < FAILURES_TO_LOOK) return;
  try {
    if (count < FAILURES_TO_OPEN) {
      deps.background(look(deps, null));
      return;
    }
    deps.log.warn('supplier_circuit_opened', { reason: failure, failures: count });
    await store(deps, { state: 'down', reason: failure, atMs: await databaseNowMs(deps.db) });
    await alert(deps, failure);
  } catch (error) {
    // What became of the order is recorded; the next failure opens it.
    deps.log.warn('supplier_circuit_not_opened', { error });
  }
}

const looks = new WeakMap<EsimGoClient, Promise<SupplierState>>();

function isLooking({ supplier }: StateDeps): boolean {
  return looks.has(supplier);
}

/** One instance at a time; where it dies, another one looks soon. */
function isMyLook({ kv }: StateDeps): Promise<boolean> {
  return kv.set(LOOK_KEY, '1', { ttlS: OPEN_MS / 1_000, onlyIfAbsent: true });
}

/** However many wait for it, this instance asks once. */
function share({ supplier }: StateDeps, start: () => Promise<SupplierState>): Promise<SupplierState> {
  const running = looks.get(supplier);
  if (running !== undefined) return running;
  const started = start().finally(() => looks.delete(supplier));
  looks.set(supplier, started);
  return started;
}

function look(deps: StateDeps, before: SupplierState | null): Promise<SupplierState> {
  return share(deps, () => lookOnce(deps, before));
}

/** Not at all when something newer than `seen` is known by now; an open circuit is tried by one instance at a time. */
function lookSince(deps: StateDeps, seen: SupplierState | null): Promise<SupplierState> {
  return share(deps, async () => {
    const latest = await keptSupplierState(deps);
    if (latest !== null && latest.atMs > (seen?.atMs ?? 0)) return latest;
    if (seen?.state !== 'down') return lookOnce(deps, null);
    return (await isMyLook(deps)) ? lookOnce(deps, seen) : seen;
  });
}

async function lookOnce(deps: StateDeps, before: SupplierState | null): Promise<SupplierState> {
  const state = await askSupplier(deps);
  if (state.state === 'up') {
    await store(deps, state);
    return state;
  }
  const isCertain = state.reason === 'refuses_key';
  // What is known is good for a while longer: one failure behind the sales changes nothing unless it will surely last.
  if (before?.state === 'up' && !isCertain) return state;
  await store(deps, state);
  // One that lasts for two looks is no hiccup.
  if (before?.state === 'down' || isCertain) await alert(deps, state.reason);
  return state;
}

async function inTime(looking: Promise<SupplierState>): Promise<SupplierState | null> {
  let timer: NodeJS.Timeout | undefined;
  const patience = new Promise<null>((resolve) => {
    timer = setTimeout(() => resolve(null), PATIENCE_MS);
  });
  // Awaited by nobody once patience ends first: its late failure must not surface as unhandled.
  looking.catch(() => undefined);
  try {
    return await Promise.race([looking, patience]);
  } finally {
    clearTimeout(timer);
  }
}

async function askSupplier({ supplier, db, log }: StateDeps): Promise<SupplierState> {
  const atMs = await databaseNowMs(db);
  let timer: NodeJS.Timeout | undefined;
  let onTurn = (): void => undefined;
  const tooSlow = new Promise<never>((_, reject) => {
    onTurn = () => {
      timer ??= setTimeout(() => reject(new Error('the supplier did not answer in time')), ANSWER_MS);
    };
  });
  const answer = supplier.getOrganisation({ priority: 'capacity', onTurn });
  answer.catch(() => undefined);
  try {
    const { balanceMilli } = await Promise.race([answer, tooSlow]);
    return { state: 'up', balanceMilli, atMs };
  } catch (error) {
    log.warn('supplier_unavailable', { error });
    return { state: 'down', reason: isKeyRefusal(error) ? 'refuses_key' : 'unreachable', atMs };
  } finally {
    clearTimeout(timer);
  }
}

export function isKeyRefusal(error: unknown): boolean {
  return error instanceof EsimGoRefusedError && (error.status === 401 || error.status === 403);
}

async function store({ kv }: StateDeps, state: SupplierState): Promise<void> {
  await kv.set(SUPPLIER_SNAPSHOT_KEY, JSON.stringify(state), { ttlS: MAX_AGE_MS / 1_000 });
}

async function alert(deps: StateDeps, reason: Down['reason']): Promise<void> {
  const code = reason === 'refuses_key' ? 'supplier_refuses_key' : 'supplier_unreachable';
  await raiseAlert(deps, code, { subjectId: 'supplier', everyS: ALERT_EVERY_S });
}
