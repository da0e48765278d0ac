import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { BREACHES, brokenPromises, readTables, type Breach, type BrokenPromise } from './books.ts';
import { buy, type Purchase, type Visit } from './buyer.ts';
import { createDisturber } from './disturb.ts';
import { createEventLog, type EventLog } from './event-log.ts';
import type { BuyerPlan, ChaosPlan } from './plan.ts';
import { createRoom } from './room.ts';
import { settle } from './settle.ts';
import { openWorld, type World } from './world.ts';

const MOST_INSIDE = 200;
// More of a short run, and its faults would be over before most had bought.
const MOST_INSIDE_SHARE = 0.2;
const OPENING_MS = 50;
const LOOK_EVERY_MS = 10_000;
// Longer than any fault lasts.
const STANDSTILL_MS = 300_000;

export interface ChaosReport {
  seed: string;
  purchases: number;
  charges: number;
  delivered: number;
  refunded: number;
  takenBack: number;
  notCharged: number;
  /** Buyers whose visit broke off. */
  cutOff: number;
  bad: Readonly<Record<Breach, number>>;
  broken: readonly BrokenPromise[];
  faults: ReadonlyMap<string, number>;
  /** From the payment to the eSIM. */
  deliverySeconds: { p50: number; p95: number; p99: number } | null;
  /** Why the run proves little, though it broke no promise; null when it sold enough. */
  soldTooLittle: string | null;
  limits: string;
  /** What is shorter or looser than in a real shop. */
  settings: string;
  seconds: number;
  /** Of these, those in which people bought; the rest is preparing the shop and letting everything come to its end. */
  buyingSeconds: number;
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
    const openedAt = performance.now();
    const disturber = createDisturber(world, plan, log);
    const takenBack: string[] = [];
    const { purchases, cutOff } = await buyAll({ world, plan, log, takenBack }, (number) => {
      disturber.purchaseBegins(number);
      if (number % 50 === 0) onProgress(`Purchase ${number} of ${plan.purchases} begins.`);
    });
    const buyingSeconds = (performance.now() - openedAt) / 1_000;
    onProgress('All have bought; the faults end.');
    await disturber.calm();
    const open = await settle(world, log, { canSkipTime });
    onProgress('Nothing is under way any more.');
    const compared = await compare(world, purchases, takenBack, open.jobs + open.stuckJobs + open.updates);
    report = {
      ...compared,
      cutOff,
      soldTooLittle: tooLittleOf(plan.purchases, compared),
      seed: plan.seed,
      purchases: plan.purchases,
      faults: disturber.counts(),
      limits: world.limits,
      settings: world.settings,
      seconds: (performance.now() - startedAt) / 1_000,
      buyingSeconds,
      savedTo: null,
    };
    if (isSaved || !isClean(report)) report.savedTo = await saveRun(world, plan, log, report.broken);
    return report;
  } catch (error) {
    log.note('failed', { error: String(error) });
    const file = await saveRun(world, plan, log, []);
    throw new Error(`the run broke off; it is written down in ${file}`, { cause: error });
  } finally {
    await world.close({ keepLogs: report?.savedTo !== null });
  }
}

/** No promise was broken, and enough was sold to say so. */
export function isClean({ broken, soldTooLittle }: Pick<ChaosReport, 'broken' | 'soldTooLittle'>): boolean {
  return broken.length === 0 && soldTooLittle === null;
}

/** A shop that refuses everybody breaks no promise either. */
export function tooLittleOf(
  purchases: number,
  { charges, delivered }: Pick<ChaosReport, 'charges' | 'delivered'>,
): string | null {
  if (charges * 2 < purchases) return `${charges} charges in ${purchases} purchases`;
  if (delivered * 2 < charges) return `${delivered} deliveries for ${charges} charges`;
  return null;
}

/** The buyers of the plan, one after the other as there is room for them. */
async function buyAll(
  visit: Omit<Visit, 'room'>,
  onBegin: (number: number) => void,
): Promise<{ purchases: Purchase[]; cutOff: number }> {
  const { plan, log } = visit;
  const inside = Math.min(MOST_INSIDE, Math.floor(plan.purchases * MOST_INSIDE_SHARE));
  const room = createRoom({ busy: plan.atOnce, inside: plan.realLimits ? plan.atOnce : Math.max(plan.atOnce, inside) });
  const purchases: Purchase[] = [];
  let cutOff = 0;

  async function complete(buyer: BuyerPlan, number: number): Promise<void> {
    try {
      purchases.push(await buy({ ...visit, room }, buyer, number));
    } catch (error) {
      // Whatever this buyer saw, the books tell what it came to.
      log.note('buyer_failed', { number, error: String(error) });
      cutOff += 1;
      purchases.push({ orderId: null, outcome: 'under_way', paidAtMs: null });
    }
    room.leave();
  }

  async function letAllIn(): Promise<void> {
    const visits: Promise<void>[] = [];
    for (const [number, buyer] of plan.buyers.entries()) {
      // All in one moment, the weathers meant for the first would be over before anybody met them.
      if (number < plan.atOnce) await sleep(OPENING_MS);
      await room.enter();
      onBegin(number);
      visits.push(complete(buyer, number));
    }
    await Promise.all(visits);
  }

  await unlessStandstill(letAllIn(), () => purchases.length);
  return { purchases, cutOff };
}

/** A shop that serves nobody any more ends the run instead of holding it for hours. */
async function unlessStandstill(work: Promise<unknown>, done: () => number): Promise<void> {
  let [before, unchanged] = [-1, 0];
  let timer: NodeJS.Timeout | undefined;
  const standstill = new Promise<never>((_, reject) => {
    timer = setInterval(() => {
      unchanged = done() === before ? unchanged + 1 : 0;
      before = done();
      if (unchanged * LOOK_EVERY_MS >= STANDSTILL_MS) reject(new Error(`after ${before} purchases nobody was served`));
    }, LOOK_EVERY_MS);
  });
  await Promise.race([work, standstill]).finally(() => clearInterval(timer));
}

async function compare(world: World, purchases: readonly Purchase[], tried: readonly string[], leftOver: number) {
  const [ledger, tables] = await Promise.all([world.ledger(), readTables(world.db.query)]);
  // What was tried in the moment when everything died may not have happened.
  const takenBack = tried.filter((charge) => ledger.stars.refunds.some((refund) => refund.charge_id === charge));
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
