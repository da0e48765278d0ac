import type { Database, Sql } from '../db/sql.ts';
import { coverageKey, type ProductRow } from './plan-of-bundle.ts';
import type { Tier } from '../contract/catalogue.ts';

/** Another run has taken over: this one was silent for too long. What it still holds must not be written. */
export class SyncRunLostError extends Error {
  override name = 'SyncRunLostError';

  constructor(syncId: number) {
    super(`Catalogue sync ${syncId} is not running any more`);
  }
}

/** Far longer than a run that is alive, shorter than the patience with a catalogue that does not move. */
const ABANDONED_AFTER_S = 600;
/** A cost that moves further in one sync is more likely a mistake than a price. */
export const QUARANTINE_PERCENT = 40;
export const PRICE_ALERT_EVERY_S = 86_400;

/**
 * Null while another run is under way; the unique index on running rows decides. Silence is measured by PostgreSQL's
 * clock, since a process whose own is ahead would take a run over that is alive.
 */
export async function claimRun(db: Database, source: 'api' | 'import'): Promise<number | null> {
  return db.transaction(async (tx) => {
    await tx.query(
      `update catalogue_syncs set state = 'failed', finished_at = now(), failure = 'abandoned'
       where state = 'running' and started_at <= now() - make_interval(secs => $1)`,
      [ABANDONED_AFTER_S],
    );
    const [row] = await tx.query<{ id: number }>(
      `insert into catalogue_syncs (source, state) values ($1, 'running') on conflict do nothing returning id`,
      [source],
    );
    return row?.id ?? null;
  });
}

export async function knownCoverage(db: Sql): Promise<Map<string, readonly string[]>> {
  const rows = await db.query<{ code: string; tier: Tier; coverage: string[] }>(
    `select distinct on (destination_code, tier) destination_code as code, tier, coverage from esimgo_products
     where destination_kind <> 'country' order by destination_code, tier, sync_id desc, bundle_name`,
  );
  return new Map(rows.map(({ code, tier, coverage }) => [coverageKey(code, tier), coverage]));
}

const SAME_CURRENCY = 'product.cost_currency = excluded.cost_currency';
/** Of a row that is not hidden: the new cost waits for an admin, and the old one stays. */
const IS_SUSPECT = `${SAME_CURRENCY} and product.state <> 'hidden' and (product.state = 'quarantined'
  or abs(excluded.cost_milli - product.cost_milli) * 100 > product.cost_milli * ${QUARANTINE_PERCENT})`;

// The last SELECT sees the table as it was before this statement: `previous` is what `stored` replaced.
const STORE_ROWS = `
  with run as (
    update catalogue_syncs set pages = pages + 1, bundles = bundles + jsonb_array_length($2::jsonb)
    where id = $1 and state = 'running' returning id
  ), incoming as (
    select * from jsonb_to_recordset($2::jsonb) as row (
      bundle_name text, description text, group_name text, plan_type text, tier text, destination_code text,
      destination_kind text, destination_name text, coverage text[], data_mb integer, unlimited boolean, days integer,
      speeds text[], autostart boolean, cost_milli bigint)
  ), stored as (
    insert into esimgo_products as product (
      bundle_name, description, group_name, plan_type, tier, destination_code, destination_kind, destination_name,
      coverage, data_mb, unlimited, days, speeds, autostart, cost_milli, cost_currency, state, sync_id, first_seen_at,
      priced_at)
    select incoming.*, $3::text, 'listed', run.id, $4::timestamptz, $4::timestamptz from incoming cross join run order by bundle_name
    on conflict (bundle_name) do update set
      description = excluded.description, group_name = excluded.group_name, plan_type = excluded.plan_type,
      tier = excluded.tier, destination_code = excluded.destination_code, destination_kind = excluded.destination_kind,
      destination_name = excluded.destination_name, coverage = excluded.coverage, data_mb = excluded.data_mb,
      unlimited = excluded.unlimited, days = excluded.days, speeds = excluded.speeds, autostart = excluded.autostart,
      cost_currency = excluded.cost_currency, sync_id = excluded.sync_id, priced_at = excluded.priced_at,
      cost_milli = case when ${IS_SUSPECT} then product.cost_milli else excluded.cost_milli end,
      quarantine_cost_milli = case when ${IS_SUSPECT} then excluded.cost_milli end,
      state = case
        when product.state in ('hidden', 'quarantined') then product.state
        when ${IS_SUSPECT} then 'quarantined'
        else 'listed'
      end
    returning product.bundle_name, product.state, product.cost_milli, product.cost_currency
  )
  select (select count(*) from run) as runs,
    count(*) filter (where stored.state = 'listed' and coalesce(previous.state, 'delisted') = 'delisted') as added,
    count(*) filter (where stored.state = 'listed' and previous.state = 'listed'
      and (stored.cost_milli, stored.cost_currency) <> (previous.cost_milli, previous.cost_currency)) as repriced,
    count(*) filter (where stored.state = 'quarantined' and previous.state <> 'quarantined') as quarantined
  from stored left join esimgo_products previous using (bundle_name)`;

export async function storeRows(
  db: Sql,
  { syncId, rows, costCurrency, now }: { syncId: number; rows: readonly ProductRow[]; costCurrency: string; now: Date },
): Promise<{ added: number; repriced: number; quarantined: number }> {
  const [stored] = await db.query<{ runs: number; added: number; repriced: number; quarantined: number }>(STORE_ROWS, [
    syncId,
    JSON.stringify(rows),
    costCurrency,
    now,
  ]);
  if (!stored || stored.runs === 0) throw new SyncRunLostError(syncId);
  return stored;
}

interface RunCounts {
  added: number;
  repriced: number;
  quarantined: number;
}

/** Delists what this run did not see, and returns how much that is. */
export async function completeRun(
  db: Sql,
  { syncId, counts, now }: { syncId: number; counts: RunCounts; now: Date },
): Promise<number> {
  const [run] = await db.query<{ removed: number }>(
    `with run as (
       select id from catalogue_syncs where id = $1 and state = 'running' for update
     ), gone as (
       update esimgo_products set state = 'delisted', quarantine_cost_milli = null
       where sync_id <> $1 and state in ('listed', 'quarantined') and exists (select from run) returning 1
     )
     update catalogue_syncs set state = 'complete', finished_at = $2, added = $3, repriced = $4, quarantined = $5,
       removed = (select count(*) from gone)
     from run where catalogue_syncs.id = run.id returning removed`,
    [syncId, now, counts.added, counts.repriced, counts.quarantined],
  );
  if (!run) throw new SyncRunLostError(syncId);
  return run.removed;
}

export async function failRun(
  db: Sql,
  { syncId, counts, failure, now }: { syncId: number; counts: RunCounts; failure: string; now: Date },
): Promise<void> {
  await db.query(
    `update catalogue_syncs set state = 'failed', finished_at = $2, added = $3, repriced = $4, quarantined = $5,
       failure = $6
     where id = $1 and state = 'running'`,
    [syncId, now, counts.added, counts.repriced, counts.quarantined, failure],
  );
}
