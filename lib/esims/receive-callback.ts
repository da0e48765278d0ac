import { createHash } from 'node:crypto';
import { AppError } from '../contract/error-codes.ts';
import type { Sql } from '../db/sql.ts';
import type { ShopDeps } from '../deps.ts';
import { verifyCallbackSignature } from '../esim-go/signature.ts';
import { parseCallback, type EsimGoCallback } from '../esim-go/wire/callback.ts';
import { enqueueAlert, raiseAlert } from '../notify/raise-alert.ts';
import { SUPPLIER_SNAPSHOT_KEY } from '../orders/supplier-state.ts';
import { enqueueAgain } from '../orders/outbox.ts';

export interface ReceivedCallback {
  rawBody: Uint8Array;
  signature: string | null;
  keys: readonly string[];
  /** Counts it against its sender, for whom no signature speaks; throws when that is one too many. */
  countUnproven: () => Promise<void>;
}

export type CallbackOutcome = 'queued' | 'ignored' | 'seen_before';

/** The vendor's, the plan's own, and what `npm run doctor` sends. */
const KNOWN_KINDS = new Set([
  'Utilisation',
  'FirstAttachment',
  'FirstUse',
  'CountryChange',
  'LowBalance',
  'InsufficientBalance',
  'Topup',
  'AutoTopup',
  'eSIMGoTopup',
  'ProfileStatusChange',
  'MSISDNEnabled',
  'MSISDNDisabled',
  'SMSFailed',
  'esim.deletion_scheduled',
  'esim.deleted',
  'order.created',
  'order.activated',
  'order.failed',
  'eSIM.ready',
  'DoctorCheck',
]);
const LATER_MS = 60_000;
const WRONG_SIGNATURES = 5;
const WRONG_SIGNATURES_WITHIN_S = 3_600;
const SIGNATURE_ALERT_EVERY_S = 86_400;
/** As often as the shop's own look at the balance raises it. */
const BALANCE_ALERT_EVERY_S = 6 * 3_600;

/** What changes the supplier's view of our balance. */
const BALANCE_ALERTS = new Set(['LowBalance', 'InsufficientBalance', 'Topup', 'AutoTopup', 'eSIMGoTopup']);
const LOW_BALANCE_ALERTS = new Set(['LowBalance', 'InsufficientBalance']);

/**
 * Takes a callback as a hint to read the API again, once: nothing it says is believed beyond that. Unknown kinds, and
 * eSIMs or orders of another system on the same account, are stored and ignored. One without a signature anybody may
 * have sent: it is nothing at all unless it names an eSIM or an order of ours.
 */
export async function receiveCallback(
  deps: ShopDeps,
  { rawBody, signature, keys, countUnproven }: ReceivedCallback,
): Promise<CallbackOutcome> {
  const isSigned = verifyCallbackSignature({ rawBody, signature, keys });
  if (!isSigned) await countUnproven();
  // V2 callbacks carry no signature at all; a wrong one is an attack or a wrong key in either case.
  if (!isSigned && !(deps.config.esimGo.callbackV2 && signature === null)) {
    deps.log.warn('callback_signature_wrong', { isMissing: signature === null });
    await countWrongSignature(deps);
    throw new AppError('unauthorized');
  }
  // PostgreSQL stores no NUL, and nothing that is worth a look holds one.
  const callback = parseCallback(new TextDecoder().decode(rawBody).replaceAll(String.raw`\u0000`, ''));
  const kind = kindOf(callback);
  const target = callback === null ? NOBODY : await findTarget(deps.db, callback);
  const isOurs = target.esimId !== null || target.orderId !== null;
  if (!isSigned && !isOurs) return 'ignored';
  const isBalance = isSigned && BALANCE_ALERTS.has(kind);
  const isHint = isOurs || isBalance;

  const isNew = await deps.db.transaction(async (tx) => {
    const inserted = await tx.query(
      `INSERT INTO inbox (source, event_key, kind, esim_id, order_id, outcome)
       VALUES ('esimgo', $1 || to_char(now() AT TIME ZONE 'UTC', $2), $3, $4, $5, $6)
       ON CONFLICT DO NOTHING RETURNING kind`,
      [
        ...(isSigned ? [digestOf(rawBody), ':YYYYMMDDHH24'] : [digestOf(JSON.stringify(target)), ':YYYYMMDDHH24MI']),
        kind,
        target.esimId,
        target.orderId,
        isHint ? 'queued' : 'ignored',
      ],
    );
    if (inserted.length === 0) return false;
    if (target.esimId !== null) {
      await enqueueAgain(tx, { kind: 'refresh_esim', subjectId: target.esimId });
      // Once more a little later: the callback may be ahead of what the API shows.
      await enqueueAgain(tx, {
        kind: 'refresh_esim',
        subjectId: target.esimId,
        discriminator: 'later',
        delayMs: LATER_MS,
      });
    }
    if (target.orderId !== null) await enqueueAgain(tx, { kind: 'refresh_order', subjectId: target.orderId });
    if (isBalance && LOW_BALANCE_ALERTS.has(kind)) {
      await enqueueAlert(tx, 'supplier_balance_low', { subjectId: 'supplier', everyS: BALANCE_ALERT_EVERY_S });
    }
    return true;
  });
  if (!isNew) return 'seen_before';
  if (isBalance) await deps.kv.delete(SUPPLIER_SNAPSHOT_KEY);
  return isHint ? 'queued' : 'ignored';
}

/** Whatever else it calls itself is not kept: it is a text that somebody chose. */
function kindOf(callback: EsimGoCallback | null): string {
  const kind = callback?.alertType ?? callback?.event ?? null;
  if (kind === null) return 'unknown';
  return KNOWN_KINDS.has(kind) ? kind : 'other';
}

function digestOf(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}

/** One may be a stray; several within the hour are a changed key or somebody trying. */
async function countWrongSignature(deps: ShopDeps): Promise<void> {
  try {
    const { count } = await deps.kv.increment('wrong-signatures', 1, WRONG_SIGNATURES_WITHIN_S);
    if (count === WRONG_SIGNATURES) await raiseAlert(deps, 'signature_failures', { everyS: SIGNATURE_ALERT_EVERY_S });
  } catch (error) {
    deps.log.warn('wrong_signature_not_counted', { error });
  }
}

interface Target {
  esimId: string | null;
  orderId: string | null;
}

const NOBODY: Target = { esimId: null, orderId: null };

/** An order is only re-read on its own account while it has no eSIM; after that its eSIM tells everything. */
async function findTarget(db: Sql, { iccid, orderId, orderReference }: EsimGoCallback): Promise<Target> {
  if (iccid === null && orderId === null && orderReference === null) return NOBODY;
  const [row] = await db.query<{ esim_id: string | null; order_id: string | null }>(
    `SELECT
       coalesce((SELECT id FROM esims WHERE iccid = $1 AND erased_at IS NULL), named.esim_id) AS esim_id,
       named.id AS order_id
     FROM (SELECT) AS one
     LEFT JOIN (SELECT id, esim_id FROM orders WHERE (id = $2 OR esimgo_order_id = $3) AND erased_at IS NULL LIMIT 1)
       AS named ON true`,
    [iccid, orderId, orderReference],
  );
  return row === undefined ? NOBODY : { esimId: row.esim_id, orderId: row.order_id };
}
