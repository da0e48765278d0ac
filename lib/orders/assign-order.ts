import type { Keyring } from '../db/sealed-text.ts';
import type { Sql } from '../db/sql.ts';
import type { OrderedEsim } from '../esim-go/wire/order.ts';
import { newId } from '../ids.ts';
import { moveOrder } from './move-order.ts';
import type { OrderRow } from './order-row.ts';
import { enqueue, enqueueAgain } from './outbox.ts';
import { settleEarlyChargeback } from './refund-payment.ts';

/** What the supplier said about the order so far; both null while it is still at work. */
export interface Assignment {
  iccid: string | null;
  esim: OrderedEsim | null;
}

// The first look at a fresh eSIM; later ones are set by `refreshEsim`.
const FIRST_REFRESH_S = 60;

/**
 * Puts the eSIM into the buyer's hands once the supplier has said enough: all install details of a new one, or only
 * the ICCID of the one that was topped up. False while something is missing.
 */
export async function assignOrder(tx: Sql, keyring: Keyring, order: OrderRow, said: Assignment): Promise<boolean> {
  if (order.kind === 'top_up') {
    const isOurs = said.iccid !== null && (await hasIccid(tx, order.esim_id, said.iccid));
    if (isOurs) return finish(tx, order, order.esim_id);
    // A bundle that does not fit the profile comes on another eSIM: the buyer gets that one, and a human hears of it.
    if (said.esim === null) return false;
    await enqueue(tx, { kind: 'alert', subjectId: order.id, discriminator: 'top_up_on_another_esim' });
  }
  if (said.esim === null || said.esim.matchingId === '' || said.esim.smdpAddress === '') return false;
  const esimId = await insertEsim(tx, keyring, order, said.esim);
  if (esimId === null) {
    await tx.query(`UPDATE orders SET needs_human = 'iccid_already_known' WHERE id = $1`, [order.id]);
    await enqueue(tx, { kind: 'alert', subjectId: order.id, discriminator: 'iccid_already_known' });
    return true;
  }
  await enqueue(tx, { kind: 'tag_esim', subjectId: esimId });
  return finish(tx, order, esimId);
}

async function hasIccid(tx: Sql, esimId: string | null, iccid: string): Promise<boolean> {
  return (await tx.query(`SELECT id FROM esims WHERE id = $1 AND iccid = $2`, [esimId, iccid])).length > 0;
}

async function insertEsim(tx: Sql, keyring: Keyring, order: OrderRow, esim: OrderedEsim): Promise<string | null> {
  const id = newId('esim');
  const [row] = await tx.query<{ id: string }>(
    `INSERT INTO esims (id, telegram_user_id, iccid, smdp_address, matching_id_sealed, destination_code, destination_name)
     VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (iccid) DO NOTHING RETURNING id`,
    [
      id,
      order.telegram_user_id,
      esim.iccid,
      esim.smdpAddress,
      keyring.seal(esim.matchingId, matchingIdPurpose(id)),
      order.country_code,
      order.country_name,
    ],
  );
  return row?.id ?? null;
}

/** Binds a sealed matching ID to its eSIM. */
export function matchingIdPurpose(esimId: string): string {
  return `matching-id:${esimId}`;
}

async function finish(tx: Sql, order: OrderRow, esimId: string | null): Promise<boolean> {
  if (esimId === null) return false;
  const assigned = await moveOrder(tx, order.id, 'assign', {
    actor: 'supplier',
    set: { esim_id: esimId, ready_at: 'now', needs_human: null },
    details: { esim: esimId },
  });
  if (assigned === null) return true;
  await tx.query(
    `UPDATE esims SET next_refresh_at = least(next_refresh_at, now() + $2::integer * interval '1 second') WHERE id = $1`,
    [esimId, FIRST_REFRESH_S],
  );
  // What is left on a topped-up eSIM is known only now; a new one has nothing to tell yet.
  if (order.kind === 'top_up') await enqueueAgain(tx, { kind: 'refresh_esim', subjectId: esimId });
  await enqueue(tx, { kind: 'tell_ready', subjectId: order.id });
  if (order.email_sealed !== null) await enqueue(tx, { kind: 'mail_ready', subjectId: order.id });
  await settleEarlyChargeback(tx, order.id);
  return true;
}
