import type { ShopDeps } from '../deps.ts';
import type { StarTransaction } from '../telegram/bot-api.ts';
import { readInvoicePayload } from './invoice-payload.ts';
import { enqueue } from './outbox.ts';
import { recordPayment, recordReturnedCharge } from './record-payment.ts';
import { recordTelegramRefund } from './refund-payment.ts';

const PAGE = 100;
// Telegram keeps an update for a day; what is older than that and unknown was lost for good.
const OVERLAP = 200;
// A few foreign charges are a shared bot; many are a wrong database.
const MAX_FOREIGN = 3;
// Telegram asks at most ten seconds long whether it may charge, and then does so at once.
const CHARGED_WITHIN_S = 60;

type SweepDeps = Pick<ShopDeps, 'db' | 'telegram' | 'config' | 'shopId' | 'log' | 'now'>;

export interface StarSweep {
  read: number;
  found: number;
}

/**
 * Compares Telegram's own ledger with our payments, so that a charge whose update never came is still delivered or
 * refunded. Starts a little before where the last sweep ended; losing that mark only costs a longer read.
 */
export async function sweepStars(deps: SweepDeps): Promise<StarSweep> {
  const { entries, end, readAt } = await readLedger(deps);
  const known = await knownCharges(deps, entries);
  const refunds = entries.filter(({ kind }) => kind === 'refund');
  const refunded = new Set(refunds.map(({ chargeId }) => chargeId));
  // Our own charge that came back is booked whatever else the ledger holds.
  for (const refund of refunds) {
    const state = known.get(refund.chargeId);
    if (state !== undefined && state !== 'refunded') await recordTelegramRefund(deps, refund);
  }
  const shopId = await deps.shopId();
  const charges = entries.filter(({ kind, chargeId }) => kind === 'charge' && !known.has(chargeId));
  const lost = charges.filter(({ chargeId }) => !refunded.has(chargeId));
  const foreign = lost.filter(({ payload }) => readInvoicePayload(payload ?? '', shopId).kind === 'foreign');
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
    if ((await recordPayment(deps, charge, 'ledger')).outcome !== 'already_recorded') found += 1;
  }
  // What came and went without us needs nothing more than its line in the books.
  for (const charge of charges) if (refunded.has(charge.chargeId)) await recordReturnedCharge(deps, charge);
  await deps.db.query(`UPDATE shop SET stars_offset = $1`, [end]);
  // What was confirmed well before and is not in the ledger was not charged.
  await deps.db.query(
    `UPDATE orders SET approved_at = NULL
     WHERE payment_status = 'unpaid' AND approved_at < $1::timestamptz - $2::integer * interval '1 second'`,
    [readAt, CHARGED_WITHIN_S],
  );
  return { read: entries.length, found };
}

interface LedgerReading {
  entries: StarTransaction[];
  end: number;
  /** When the reading began, by PostgreSQL's clock. */
  readAt: Date;
}

async function readLedger({ db, telegram }: SweepDeps): Promise<LedgerReading> {
  const entries: StarTransaction[] = [];
  const [shop] = await db.query<{ stars_offset: number; read_at: Date }>(
    `SELECT stars_offset, now() AS read_at FROM shop`,
  );
  if (shop === undefined) throw new Error('the database has no shop: run the migrations');
  for (let offset = Math.max(0, shop.stars_offset - OVERLAP); ; offset += PAGE) {
    const { transactions, received } = await telegram.getStarTransactions({ offset, limit: PAGE });
    entries.push(...transactions);
    if (received < PAGE) return { entries, end: offset + received, readAt: shop.read_at };
  }
}

async function knownCharges({ db }: SweepDeps, entries: readonly StarTransaction[]): Promise<Map<string, string>> {
  const rows = await db.query<{ charge: string; state: string }>(
    `SELECT telegram_payment_charge_id AS charge, state FROM payments WHERE telegram_payment_charge_id = ANY($1::text[])`,
    [entries.map(({ chargeId }) => chargeId)],
  );
  return new Map(rows.map(({ charge, state }) => [charge, state]));
}
