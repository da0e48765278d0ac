import { tmpdir } from 'node:os';
import path from 'node:path';
import { BREACHES, brokenPromises, readTables, type Breach, type BrokenPromise } from './books.ts';
import { buy, type Purchase } from './buyer.ts';
import { createDisturber } from './disturb.ts';
import { createEventLog, type EventLog } from './event-log.ts';
import type { ChaosPlan } from './plan.ts';
import { settle } from './settle.ts';
import { openWorld, type World } from './world.ts';

export interface ChaosReport {
  seed: string;
  purchases: number;
  charges: number;
  delivered: number;
  refunded: number;
  takenBack: number;
  notCharged: number;
  bad: Readonly<Record<Breach, number>>;
  broken: readonly BrokenPromise[];
  faults: ReadonlyMap<string, number>;
  /** From the payment to the eSIM. */
  deliverySeconds: { p50: number; p95: number; p99: number } | null;
  limits: string;
  seconds: number;
  /** Where the run is written down; null for a clean one. */
  savedTo: string | null;
}

export interface ChaosOptions {
  /** A server to make the run's database on; without one PostgreSQL is started. */
  databaseUrl?: string | undefined;
  /** Moves time ahead where a dead request would have to be waited for. */
  canSkipTime?: boolean;
  /** Writes the run down also when all is well. */
  isSaved?: boolean;
  onProgress?: (line: string) => void;
}

export async function runChaos(
  plan: ChaosPlan,
  { databaseUrl, canSkipTime = false, isSaved = false, onProgress = () => undefined }: ChaosOptions = {},
): Promise<ChaosReport> {
  const startedAt = performance.now();
  const log = createEventLog(plan);
  const world = await openWorld(plan, log, { databaseUrl });
  let report: ChaosReport | null = null;
  try {
    onProgress('The shop is open.');
    const disturber = createDisturber(world, plan, log);
    const takenBack: string[] = [];
    const purchases = await buyAll({ world, plan, log, takenBack }, (number) => {
      disturber.purchaseBegins(number);
      if (number % 50 === 0) onProgress(`Purchase ${number} of ${plan.purchases} begins.`);
    });
    onProgress('All have bought; the faults end.');
    await disturber.calm();
    const open = await settle(world, log, { canSkipTime });
    onProgress('Nothing is under way any more.');
    report = {
      ...(await compare(world, purchases, takenBack, open.jobs + open.updates)),
      seed: plan.seed,
      purchases: plan.purchases,
      faults: disturber.counts(),
      limits: world.limits,
      seconds: (performance.now() - startedAt) / 1_000,
      savedTo: null,
    };
    if (isSaved || report.broken.length > 0) report.savedTo = await saveRun(world, plan, log, report.broken);
    return report;
  } catch (error) {
    log.note('failed', { error: String(error) });
    const file = await saveRun(world, plan, log, []);
    throw new Error(`the run broke off; it is written down in ${file}`, { cause: error });
  } finally {
    await world.close({ keepLogs: report?.savedTo !== null });
  }
}

/** So many buyers at once, each taking the next purchase of the plan. */
async function buyAll(visit: Parameters<typeof buy>[0], onBegin: (number: number) => void): Promise<Purchase[]> {
  const { plan, log } = visit;
  const purchases: Purchase[] = [];
  let next = 0;
  const queue = async (): Promise<void> => {
    for (;;) {
      const number = next;
      const buyer = plan.buyers[number];
      if (buyer === undefined) return;
      next += 1;
      onBegin(number);
      try {
        purchases.push(await buy(visit, buyer, number));
      } catch (error) {
        // Whatever this buyer saw, the books tell what it came to.
        log.note('buyer_failed', { number, error: String(error) });
        purchases.push({ orderId: null, outcome: 'under_way', paidAtMs: null });
      }
    }
  };
  await Promise.all(Array.from({ length: plan.atOnce }, queue));
  return purchases;
}

async function compare(world: World, purchases: readonly Purchase[], takenBack: readonly string[], leftOver: number) {
  const [ledger, tables] = await Promise.all([world.ledger(), readTables(world.db.query)]);
  const broken = brokenPromises({ ledger, ...tables }, { takenBack });
  if (leftOver > 0) broken.push({ breach: 'stuck', promise: `no work is left over, and ${leftOver} pieces are` });
  const bad = Object.fromEntries(
    BREACHES.map((breach) => [breach, broken.filter((each) => each.breach === breach).length]),
  ) as Record<Breach, number>;
  return {
    charges: ledger.stars.charges.length,
    delivered: tables.orders.filter(({ provisioning }) => provisioning === 'assigned').length,
    refunded: ledger.stars.refunds.length - takenBack.length,
    takenBack: takenBack.length,
    notCharged: purchases.filter(({ outcome }) => outcome === 'not_charged').length,
    bad,
    broken,
    deliverySeconds: await timesOf(world, purchases),
  };
}

async function timesOf({ db }: World, purchases: readonly Purchase[]): Promise<ChaosReport['deliverySeconds']> {
  const ready = await db.query<{ id: string; ready_at: Date }>(
    `SELECT id, ready_at FROM orders WHERE ready_at IS NOT NULL`,
  );
  const readyAt = new Map(ready.map(({ id, ready_at: at }) => [id, at.getTime()]));
  const seconds = purchases
    .flatMap(({ orderId, paidAtMs }) => {
      const at = orderId === null ? undefined : readyAt.get(orderId);
      return at === undefined || paidAtMs === null ? [] : Math.max(0, at - paidAtMs) / 1_000;
    })
    .toSorted((a, b) => a - b);
  const at = (share: number): number => seconds[Math.min(seconds.length - 1, Math.floor(seconds.length * share))] ?? 0;
  return seconds.length === 0 ? null : { p50: at(0.5), p95: at(0.95), p99: at(0.99) };
}

/** The plan, what happened, and what our tables say of it. */
async function saveRun(
  { db, folder }: World,
  plan: ChaosPlan,
  log: EventLog,
  broken: readonly BrokenPromise[],
): Promise<string> {
  for (const { breach, promise } of broken) log.note('broken', { breach, promise });
  log.note('logs_of_the_processes', { folder });
  for (const table of [
    'orders',
    'payments',
    'provisioning_attempts',
    'outbox',
    'order_events',
    'sandbox.tg_transactions',
  ]) {
    for (const row of await db.query(`SELECT * FROM ${table}`)) log.note('row', { table, row });
  }
  const file = path.join(tmpdir(), `esim-shop-chaos-${plan.seed.replaceAll(/\W/g, '_')}-${Date.now()}.jsonl`);
  await log.save(file);
  return file;
}
