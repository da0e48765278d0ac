import type { SandboxSql } from '../context.ts';
import type { Assignment, Esim, HistoryEntry, Instant, InventoryLot, Order } from './entities.ts';

export interface Account {
  balanceMilli: number;
  ratePerS: number;
  latencyMs: number;
  catalogueAnswer: 'ok' | 404 | 403;
}

/** `null` as price: off sale. */
export interface BundleOverride {
  name: string;
  priceMilli: number | null;
}

export const START_BALANCE_MILLI = 1_000_000_000;
const START_RATE_PER_S = 10;
/** eSIM numbers and assignment ids are handed out in blocks: one trip to the sequence for so many. */
const BLOCK = 100;

const SCHEMA = `
  create sequence if not exists sandbox.esimgo_serial increment by ${BLOCK} start 1;
  create table if not exists sandbox.esimgo_account (
    id int primary key check (id = 1),
    balance_milli bigint not null,
    rate_per_s int not null,
    latency_ms int not null,
    catalogue_answer text not null
  );
  create table if not exists sandbox.esimgo_bundle_overrides (name text primary key, price_milli bigint);
  create table if not exists sandbox.esimgo_orders (
    reference uuid primary key,
    created_ms bigint not null,
    created_nanos int not null,
    status text not null,
    is_assigned boolean not null,
    items jsonb not null,
    total_milli bigint not null,
    running_balance_milli bigint,
    ready_ms bigint not null
  );
  create index if not exists esimgo_orders_by_time on sandbox.esimgo_orders (created_ms desc, created_nanos desc, reference);
  create table if not exists sandbox.esimgo_esims (
    iccid text primary key,
    matching_id text not null,
    smdp_host text not null,
    pin text not null,
    puk text not null,
    profile_name text not null,
    profile_status text not null,
    first_installed_ms bigint,
    customer_ref text not null,
    state text not null,
    last_action text not null,
    last_action_ms bigint not null,
    assigned_ms bigint not null,
    ready_ms bigint not null,
    first_attached_ms bigint,
    first_used_ms bigint,
    country text,
    last_seen_ms bigint,
    history jsonb not null
  );
  create index if not exists esimgo_esims_by_time on sandbox.esimgo_esims (assigned_ms desc, iccid desc);
  create index if not exists esimgo_esims_by_customer_ref on sandbox.esimgo_esims (customer_ref) where customer_ref <> '';
  create table if not exists sandbox.esimgo_assignments (
    id bigint primary key,
    iccid text not null,
    bundle_name text not null,
    reference text not null,
    state text not null,
    initial_bytes bigint not null,
    remaining_bytes bigint not null,
    assigned_ms bigint not null,
    assigned_nanos int not null,
    ready_ms bigint not null,
    started_ms bigint,
    ends_ms bigint,
    alerted_percent int not null
  );
  create index if not exists esimgo_assignments_by_iccid on sandbox.esimgo_assignments (iccid);
  create table if not exists sandbox.esimgo_inventory (
    id bigint primary key,
    bundle_name text not null,
    total int not null,
    remaining int not null,
    expires_ms bigint not null
  );
`;

// Whole numbers come back as floats because all of ours are far below 2^53, and pg gives bigint as text.
const ORDER_COLUMNS = `reference, created_ms::float8 as "createdMs", created_nanos as "createdNanos", status, is_assigned as "isAssigned",
  items, total_milli::float8 as "totalMilli", running_balance_milli::float8 as "runningBalanceMilli", ready_ms::float8 as "readyAtMs"`;
const ESIM_COLUMNS = `iccid, matching_id as "matchingId", smdp_host as "smdpHost", pin, puk, profile_name as "profileName",
  profile_status as "profileStatus", first_installed_ms::float8 as "firstInstalledAtMs", customer_ref as "customerRef", state,
  last_action as "lastAction", last_action_ms::float8 as "lastActionAtMs", assigned_ms::float8 as "assignedAtMs",
  ready_ms::float8 as "readyAtMs", first_attached_ms::float8 as "firstAttachedAtMs", first_used_ms::float8 as "firstUsedAtMs",
  country, last_seen_ms::float8 as "lastSeenAtMs", history`;
