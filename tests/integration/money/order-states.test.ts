import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  paymentStatusSchema,
  provisioningSchema,
  type PaymentStatus,
  type Provisioning,
} from '../../../lib/contract/order.ts';
import { connectPg } from '../../../lib/db/pg.ts';
import type { Database } from '../../../lib/db/sql.ts';
import { newId } from '../../../lib/ids.ts';
import { moveOrder } from '../../../lib/orders/move-order.ts';
import { FIRST_STATE, MOVES, splitState, type MoveName, type OrderState } from '../../../lib/orders/states.ts';
import { createTestDatabase } from '../../support/database.ts';

const BUYER = 1;
const ESIM = newId('esim');

let database: Awaited<ReturnType<typeof createTestDatabase>>;
let db: Database;
let priceRule: number;
beforeAll(async () => {
  database = await createTestDatabase();
  db = connectPg({ url: database.url, max: 4 });
  await db.query(`INSERT INTO users (telegram_user_id) VALUES ($1)`, [BUYER]);
  await db.query(
    `INSERT INTO esims (id, telegram_user_id, iccid, smdp_address, matching_id_sealed, destination_code, destination_name)
     VALUES ($1, $2, '8943100000000000011', 'rsp.example', 'sealed', 'TH', 'Thailand')`,
    [ESIM, BUYER],
  );
  const [rule] = await db.query<{ version: number }>(`INSERT INTO price_rules (rules) VALUES ('{}') RETURNING version`);
  priceRule = rule?.version ?? 0;
});
afterAll(async () => {
  await db?.close();
  await database?.drop();
});

/** A row in this state with everything that such an order has. */
async function insertOrder(payment: string, provisioning: string): Promise<string> {
  const id = newId('ord');
  const isPaid = payment !== 'unpaid';
  const isPlaced = provisioning === 'placed' || provisioning === 'assigned';
  await db.query(
    `INSERT INTO orders (id, telegram_user_id, kind, country_code, country_name, plan_id, plan_type, data_mb, days, tier,
       esimgo_product_id, esimgo_order_id, esim_id, price_stars, price_usd_cents, cost_milli, cost_currency, price_rule,
       payout_rate, payment_status, provisioning, idempotency_key, request_hash, expires_at, paid_at, deliver_by, ready_at,
       refunded_at)
     VALUES ($1, $2, 'new', 'TH', 'Thailand', 'p', 'standard', 1000, 7, 'fixed', 'p', $3, $4, 100, 200, 1000, 'USD', $5,
       13000, $6, $7, $1, repeat('0', 64), now(), $8, $8, $9, $10)`,
    [
      id,
      BUYER,
      isPlaced ? `vendor-${id}` : null,
      provisioning === 'assigned' ? ESIM : null,
      priceRule,
      payment,
      provisioning,
      isPaid ? new Date() : null,
      provisioning === 'assigned' ? new Date() : null,
      payment === 'refunded' ? new Date() : null,
    ],
  );
  return id;
}

const PAIRS = paymentStatusSchema.options.flatMap((payment) =>
  provisioningSchema.options.map(
    (provisioning): { state: OrderState; payment: PaymentStatus; provisioning: Provisioning } => ({
      state: `${payment}/${provisioning}`,
      payment,
      provisioning,
    }),
  ),
);
const NAMED = new Set<OrderState>([
  FIRST_STATE,
  ...Object.values(MOVES).flatMap(({ from, to }): OrderState[] => [...from, to]),
]);
const MOVE_NAMES = Object.keys(MOVES).filter((name): name is MoveName => Object.hasOwn(MOVES, name));

describe('a row of orders', () => {
  it.each(PAIRS)('may be $state exactly if the table of states knows it', async ({ state, payment, provisioning }) => {
    const isStored = await insertOrder(payment, provisioning).then(
      () => true,
      () => false,
    );
    expect(isStored).toBe(NAMED.has(state));
  });

  it.each([
    ['is paid without a time', `payment_status = 'paid', provisioning = 'none'`],
    [
      'is placed without the supplier’s reference',
      `payment_status = 'paid', paid_at = now(), deliver_by = now(), provisioning = 'placed'`,
    ],
    [
      'is delivered without an eSIM',
      `payment_status = 'paid', paid_at = now(), deliver_by = now(), provisioning = 'assigned', esimgo_order_id = 'x', ready_at = now()`,
    ],
    [
      'is refunded without a time',
      `payment_status = 'refunded', paid_at = now(), deliver_by = now(), provisioning = 'cancelled'`,
    ],
    ['tops up no eSIM', `kind = 'top_up'`],
  ])('cannot exist that %s', async (_what, change) => {
    const id = await insertOrder('unpaid', 'none');
    await expect(db.query(`UPDATE orders SET ${change} WHERE id = $1`, [id])).rejects.toThrow(/check constraint/);
  });

  it('never shares its supplier’s order with another', async () => {
    const [first, second] = [await insertOrder('paid', 'sending'), await insertOrder('paid', 'sending')];
    const place = (id: string) => moveOrder(db, id, 'place', { actor: 'supplier', set: { esimgo_order_id: 'same' } });
    expect(await place(first)).not.toBeNull();
    await expect(place(second)).rejects.toThrow(/unique/);
  });
});

describe('moveOrder', () => {
  it.each(MOVE_NAMES)('makes the move "%s" from the states it names and from no other', async (name) => {
    const move = MOVES[name];
    const set = {
      ...(move.to.startsWith('refunded/') ? { refunded_at: 'now' as const } : {}),
      ...(name === 'pay' ? { paid_at: 'now' as const, deliver_by: 900 } : {}),
      ...(name === 'assign' ? { esim_id: ESIM, ready_at: 'now' as const } : {}),
    };
    for (const state of NAMED) {
      const { paymentStatus, provisioning } = splitState(state);
      const id = await insertOrder(paymentStatus, provisioning);
      const reference = name === 'place' ? { esimgo_order_id: `vendor-of-${id}` } : {};
      const moved = await moveOrder(db, id, name, { actor: 'clock', set: { ...set, ...reference } });
      const isAllowed = (move.from as readonly OrderState[]).includes(state);
      expect([state, moved !== null]).toEqual([state, isAllowed]);
      const events = await db.query(`SELECT type, from_state, to_state FROM order_events WHERE order_id = $1`, [id]);
      expect(events).toEqual(isAllowed ? [{ type: move.event, from_state: state, to_state: move.to }] : []);
    }
  });

  it('is won by one of ten at once', async () => {
    const id = await insertOrder('paid', 'none');
    const moves = await Promise.all(
      Array.from({ length: 10 }, () => db.transaction((tx) => moveOrder(tx, id, 'claim', { actor: 'clock' }))),
    );
    expect(moves.filter((moved) => moved !== null)).toHaveLength(1);
    expect(await db.query(`SELECT id FROM order_events WHERE order_id = $1`, [id])).toHaveLength(1);
  });
});
