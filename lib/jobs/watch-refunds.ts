import type { ShopDeps } from '../deps.ts';
import { enqueue } from '../orders/outbox.ts';

type RefundDeps = Pick<ShopDeps, 'db' | 'telegram' | 'log'>;

const PAGE = 100;
// Long enough for any hiccup of Telegram, and soon enough for the buyer.
const LATE_AFTER_S = 3_600;
// What was refunded before has been compared; several looks fall into each refund's day.
const COMPARED_FOR_S = 90_000;
// Our clock and Telegram's may differ.
const CLOCKS_DIFFER_MS = 600_000;
const MAX_PAGES_BACK = 20;

/** Tells the admins of Stars that did not go back: due for an hour, or booked as returned and not in Telegram's ledger. */
export async function watchRefunds(deps: RefundDeps): Promise<number> {
  const late = await alertOfLateRefunds(deps);
  return late + (await compareRefunds(deps));
}

/** Once when it is an hour late, then each day; whatever Telegram answers meanwhile. */
async function alertOfLateRefunds({ db, log }: RefundDeps): Promise<number> {
  const rows = await db.query<{ payment_id: string }>(
    `INSERT INTO outbox (job_key, kind, subject_id)
     SELECT 'alert:' || late.id || ':refund_failed:late-' || floor(late.by_s / 86400)::text, 'alert', late.id
     FROM (
       SELECT p.id, extract(epoch FROM now() - coalesce(job.created_at, p.recorded_at)) - $1::integer AS by_s
       FROM payments p LEFT JOIN outbox job ON job.job_key = 'refund:' || p.id
       WHERE p.state = 'refund_due'
     ) AS late
     WHERE late.by_s > 0
     ON CONFLICT (job_key) DO NOTHING RETURNING subject_id AS payment_id`,
    [LATE_AFTER_S],
  );
  for (const { payment_id: paymentId } of rows) log.error('refund_late', { paymentId });
  return rows.length;
}

interface Refund {
  id: string;
  charge: string;
  refunded_at: Date;
}

/** Telegram's ledger has the last word. What lies before the part that could be read is not judged. */
async function compareRefunds(deps: RefundDeps): Promise<number> {
  const refunds = await deps.db.query<Refund>(
    `SELECT p.id, p.telegram_payment_charge_id AS charge, p.refunded_at FROM payments p
     WHERE p.state = 'refunded' AND p.refunded_by IN ('shop', 'admin')
       AND p.refunded_at BETWEEN now() - $1::integer * interval '1 second' AND now() - $2::integer * interval '1 second'
       AND NOT EXISTS (SELECT FROM outbox WHERE job_key = 'alert:' || p.id || ':refund_not_in_ledger')
     ORDER BY p.refunded_at`,
    [COMPARED_FOR_S, LATE_AFTER_S],
  );
  const [oldest] = refunds;
  if (oldest === undefined) return 0;
  const { returned, readFrom } = await readRefunds(deps, new Date(oldest.refunded_at.getTime() - CLOCKS_DIFFER_MS));
  const missing = refunds.filter(
    ({ charge, refunded_at: at }) => !returned.has(charge) && at.getTime() - CLOCKS_DIFFER_MS > readFrom.getTime(),
  );
  for (const { id } of missing) {
    deps.log.error('refund_not_in_ledger', { paymentId: id });
    await enqueue(deps.db, { kind: 'alert', subjectId: id, discriminator: 'refund_not_in_ledger' });
  }
  return missing.length;
}

/** Page by page towards the beginning, until what it read is older than `since`. */
async function readRefunds(
  { db, telegram }: RefundDeps,
  since: Date,
): Promise<{ returned: Set<string>; readFrom: Date }> {
  const returned = new Set<string>();
  const read = async (offset: number, limit: number) => {
    const { transactions, received } = await telegram.getStarTransactions({ offset, limit });
    for (const { kind, chargeId } of transactions) if (kind === 'refund') returned.add(chargeId);
    return { received, from: transactions[0]?.at };
  };
  const [shop] = await db.query<{ stars_offset: number }>(`SELECT stars_offset FROM shop`);
  if (shop === undefined) throw new Error('the database has no shop: run the migrations');
  for (let offset = shop.stars_offset; (await read(offset, PAGE)).received === PAGE; offset += PAGE);
  let end = shop.stars_offset;
  let readFrom: Date | null = null;
  for (let pages = 0; end > 0 && pages < MAX_PAGES_BACK; pages += 1) {
    const offset = Math.max(0, end - PAGE);
    const { from } = await read(offset, end - offset);
    end = offset;
    if (from === undefined) continue;
    readFrom = from;
    if (from < since) break;
  }
  // All of it was read, or so little that nothing can be said.
  return { returned, readFrom: end === 0 ? new Date(0) : (readFrom ?? new Date()) };
}