const ASSIGNMENT_COLUMNS = `id::float8 as id, iccid, bundle_name as "bundleName", reference, state, initial_bytes::float8 as "initialBytes",
  remaining_bytes::float8 as "remainingBytes", assigned_ms::float8 as "assignedMs", assigned_nanos as "assignedNanos",
  ready_ms::float8 as "readyAtMs", started_ms::float8 as "startedAtMs", ends_ms::float8 as "endsAtMs",
  alerted_percent as "alertedPercent"`;
const LOT_COLUMNS = `id::float8 as id, bundle_name as "bundleName", total, remaining, expires_ms::float8 as "expiresAtMs"`;

const INSERT_ORDER = `insert into sandbox.esimgo_orders
  (reference, created_ms, created_nanos, status, is_assigned, items, total_milli, running_balance_milli, ready_ms)`;

/**
 * One statement, so one transaction: either the balance covers the order and everything is written, or nothing is.
 * The account's row is locked for the length of the statement only.
 */
const PLACE_ORDER = `
  with paid as (
    update sandbox.esimgo_account set balance_milli = balance_milli - $1::bigint where id = 1 and balance_milli >= $1::bigint
    returning balance_milli
  ), placed as (
    ${INSERT_ORDER}
    select $2::uuid, $3::bigint, $4::int, 'completed', $5::boolean, $6::jsonb, $1::bigint, paid.balance_milli, $7::bigint from paid
  ), made as (
    insert into sandbox.esimgo_esims
    select made.* from paid, jsonb_populate_recordset(null::sandbox.esimgo_esims, $8::jsonb) made
  ), assigned as (
    insert into sandbox.esimgo_assignments
    select assigned.* from paid, jsonb_populate_recordset(null::sandbox.esimgo_assignments, $9::jsonb) assigned
  ), stocked as (
    insert into sandbox.esimgo_inventory
    select stocked.* from paid, jsonb_populate_recordset(null::sandbox.esimgo_inventory, $10::jsonb) stocked
  ), topped_up as (
    update sandbox.esimgo_esims esim
    set last_action = 'Bundle Applied', last_action_ms = $3::bigint, history = esim.history || (topped_up.value -> 'history')
    from paid, jsonb_array_elements($11::jsonb) topped_up
    where esim.iccid = topped_up.value ->> 'iccid'
  )
  select balance_milli::float8 as "balanceMilli" from paid`;

interface OrderRow extends Omit<Order, 'createdAt'> {
  createdMs: number;
  createdNanos: number;
}

interface AssignmentRow extends Omit<Assignment, 'assignedAt'> {
  assignedMs: number;
  assignedNanos: number;
}

type LedgerLine = Pick<Esim, 'iccid' | 'smdpHost' | 'matchingId' | 'profileStatus' | 'customerRef' | 'state'>;

type Queries = Pick<SandboxSql, 'query'>;

export interface PlacedOrder {
  order: Order;
  newEsims: readonly Esim[];
  assignments: readonly Assignment[];
  newLots: readonly InventoryLot[];
  toppedUp: readonly { iccid: string; history: readonly HistoryEntry[] }[];
}

export interface TimeBound {
  operator: '=' | '<' | '<=' | '>' | '>=';
  instant: Instant;
}

export type EsimStore = ReturnType<typeof createEsimStore>;

