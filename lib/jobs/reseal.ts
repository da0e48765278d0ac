import { SealError } from '../db/sealed-text.ts';
import type { ShopDeps } from '../deps.ts';
import { matchingIdPurpose } from '../orders/assign-order.ts';
import { enqueue } from '../orders/outbox.ts';
import { emailPurpose } from '../orders/order-row.ts';

type ResealDeps = Pick<ShopDeps, 'db' | 'keyring' | 'kv' | 'log' | 'now'>;

export interface ResealReport {
  resealed: number;
  /** Sealed with a key that is not set, or altered: left as they are. */
  unreadable: number;
}

/** Every column that holds sealed values, and what binds each value to its row. */
export const SEALED_COLUMNS = [
  { table: 'esims', column: 'matching_id_sealed', purposeOf: matchingIdPurpose },
  { table: 'orders', column: 'email_sealed', purposeOf: emailPurpose },
] as const;

const PAGE = 200;
const MAX_PER_RUN = 2_000;
// Once nothing is left, only an instance of the previous release may still write with the old key.
const REST_S = 3_600;

/**
 * Seals what is stored again with the current key, a part in each run, so that the previous one can be given up. A value
 * is only replaced by one that opens to the same text, and only if it is still the one that was read: any number of
 * these may run at once.
 */
export async function reseal(deps: ResealDeps): Promise<ResealReport> {
  const { keyring, kv, log } = deps;
  const report: ResealReport = { resealed: 0, unreadable: 0 };
  if (!keyring.isRotating) return report;
  const rest = `reseal:${keyring.currentId}`;
  if ((await kv.get(rest)) !== null) return report;
  for (const sealed of SEALED_COLUMNS) await resealColumn(deps, sealed, report);
  if (report.resealed < MAX_PER_RUN) await kv.set(rest, 'done', { ttlS: REST_S });
  if (report.unreadable > 0) {
    log.error('sealed_values_unreadable', { ...report });
    const day = deps.now().toISOString().slice(0, 10);
    await enqueue(deps.db, { kind: 'alert', subjectId: 'shop', discriminator: `sealed_values_unreadable:${day}` });
  }
  return report;
}

async function resealColumn(
  { db, keyring }: ResealDeps,
  { table, column, purposeOf }: (typeof SEALED_COLUMNS)[number],
  report: ResealReport,
): Promise<void> {
  let after = '';
  while (report.resealed < MAX_PER_RUN) {
    const rows = await db.query<{ id: string; sealed: string }>(
      `SELECT id, ${column} AS sealed FROM ${table}
       WHERE ${column} IS NOT NULL AND split_part(${column}, '.', 2) <> $1 AND id > $2 ORDER BY id LIMIT ${PAGE}`,
      [keyring.currentId, after],
    );
    for (const { id, sealed } of rows) {
      const again = sealAgain(keyring, sealed, purposeOf(id));
      if (again === null) {
        report.unreadable += 1;
        continue;
      }
      const changed = await db.query(
        `UPDATE ${table} SET ${column} = $2 WHERE id = $1 AND ${column} = $3 RETURNING id`,
        [id, again, sealed],
      );
      report.resealed += changed.length;
    }
    if (rows.length < PAGE) return;
    after = rows.at(-1)?.id ?? after;
  }
}

function sealAgain(keyring: ResealDeps['keyring'], sealed: string, purpose: string): string | null {
  try {
    const plain = keyring.open(sealed, purpose);
    const again = keyring.seal(plain, purpose);
    return keyring.open(again, purpose) === plain ? again : null;
  } catch (error) {
    if (error instanceof SealError) return null;
    throw error;
  }
}
