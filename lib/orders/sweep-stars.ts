import type { ShopDeps } from '../deps.ts';
import { newId } from '../ids.ts';
import { raiseAlert } from '../notify/raise-alert.ts';
import type { StarTransaction } from '../telegram/bot-api.ts';
import { readInvoicePayload } from './invoice-payload.ts';
import { enqueue } from './outbox.ts';
import { recordPayment, recordReturnedCharge } from './record-payment.ts';
import { recordTelegramRefund } from './refund-payment.ts';

const PAGE = 100;
// Telegram keeps an update for a day; what is older than that and unknown was lost for good.
const OVERLAP = 200;
// A few foreign charges are a shared bot; many are a wrong database, unless an admin says that they are not.
const MAX_FOREIGN = 3;
const ACKNOWLEDGED = 'accept_foreign_charges';
// Telegram asks at most ten seconds long whether it may charge, and then does so at once.
const CHARGED_WITHIN_S = 60;
const DAY_S = 86_400;

type SweepDeps = Pick<ShopDeps, 'db' | 'telegram' | 'config' | 'shopId' | 'log' | 'now'>;

type Entry = Pick<StarTransaction, 'kind' | 'payload'>;

export interface StarSweep {
  read: number;
  found: number;
}

/**
 * Compares Telegram's own ledger with our payments, so that a charge whose update never came is still delivered or
 * refunded. Starts a little before where the last sweep ended; losing that mark only costs a longer read.
 */
export async function sweepStars(deps: SweepDeps): Promise<StarSweep> {
  const { entries, end, readAt, openedAt, acknowledgedAt } = await readLedger(deps);
  const known = await knownCharges(deps, entries);
  const refunds = entries.filter(({ kind }) => kind === 'refund');
  const refunded = new Set(refunds.map(({ chargeId }) => chargeId));
  const shopId = await deps.shopId();
  const unsettled: Entry[] = [];
  // One entry that cannot be booked keeps none of the others from it.
  const book = async (entry: Entry, work: () => Promise<unknown>): Promise<void> => {
    try {
      await work();
    } catch (error) {
      unsettled.push(entry);
      deps.log.error('star_transaction_not_booked', { kind: entry.kind, error });
      await raiseAlert(deps, 'job_failed', { subjectId: orderOf(entry, shopId) ?? 'stars', everyS: DAY_S });
    }
  };
  // Our own charge that came back is booked whatever else the ledger holds.
  for (const refund of refunds) {
    const state = known.get(refund.chargeId);
    if (state !== undefined && state !== 'refunded') await book(refund, () => recordTelegramRefund(deps, refund));
  }
  const isForeign = (entry: StarTransaction): boolean => orderOf(entry, shopId) === null;
  const charges = entries.filter(
    (entry) =>
      entry.kind === 'charge' &&
      !known.has(entry.chargeId) &&
      // What the bot sold before there was this shop was never ours.
      !(isForeign(entry) && entry.at < openedAt),
  );
  const unreturned = charges.filter(({ chargeId }) => !refunded.has(chargeId));
  const isAcknowledged = (entry: StarTransaction): boolean =>
    acknowledgedAt !== null && entry.at <= acknowledgedAt && isForeign(entry);
  const lost = unreturned.filter((entry) => !isAcknowledged(entry));
  const foreign = lost.filter(isForeign);
  if (foreign.length > MAX_FOREIGN) {
    deps.log.error('star_sweep_stopped', { foreign: foreign.length });
    const day = deps.now().toISOString().slice(0, 10);
    await enqueue(deps.db, {
      kind: 'alert',
      subjectId: 'stars',
      discriminator: `foreign_charges_stopped_sweep:${day}`,
    });
    return { read: entries.length, found: 0 };
  }
  let found = 0;
  for (const { chargeId, userId, stars, payload, at } of lost) {
    const charge = { chargeId, userId, currency: 'XTR', totalAmount: stars, payload: payload ?? '', at };
    await book({ kind: 'charge', payload }, async () => {
      if ((await recordPayment(deps, charge, 'ledger')).outcome !== 'already_recorded') found += 1;
    });
  }
  for (const charge of unreturned.filter(isAcknowledged)) await book(charge, () => recordForeignCharge(deps, charge));
  // What came and went without us needs nothing more than its line in the books.
  for (const charge of charges) {
    if (refunded.has(charge.chargeId)) await book(charge, () => recordReturnedCharge(deps, charge));
  }
  // The next sweep reads again what this one could not book.
  if (unsettled.length === 0) await deps.db.query(`UPDATE shop SET stars_offset = $1`, [end]);
  // What was confirmed well before and is not in the ledger was not charged.
  await deps.db.query(
    `UPDATE orders SET approved_at = NULL
     WHERE payment_status = 'unpaid' AND approved_at < $1::timestamptz - $2::integer * interval '1 second'
       AND id <> ALL($3::text[])`,
    [readAt, CHARGED_WITHIN_S, unsettled.flatMap((entry) => orderOf(entry, shopId) ?? [])],
  );
  return { read: entries.length, found };
}

/** Null for what is not of this shop. */
function orderOf({ payload }: Entry, shopId: string): string | null {
  const reading = readInvoicePayload(payload ?? '', shopId);
  return reading.kind === 'ours' ? reading.orderId : null;
}

/** For a human, who was told of them all at once. */
async function recordForeignCharge({ db }: SweepDeps, { chargeId, userId, stars, at }: StarTransaction): Promise<void> {
  await db.query(
    `INSERT INTO payments
       (id, telegram_payment_charge_id, telegram_user_id, amount_stars, charged_at, pays_for_order, state)
     VALUES ($1, $2, $3, $4, $5, false, 'needs_human')
     ON CONFLICT (telegram_payment_charge_id) DO NOTHING`,
    [newId('pay'), chargeId, userId, stars, at],
  );
}

interface LedgerReading {
  entries: StarTransaction[];
  end: number;
  /** When the reading began, by PostgreSQL's clock. */
  readAt: Date;
  /** Since when there is this shop. */
  openedAt: Date;
  /** Until when an admin knows of the foreign charges. */
  acknowledgedAt: Date | null;
}

async function readLedger({ db, telegram }: SweepDeps): Promise<LedgerReading> {
  const entries: StarTransaction[] = [];
  const [shop] = await db.query<{
    stars_offset: number;
    read_at: Date;
    opened_at: Date;
    acknowledged_at: Date | null;
  }>(
    `SELECT stars_offset, now() AS read_at, created_at AS opened_at,
       (SELECT max(at) FROM admin_audit WHERE action = $1) AS acknowledged_at
     FROM shop`,
    [ACKNOWLEDGED],
  );
  if (shop === undefined) throw new Error('the database has no shop: run the migrations');
  for (let offset = Math.max(0, shop.stars_offset - OVERLAP); ; offset += PAGE) {
    const { transactions, received } = await telegram.getStarTransactions({ offset, limit: PAGE });
    entries.push(...transactions);
    if (received === PAGE) continue;
    const { read_at: readAt, opened_at: openedAt, acknowledged_at: acknowledgedAt } = shop;
    return { entries, end: offset + received, readAt, openedAt, acknowledgedAt };
  }
}

async function knownCharges({ db }: SweepDeps, entries: readonly StarTransaction[]): Promise<Map<string, string>> {
  const rows = await db.query<{ charge: string; state: string }>(
    `SELECT telegram_payment_charge_id AS charge, state FROM payments WHERE telegram_payment_charge_id = ANY($1::text[])`,
    [entries.map(({ chargeId }) => chargeId)],
  );
  return new Map(rows.map(({ charge, state }) => [charge, state]));
}