export function createEsimStore(sql: SandboxSql) {
  let nextSerial = 0;
  let blockEnd = 0;
  let block: Promise<void> | null = null;

  async function fetchBlock(): Promise<void> {
    const [row] = await sql.query<{ serial: string }>(`select nextval('sandbox.esimgo_serial') as serial`);
    if (row === undefined) throw new Error('The sequence sandbox.esimgo_serial gave no number.');
    nextSerial = Number(row.serial);
    blockEnd = nextSerial + BLOCK;
    block = null;
  }

  return {
    /** True if the account did not exist yet. */
    async createTables(): Promise<boolean> {
      await sql.query(SCHEMA);
      const rows = await sql.query(
        `insert into sandbox.esimgo_account (id, balance_milli, rate_per_s, latency_ms, catalogue_answer)
         values (1, $1, $2, 0, 'ok') on conflict do nothing returning id`,
        [START_BALANCE_MILLI, START_RATE_PER_S],
      );
      return rows.length === 1;
    },

    /** Never given twice, not even after a restart or a reset. */
    async takeSerial(): Promise<number> {
      while (nextSerial >= blockEnd) {
        block ??= fetchBlock();
        await block;
      }
      nextSerial += 1;
      return nextSerial - 1;
    },

    async loadAccount(): Promise<Account> {
      const [row] = await sql.query<{
        balanceMilli: number;
        ratePerS: number;
        latencyMs: number;
        catalogueAnswer: string;
      }>(
        `select balance_milli::float8 as "balanceMilli", rate_per_s as "ratePerS", latency_ms as "latencyMs",
           catalogue_answer as "catalogueAnswer" from sandbox.esimgo_account`,
      );
      if (row === undefined) throw new Error('The eSIM Go account of the sandbox has no row.');
      const answer = row.catalogueAnswer;
      return { ...row, catalogueAnswer: answer === '404' ? 404 : answer === '403' ? 403 : 'ok' };
    },

    /** Fields that are undefined stay as they are. */
    async changeAccount(change: {
      balanceMilli: number | undefined;
      ratePerS: number | undefined;
      latencyMs: number | undefined;
      catalogueAnswer: Account['catalogueAnswer'] | undefined;
    }): Promise<void> {
      await sql.query(
        `update sandbox.esimgo_account set balance_milli = coalesce($1, balance_milli), rate_per_s = coalesce($2, rate_per_s),
           latency_ms = coalesce($3, latency_ms), catalogue_answer = coalesce($4, catalogue_answer)`,
        [
          change.balanceMilli ?? null,
          change.ratePerS ?? null,
          change.latencyMs ?? null,
          change.catalogueAnswer === undefined ? null : String(change.catalogueAnswer),
        ],
      );
    },

    async loadOverrides(): Promise<BundleOverride[]> {
      return sql.query<BundleOverride>(
        'select name, price_milli::float8 as "priceMilli" from sandbox.esimgo_bundle_overrides order by name',
      );
    },

    async saveOverride({ name, priceMilli }: BundleOverride): Promise<void> {
      await sql.query(
        `insert into sandbox.esimgo_bundle_overrides (name, price_milli) values ($1, $2)
         on conflict (name) do update set price_milli = excluded.price_milli`,
        [name, priceMilli],
      );
    },

    async deleteOverride(name: string): Promise<void> {
      await sql.query('delete from sandbox.esimgo_bundle_overrides where name = $1', [name]);
    },

    /** The balance afterwards, or null if it did not cover the order and nothing was done. */
    async placeOrder(placed: PlacedOrder): Promise<number | null> {
      const { order } = placed;
      const [row] = await sql.query<{ balanceMilli: number }>(PLACE_ORDER, [
        order.totalMilli,
        order.reference,
        order.createdAt.ms,
        order.createdAt.nanos,
        order.isAssigned,
        JSON.stringify(order.items),
        order.readyAtMs,
        JSON.stringify(placed.newEsims.map(esimRecord)),
        JSON.stringify(placed.assignments.map(assignmentRecord)),
        JSON.stringify(placed.newLots.map(lotRecord)),
        JSON.stringify(placed.toppedUp),
      ]);
      return row?.balanceMilli ?? null;
    },

    /** An order without effect on anything else: one that failed, or the account's own top-up. */
    async insertOrder(order: Order): Promise<void> {
      await sql.query(`${INSERT_ORDER} values ($1, $2, $3, $4, $5, $6::jsonb, $7, $8, $9)`, [
        order.reference,
        order.createdAt.ms,
        order.createdAt.nanos,
        order.status,
        order.isAssigned,
        JSON.stringify(order.items),
        order.totalMilli,
        order.runningBalanceMilli,
        order.readyAtMs,
      ]);
    },

    async findOrders(references: readonly string[]): Promise<Order[]> {
      const rows = await sql.query<OrderRow>(
        `select ${ORDER_COLUMNS} from sandbox.esimgo_orders where reference = any($1::uuid[])`,
        [references],
      );
      return rows.map(toOrder);
    },

    /** Newest first. */
    async listOrders(
      bounds: readonly TimeBound[],
      limit: number,
      offset: number,
    ): Promise<{ orders: Order[]; rows: number }> {
      const values: unknown[] = [];
      const conditions = bounds.map(({ operator, instant }) => {
        values.push(instant.ms, instant.nanos);
        return `(created_ms, created_nanos) ${operator} ($${values.length - 1}::bigint, $${values.length}::int)`;
      });
      const where = conditions.length === 0 ? '' : `where ${conditions.join(' and ')}`;
      const [count] = await sql.query<{ rows: string }>(
        `select count(*) as rows from sandbox.esimgo_orders ${where}`,
        values,
      );
      const rows = await sql.query<OrderRow>(
        `select ${ORDER_COLUMNS} from sandbox.esimgo_orders ${where}
         order by created_ms desc, created_nanos desc, reference limit $${values.length + 1} offset $${values.length + 2}`,
        [...values, limit, offset],
      );
      return { orders: rows.map(toOrder), rows: Number(count?.rows ?? 0) };
    },

    async completedOrders(): Promise<Order[]> {
      const rows = await sql.query<OrderRow>(
        `select ${ORDER_COLUMNS} from sandbox.esimgo_orders where status = 'completed' order by created_ms, created_nanos, reference`,
      );
      return rows.map(toOrder);
    },

    async findEsims(iccids: readonly string[]): Promise<Esim[]> {
      return sql.query<Esim>(`select ${ESIM_COLUMNS} from sandbox.esimgo_esims where iccid = any($1)`, [iccids]);
    },

    /** Newest first unless ordered by number. */
    async listEsims(filter: EsimFilter, limit: number, offset: number): Promise<{ esims: Esim[]; rows: number }> {
      const { where, values } = esimCondition(filter);
      const order = filter.isByIccid ? `iccid ${filter.isDescending ? 'desc' : 'asc'}` : 'assigned_ms desc, iccid desc';
      const [count] = await sql.query<{ rows: string }>(
        `select count(*) as rows from sandbox.esimgo_esims ${where}`,
        values,
      );
      const esims = await sql.query<Esim>(
        `select ${ESIM_COLUMNS} from sandbox.esimgo_esims ${where} order by ${order}
         limit $${values.length + 1} offset $${values.length + 2}`,
        [...values, limit, offset],
      );
      return { esims, rows: Number(count?.rows ?? 0) };
    },

    /** Without the history, which is the largest part of an eSIM and of no use in the ledger. */
    async allEsims(): Promise<LedgerLine[]> {
      return sql.query<LedgerLine>(
        `select iccid, smdp_host as "smdpHost", matching_id as "matchingId", profile_status as "profileStatus",
           customer_ref as "customerRef", state from sandbox.esimgo_esims order by assigned_ms, iccid`,
      );
    },

    async allAssignments(): Promise<Assignment[]> {
      const rows = await sql.query<AssignmentRow>(
        `select ${ASSIGNMENT_COLUMNS} from sandbox.esimgo_assignments order by id`,
      );
      return rows.map(toAssignment);
    },

    /** False if there is no such eSIM. */
    async tagEsim(iccid: string, customerRef: string, entry: HistoryEntry): Promise<boolean> {
      const rows = await sql.query(
        `update sandbox.esimgo_esims set customer_ref = $2, last_action = $3, last_action_ms = $4, history = history || $5::jsonb
         where iccid = $1 returning iccid`,
        [iccid, customerRef, entry.name, entry.atMs, JSON.stringify([entry])],
      );
      return rows.length === 1;
    },

    async setEsimState(iccid: string, state: Esim['state'], entry: HistoryEntry): Promise<void> {
      await sql.query(
        `update sandbox.esimgo_esims set state = $2, last_action = $3, last_action_ms = $4, history = history || $5::jsonb
         where iccid = $1`,
        [iccid, state, entry.name, entry.atMs, JSON.stringify([entry])],
      );
    },

    async noteOnEsim(iccid: string, entry: HistoryEntry): Promise<void> {
      await sql.query(
        `update sandbox.esimgo_esims set last_action = $2, last_action_ms = $3, history = history || $4::jsonb where iccid = $1`,
        [iccid, entry.name, entry.atMs, JSON.stringify([entry])],
      );
    },

    /** Oldest first. */
    async assignmentsOf(iccid: string): Promise<Assignment[]> {
      return selectAssignments(sql, iccid);
    },

    async inventory(): Promise<InventoryLot[]> {
      return sql.query<InventoryLot>(
        `select ${LOT_COLUMNS} from sandbox.esimgo_inventory where remaining > 0 order by id`,
      );
    },

    /** The eSIM and its assignments, locked until `work` is done, or null if there is no such eSIM. */
    async withLockedEsim<Result>(
      iccid: string,
      work: (esim: Esim, assignments: Assignment[], changes: EsimChanges) => Promise<Result>,
    ): Promise<Result | null> {
      return sql.transaction(async (tx) => {
        const [esim] = await tx.query<Esim>(
          `select ${ESIM_COLUMNS} from sandbox.esimgo_esims where iccid = $1 for update`,
          [iccid],
        );
        if (esim === undefined) return null;
        return work(esim, await selectAssignments(tx, iccid), esimChanges(tx));
      });
    },

    async clear(): Promise<void> {
      await sql.transaction(async (tx) => {
        await tx.query('delete from sandbox.esimgo_orders');
        await tx.query('delete from sandbox.esimgo_esims');
        await tx.query('delete from sandbox.esimgo_assignments');
        await tx.query('delete from sandbox.esimgo_inventory');
        await tx.query('update sandbox.esimgo_account set balance_milli = $1', [START_BALANCE_MILLI]);
      });
    },
  };
}

