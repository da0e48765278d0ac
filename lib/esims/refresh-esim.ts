import type { ShopDeps } from '../deps.ts';
import { EsimGoRefusedError, isEsimGoError } from '../esim-go/errors.ts';
import type { Assignment } from '../esim-go/wire/assignment.ts';
import type { EsimDetails } from '../esim-go/wire/esim.ts';
import { activateOrders } from '../orders/activate-orders.ts';
import type { EsimBundleRow, EsimRow } from './esim-row.ts';
import { esimStateOf } from './esim-state.ts';
import { nextRefreshInS } from './refresh-schedule.ts';

type RefreshDeps = Pick<ShopDeps, 'db' | 'supplier' | 'log' | 'now'>;

export type RefreshOutcome = 'refreshed' | 'not_found' | 'unavailable';

// When the supplier does not answer, the plan of looks is kept up without hammering it.
const RETRY_S = 300;

/**
 * Reads an eSIM and its bundles from the supplier, stores what it says, and makes orders active for which there is
 * evidence of use. The supplier's callbacks only cause this; nothing they say is taken over.
 */
export async function refreshEsim(deps: RefreshDeps, esimId: string): Promise<RefreshOutcome> {
  const [esim] = await deps.db.query<EsimBeforeLook>(
    `SELECT *, now() AS looked_at FROM esims WHERE id = $1 AND erased_at IS NULL`,
    [esimId],
  );
  if (esim === undefined) return 'not_found';
  let news: News;
  try {
    news = await readNews(deps, esim);
  } catch (error) {
    if (!isEsimGoError(error)) throw error;
    deps.log.warn('esim_not_refreshed', { esimId, error });
    await deps.db.query(
      `UPDATE esims SET next_refresh_at = now() + $2::integer * interval '1 second'
       WHERE id = $1 AND next_refresh_at <= now()`,
      [esimId, RETRY_S],
    );
    return 'unavailable';
  }
  await store(deps, esim, news);
  return 'refreshed';
}

interface EsimBeforeLook extends EsimRow {
  /** By the database's clock, before the supplier is asked. */
  looked_at: Date;
}

interface News {
  details: EsimDetails;
  assignments: readonly Assignment[];
  attachedAt: Date | null;
  location: { country: string | null; at: Date | null } | null;
}

async function readNews(deps: RefreshDeps, esim: EsimRow): Promise<News> {
  const [details, assignments] = await Promise.all([
    deps.supplier.getEsim(esim.iccid, { priority: 'usage' }),
    deps.supplier.listEsimBundles(esim.iccid, { includeUsed: true }),
  ]);
  const isInstalled = details.profileStatus === 'installed';
  if (!isInstalled) return { details, assignments, attachedAt: esim.attached_at, location: null };
  const [attachedAt, location] = await Promise.all([
    esim.attached_at ?? firstAttachment(deps, esim.iccid),
    lastLocation(deps, esim.iccid),
  ]);
  return { details, assignments, attachedAt, location };
}

async function firstAttachment({ supplier, now }: RefreshDeps, iccid: string): Promise<Date | null> {
  const entries = await supplier.getEsimHistory(iccid, { priority: 'usage' });
  const entry = entries.find(
    ({ name, alertType }) => /first\s*attachment/i.test(name) || alertType === 'FirstAttachment',
  );
  return entry === undefined ? null : (entry.at ?? now());
}

/** Refused until the eSIM has been on a network. */
async function lastLocation({ supplier }: RefreshDeps, iccid: string): Promise<News['location']> {
  try {
    const location = await supplier.getEsimLocation(iccid, { priority: 'usage' });
    return { country: location.country, at: location.lastSeenAt };
  } catch (error) {
    if (error instanceof EsimGoRefusedError && error.status !== 429) return null;
    throw error;
  }
}

async function store(
  deps: RefreshDeps,
  esim: EsimBeforeLook,
  { details, assignments, attachedAt, location }: News,
): Promise<void> {
  await deps.db.transaction(async (tx) => {
    // Erased while the supplier was asked, or known from a later look: an old one must not undo a suspension.
    const kept = await tx.query(
      `SELECT id FROM esims WHERE id = $1 AND erased_at IS NULL AND (refreshed_at IS NULL OR refreshed_at <= $2)
       FOR NO KEY UPDATE`,
      [esim.id, esim.looked_at],
    );
    if (kept.length === 0) return;
    const bundles = await tx.query<EsimBundleRow>(
      `INSERT INTO esim_bundles
         (esim_id, assignment_reference, assignment_id, order_id, bundle_name, state, unlimited, initial_bytes,
          remaining_bytes, starts_at, ends_at, assigned_at)
       SELECT $1, news.reference, news.id, o.id, news.bundle_name, news.state, news.unlimited, news.initial_bytes,
              news.remaining_bytes, news.starts_at, news.ends_at, news.assigned_at
       FROM jsonb_to_recordset($2::jsonb) AS news
         (reference text, id text, bundle_name text, state text, unlimited boolean, initial_bytes bigint,
          remaining_bytes bigint, starts_at timestamptz, ends_at timestamptz, assigned_at timestamptz)
       -- An assignment's reference is its order's with "-0", "-1" … behind it.
       LEFT JOIN orders o ON o.esim_id = $1 AND o.esimgo_order_id = regexp_replace(news.reference, '-\\d+$', '')
       ON CONFLICT (esim_id, assignment_reference) DO UPDATE SET
         assignment_id = excluded.assignment_id, order_id = coalesce(excluded.order_id, esim_bundles.order_id),
         state = excluded.state, unlimited = excluded.unlimited, initial_bytes = excluded.initial_bytes,
         remaining_bytes = excluded.remaining_bytes, starts_at = excluded.starts_at, ends_at = excluded.ends_at,
         assigned_at = excluded.assigned_at, as_of = now()
       RETURNING *`,
      [esim.id, JSON.stringify(assignments.map(recordOf))],
    );
    const fields = {
      profile_status: details.profileStatus,
      vendor_state: details.state,
      installed_at: details.firstInstalledAt ?? esim.installed_at,
      attached_at: attachedAt,
    };
    const state = esimStateOf(fields, bundles);
    // What a network knows already may begin its next plan any minute.
    const isAtTheDoor = state === 'installed' && attachedAt !== null;
    const ageS = (deps.now().getTime() - esim.created_at.getTime()) / 1000;
    await tx.query(
      `UPDATE esims SET profile_status = $2, vendor_state = $3, installed_at = $4, attached_at = coalesce(attached_at, $5),
         last_country = coalesce($6, last_country), last_seen_on_network_at = coalesce($7, last_seen_on_network_at),
         refreshed_at = $9, next_refresh_at = $9::timestamptz + $8::integer * interval '1 second'
       WHERE id = $1`,
      [
        esim.id,
        fields.profile_status,
        fields.vendor_state,
        fields.installed_at,
        fields.attached_at,
        location?.country?.slice(0, 8) ?? null,
        location?.at ?? null,
        nextRefreshInS(isAtTheDoor ? 'live' : state, ageS),
        esim.looked_at,
      ],
    );
    await activateOrders(tx, esim.id, fields.attached_at);
  });
}

function recordOf(assignment: Assignment): Record<string, unknown> {
  return {
    reference: assignment.reference,
    id: assignment.id,
    bundle_name: assignment.bundleName,
    state: assignment.state,
    unlimited: assignment.unlimited,
    initial_bytes: assignment.initialBytes,
    remaining_bytes: assignment.remainingBytes,
    starts_at: assignment.startTime,
    ends_at: assignment.endTime,
    assigned_at: assignment.assignedAt,
  };
}
