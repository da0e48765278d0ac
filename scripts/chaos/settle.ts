import { setTimeout as sleep } from 'node:timers/promises';
import type { EventLog } from './event-log.ts';
import type { World } from './world.ts';

const ROUNDS = 120;
const ROUND_MS = 2_000;
const SHORT_ROUND_MS = 700;
/** Rounds that a living request has to come to its end, before time is skipped. */
const ROUNDS_BEFORE_SKIP = 3;
// Work on money; a message that cannot be sent keeps nobody's Stars.
const MONEY_JOBS = ['provision', 'deliver', 'reconcile', 'refund', 'withdraw_esim'];
/** A request that nobody waits for any more is taken for lost after this; see `reconcileOrders`. */
const SENDER_GONE_S = 95;
/**
 * Longer than any lease, and than the longest wait between two tries of a job on money: five minutes, in `drainOutbox`
 * and `withdrawEsim`. What would run later than that is stuck, though it may look like waiting.
 */
const LATEST_TRY_S = 330;

export interface Open {
  orders: number;
  payments: number;
  jobs: number;
  /** Jobs on money that have ended without success, or would run so late that nobody can count on them. */
  stuckJobs: number;
  updates: number;
  /** Of the orders, those whose request may still be on its way. */
  sending: number;
}

/**
 * Lets everything come to its end, with no fault any more: Telegram delivers what it holds back, the ledger is swept,
 * and jobs run until none is left, or until a bound that a healthy shop never reaches. `canSkipTime` moves both sides'
 * time ahead instead of waiting for a dead sender's minute and a half.
 */
export async function settle(
  world: Pick<World, 'db' | 'cron' | 'setUpBot' | 'control' | 'slots' | 'killShop' | 'startShop'>,
  log: EventLog,
  { canSkipTime }: { canSkipTime: boolean },
): Promise<Open> {
  await insist(() => world.setUpBot());
  let hasSkipped = false;
  for (let round = 1; ; round += 1) {
    await world.cron('sweep-stars');
    // Nothing is served by waiting for the next try of a job: the cause of its failure is gone. Orders whose fate only the
    // reconciler below can tell are left to it.
    await world.db.query(
      `UPDATE outbox SET run_at = now() WHERE done_at IS NULL AND dead_at IS NULL AND run_at > now()
         AND run_at <= now() + ${LATEST_TRY_S} * interval '1 second'
         AND NOT (kind IN ('provision', 'reconcile')
                  AND subject_id IN (SELECT id FROM orders WHERE provisioning IN ('sending', 'unknown')))`,
    );
    await world.cron('reconcile');
    await world.cron('drain');
    const open = await readOpen(world);
    log.note('settling', { round, ...open });
    if (open.orders + open.payments + open.jobs + open.updates === 0 || round === ROUNDS) return open;
    if (canSkipTime && !hasSkipped && round >= ROUNDS_BEFORE_SKIP && open.sending > 0) {
      hasSkipped = true;
      await skipTime(world, SENDER_GONE_S);
    }
    await sleep(canSkipTime ? SHORT_ROUND_MS : ROUND_MS);
  }
}

async function readOpen({ db }: Pick<World, 'db'>): Promise<Open> {
  const [open] = await db.query<Open>(
    `SELECT
       (SELECT count(*)::integer FROM orders
        WHERE payment_status = 'refund_due' OR (payment_status = 'paid' AND provisioning <> 'assigned')) AS orders,
       (SELECT count(*)::integer FROM payments WHERE state = 'refund_due') AS payments,
       (SELECT count(*)::integer FROM outbox
        WHERE done_at IS NULL AND dead_at IS NULL AND kind = ANY($1::text[])
          AND run_at <= now() + ${LATEST_TRY_S} * interval '1 second') AS jobs,
       (SELECT count(*)::integer FROM outbox
        WHERE kind = ANY($1::text[]) AND done_at IS NULL
          AND (dead_at IS NOT NULL OR run_at > now() + ${LATEST_TRY_S} * interval '1 second')) AS "stuckJobs",
       (SELECT count(*)::integer FROM sandbox.tg_updates) AS updates,
       (SELECT count(*)::integer FROM provisioning_attempts WHERE state = 'sending') AS sending`,
    [MONEY_JOBS],
  );
  if (open === undefined) throw new Error('PostgreSQL counted nothing');
  return open;
}

/**
 * As if so many seconds went by: our rows grow older and the vendors' clock goes ahead. The shop's processes are
 * replaced first, because a request that is alive would outlive the time that it may take.
 */
async function skipTime(
  world: Pick<World, 'db' | 'control' | 'slots' | 'killShop' | 'startShop'>,
  seconds: number,
): Promise<void> {
  for (const index of world.slots.keys()) await world.killShop(index);
  await world.db.transaction(async (tx) => {
    await tx.query(
      `UPDATE provisioning_attempts SET sent_at = sent_at - $1::integer * interval '1 second',
         cut_at = cut_at - $1::integer * interval '1 second',
         last_listing_at = last_listing_at - $1::integer * interval '1 second',
         vendor_skew_ms = vendor_skew_ms + $1::integer * 1000
       WHERE state IN ('sending', 'unknown')`,
      [seconds],
    );
    await tx.query(
      `UPDATE orders SET deliver_by = deliver_by - $1::integer * interval '1 second'
       WHERE payment_status = 'paid' AND provisioning <> 'assigned'`,
      [seconds],
    );
  });
  await world.control('set', { clock: { advance_s: seconds } });
  await Promise.all([...world.slots.keys()].map((index) => world.startShop(index)));
}

async function insist(work: () => Promise<void>): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await work();
    } catch (error) {
      if (tries === 5) throw error;
      await sleep(ROUND_MS);
    }
  }
}