export interface EsimFilter {
  field: 'iccid' | 'customerRef' | 'lastAction' | 'actionDate' | 'assignedDate' | null;
  /** With the vendor's operator still in front. */
  value: string;
  bound: TimeBound | null;
  isByIccid: boolean;
  isDescending: boolean;
}

export type EsimChanges = ReturnType<typeof esimChanges>;

/** Writes that belong into the transaction that locked the eSIM. */
function esimChanges(tx: Queries) {
  return {
    async saveEsim(esim: Esim): Promise<void> {
      await tx.query(
        `update sandbox.esimgo_esims set profile_status = $2, first_installed_ms = $3, last_action = $4, last_action_ms = $5,
           first_attached_ms = $6, first_used_ms = $7, country = $8, last_seen_ms = $9, history = $10::jsonb, state = $11
         where iccid = $1`,
        [
          esim.iccid,
          esim.profileStatus,
          esim.firstInstalledAtMs,
          esim.lastAction,
          esim.lastActionAtMs,
          esim.firstAttachedAtMs,
          esim.firstUsedAtMs,
          esim.country,
          esim.lastSeenAtMs,
          JSON.stringify(esim.history),
          esim.state,
        ],
      );
    },
    async saveAssignment(assignment: Assignment): Promise<void> {
      await tx.query(
        `update sandbox.esimgo_assignments set state = $2, remaining_bytes = $3, started_ms = $4, ends_ms = $5, alerted_percent = $6
         where id = $1`,
        [
          assignment.id,
          assignment.state,
          assignment.remainingBytes,
          assignment.startedAtMs,
          assignment.endsAtMs,
          assignment.alertedPercent,
        ],
      );
    },
    async addLot(lot: InventoryLot): Promise<void> {
      await tx.query(
        'insert into sandbox.esimgo_inventory (id, bundle_name, total, remaining, expires_ms) values ($1, $2, $3, $4, $5)',
        [lot.id, lot.bundleName, lot.total, lot.remaining, lot.expiresAtMs],
      );
    },
    async addToBalance(milli: number): Promise<void> {
      await tx.query('update sandbox.esimgo_account set balance_milli = balance_milli + $1', [milli]);
    },
  };
}

