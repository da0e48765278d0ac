import type { Actor } from '../deps.ts';
import type { Sql } from '../db/sql.ts';
import type { OrderRow } from './order-row.ts';
import { MOVES, splitState, type MoveName } from './states.ts';

/** Columns that a move may set beside the state. `'now'` is PostgreSQL's clock. */
interface OrderPatch {
  esimgo_order_id?: string;
  esim_id?: string;
  failure_code?: string | null;
  needs_human?: string | null;
  erased_at?: null;
  paid_at?: 'now';
  ready_at?: 'now';
  refunded_at?: 'now';
  /** Seconds from now. */
  deliver_by?: number;
}

export interface MoveOptions {
  actor: Actor;
  set?: OrderPatch;
  /** Ids, codes and numbers only: events are kept for good. */
  details?: Readonly<Record<string, string | number | boolean | null>>;
}

/**
 * One conditional UPDATE with its event. Null when the order was in none of the states the move starts from: somebody
 * else moved it first, and the caller has nothing to do or decides anew.
 */
export async function moveOrder(
  tx: Sql,
  orderId: string,
  name: MoveName,
  { actor, set = {}, details = {} }: MoveOptions,
): Promise<OrderRow | null> {
  const move = MOVES[name];
  const { paymentStatus, provisioning } = splitState(move.to);
  const values: unknown[] = [orderId, move.from, paymentStatus, provisioning, move.event, move.to, actor, details];
  const patch = Object.entries(set).map(([column, value]) => `, ${column} = ${patchValue(column, value, values)}`);
  const [row] = await tx.query<OrderRow>(
    `WITH before AS (
       SELECT id, payment_status || '/' || provisioning AS state FROM orders WHERE id = $1 FOR UPDATE
     ), moved AS (
       UPDATE orders SET payment_status = $3, provisioning = $4${patch.join('')}
       FROM before WHERE orders.id = before.id AND before.state = ANY($2::text[])
       RETURNING orders.*, before.state AS from_state
     ), event AS (
       INSERT INTO order_events (order_id, type, from_state, to_state, actor, details)
       SELECT id, $5, from_state, $6, $7, $8::jsonb FROM moved
     )
     SELECT * FROM moved`,
    values,
  );
  return row ?? null;
}

function patchValue(column: string, value: unknown, values: unknown[]): string {
  if (value === 'now') return 'now()';
  values.push(value);
  return column === 'deliver_by' ? `now() + $${values.length}::integer * interval '1 second'` : `$${values.length}`;
}

/** An event that changes no state, such as a message sent or a listing read. */
export async function noteEvent(
  tx: Sql,
  orderId: string,
  type: string,
  { actor, details = {} }: Pick<MoveOptions, 'actor' | 'details'>,
): Promise<void> {
  await tx.query(`INSERT INTO order_events (order_id, type, actor, details) VALUES ($1, $2, $3, $4::jsonb)`, [
    orderId,
    type,
    actor,
    details,
  ]);
}