async function selectAssignments(queries: Queries, iccid: string): Promise<Assignment[]> {
  const rows = await queries.query<AssignmentRow>(
    `select ${ASSIGNMENT_COLUMNS} from sandbox.esimgo_assignments where iccid = $1 order by id`,
    [iccid],
  );
  return rows.map(toAssignment);
}

function toAssignment({ assignedMs, assignedNanos, ...rest }: AssignmentRow): Assignment {
  return { ...rest, assignedAt: { ms: assignedMs, nanos: assignedNanos } };
}

function toOrder({ createdMs, createdNanos, ...rest }: OrderRow): Order {
  return { ...rest, createdAt: { ms: createdMs, nanos: createdNanos } };
}

function esimCondition({ field, value, bound }: EsimFilter): { where: string; values: unknown[] } {
  const isExact = value.startsWith('eq:');
  const text = isExact ? value.slice(3) : value;
  switch (field) {
    case null:
      return { where: '', values: [] };
    case 'iccid':
    case 'customerRef':
    case 'lastAction': {
      const column = { iccid: 'iccid', customerRef: 'customer_ref', lastAction: 'last_action' }[field];
      if (isExact) return { where: `where ${column} = $1`, values: [text] };
      return { where: `where ${column} ilike $1`, values: [`%${text.replace(/[\\%_]/g, '\\$&')}%`] };
    }
    case 'actionDate':
    case 'assignedDate': {
      if (bound === null) return { where: '', values: [] };
      const column = field === 'actionDate' ? 'last_action_ms' : 'assigned_ms';
      return { where: `where ${column} ${bound.operator} $1`, values: [bound.instant.ms] };
    }
  }
}

function esimRecord(esim: Esim): object {
  return {
    iccid: esim.iccid,
    matching_id: esim.matchingId,
    smdp_host: esim.smdpHost,
    pin: esim.pin,
    puk: esim.puk,
    profile_name: esim.profileName,
    profile_status: esim.profileStatus,
    first_installed_ms: esim.firstInstalledAtMs,
    customer_ref: esim.customerRef,
    state: esim.state,
    last_action: esim.lastAction,
    last_action_ms: esim.lastActionAtMs,
    assigned_ms: esim.assignedAtMs,
    ready_ms: esim.readyAtMs,
    first_attached_ms: esim.firstAttachedAtMs,
    first_used_ms: esim.firstUsedAtMs,
    country: esim.country,
    last_seen_ms: esim.lastSeenAtMs,
    history: esim.history,
  };
}

function assignmentRecord(assignment: Assignment): object {
  return {
    id: assignment.id,
    iccid: assignment.iccid,
    bundle_name: assignment.bundleName,
    reference: assignment.reference,
    state: assignment.state,
    initial_bytes: assignment.initialBytes,
    remaining_bytes: assignment.remainingBytes,
    assigned_ms: assignment.assignedAt.ms,
    assigned_nanos: assignment.assignedAt.nanos,
    ready_ms: assignment.readyAtMs,
    started_ms: assignment.startedAtMs,
    ends_ms: assignment.endsAtMs,
    alerted_percent: assignment.alertedPercent,
  };
}

function lotRecord(lot: InventoryLot): object {
  return {
    id: lot.id,
    bundle_name: lot.bundleName,
    total: lot.total,
    remaining: lot.remaining,
    expires_ms: lot.expiresAtMs,
  };
}
