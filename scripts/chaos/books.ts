/** What both simulators hold: `GET /sandbox/api/ledger`. */
export interface Ledger {
  esimgo: {
    balance: number;
    orders: { order_reference: string; item: string; iccid: string; status: string }[];
    esims: { iccid: string; lpa: string; profile_status: string; customer_ref: string; state: string }[];
    assignments: { reference: string; iccid: string; state: string }[];
  };
  stars: {
    charges: { charge_id: string; user_id: number; amount: number; payload: string }[];
    refunds: { charge_id: string }[];
  };
}

/** What was done on purpose, and so what the books may show beside clean sales. */
export interface Exceptions {
  /** Charges of another shop on the same bot: recorded, left to a human. */
  foreignCharges?: readonly string[];
  /** Charges that Telegram or an admin took back after the delivery; counted apart. */
  takenBack?: readonly string[];
  /** Vendor orders that a late answer left to nobody. */
  orphans?: readonly string[];
  /** Vendor orders of another system on the same account. */
  foreignOrders?: readonly string[];
}

/** `lost`: paid, and neither delivered nor returned. `leaked`: delivered or returned without a payment that stands. */
export const BREACHES = ['double_ordered', 'lost', 'leaked', 'stuck'] as const;
export type Breach = (typeof BREACHES)[number];

export interface BrokenPromise {
  breach: Breach;
  /** What should hold and does not. */
  promise: string;
}

export interface Payment {
  charge: string;
  order_id: string | null;
  telegram_user_id: number;
  amount_stars: number;
  pays_for_order: boolean;
  state: string;
  refunded_by: string | null;
}

export interface OrderFacts {
  id: string;
  telegram_user_id: number;
  item: string;
  payment_status: string;
  provisioning: string;
  reference: string | null;
  iccid: string | null;
  owner: number | null;
  /** A person was told that the plan runs on although its Stars are back. */
  is_asked: boolean;
}

export interface Books {
  ledger: Ledger;
  payments: readonly Payment[];
  orders: readonly OrderFacts[];
}

/** Nothing can be used of an assignment in one of these. */
const ENDED: readonly string[] = ['revoked', 'depleted', 'expired', 'lapsed'];

type Query = <Row extends object>(text: string) => Promise<Row[]>;

/** Our side of the books. */
export async function readTables(query: Query): Promise<Omit<Books, 'ledger'>> {
  const [payments, orders] = await Promise.all([
    query<Payment>(
      `SELECT telegram_payment_charge_id AS charge, order_id, telegram_user_id, amount_stars, pays_for_order, state, refunded_by
       FROM payments`,
    ),
    query<OrderFacts>(
      `SELECT o.id, o.telegram_user_id, o.esimgo_product_id AS item, o.payment_status, o.provisioning,
         o.esimgo_order_id AS reference, e.iccid, e.telegram_user_id AS owner,
         EXISTS (SELECT FROM outbox WHERE kind = 'alert' AND subject_id = o.id
                   AND job_key IN ('alert:' || o.id || ':esim_not_withdrawn', 'alert:' || o.id || ':job_failed')) AS is_asked
       FROM orders o LEFT JOIN esims e ON e.id = o.esim_id`,
    ),
  ]);
  return { payments, orders };
}

/**
 * The promises of the money path, over the simulators' ledger and our tables: every charge paid for exactly one
 * delivered order or went back exactly once; nothing unpaid is delivered or runs on; the vendor's orders are our placed
 * orders; no charge is without a row. To be called when nothing is under way.
 */
export function brokenPromises(
  { ledger: { stars, esimgo }, payments, orders }: Books,
  { foreignCharges = [], takenBack = [], orphans = [], foreignOrders = [] }: Exceptions = {},
): BrokenPromise[] {
  const broken: BrokenPromise[] = [];
  const must = (holds: boolean, breach: Breach, promise: string): void => {
    if (!holds) broken.push({ breach, promise });
  };
  const paymentsOf = groupBy(payments, ({ charge }) => charge);
  const refundsOf = groupBy(stars.refunds, ({ charge_id: id }) => id);
  const orderOf = new Map(orders.map((order) => [order.id, order]));
  const placedAt = groupBy(esimgo.orders, ({ order_reference: reference }) => reference);
  const assignmentsOf = groupBy(esimgo.assignments, ({ reference }) => reference.replace(/-\d+$/, ''));
  const stopped = new Set(esimgo.esims.filter(({ state }) => state !== 'active').map(({ iccid }) => iccid));
  const payingFor = new Map<string, Payment[]>();

  for (const charge of stars.charges) {
    const id = charge.charge_id;
    const [payment, second] = paymentsOf.get(id) ?? [];
    must(payment !== undefined && second === undefined, 'lost', `charge ${id} has one row`);
    if (payment === undefined) continue;
    must(payment.telegram_user_id === charge.user_id, 'lost', `charge ${id} is booked to its payer`);
    must(payment.amount_stars === charge.amount, 'lost', `charge ${id} is booked with its amount`);
    const refunds = refundsOf.get(id)?.length ?? 0;
    must(refunds <= 1, 'leaked', `charge ${id} is refunded once at most`);
    const isBookedRight = (refunds === 1) === (payment.state === 'refunded');
    must(isBookedRight, 'lost', `charge ${id} is booked as refunded if and only if it is`);

    const order = payment.order_id === null ? undefined : orderOf.get(payment.order_id);
    const isDelivered = payment.pays_for_order && order?.provisioning === 'assigned';
    if (isDelivered) payingFor.set(order.id, [...(payingFor.get(order.id) ?? []), payment]);
    if (foreignCharges.includes(id)) {
      const isWaiting = payment.state === 'needs_human' && order === undefined;
      must(isWaiting, 'lost', `foreign charge ${id} waits for a human`);
    } else if (takenBack.includes(id)) {
      const isOver = isDelivered && order.payment_status === 'refunded';
      const isTakenBack = isOver && refunds === 1 && payment.refunded_by !== 'shop';
      must(isTakenBack, 'leaked', `charge ${id} was taken back after delivery`);
      const plans = assignmentsOf.get(order?.reference ?? '') ?? [];
      const isEnded =
        plans.length > 0 && plans.every(({ state, iccid }) => ENDED.includes(state) || stopped.has(iccid));
      must(isEnded || order?.is_asked === true, 'leaked', `the plan of the charge ${id} that was taken back has ended`);
    } else {
      const promise = `charge ${id} either paid for a delivered order or was refunded`;
      must(isDelivered !== (refunds === 1), isDelivered ? 'leaked' : 'lost', promise);
    }
  }
  must(payments.length === stars.charges.length, 'leaked', 'there are as many payments as charges');

  const holdersOf = groupBy(
    orders.filter(({ reference }) => reference !== null),
    ({ reference }) => reference ?? '',
  );
  for (const order of orders) {
    const { id } = order;
    const isAssigned = order.provisioning === 'assigned';
    must(!isAssigned || payingFor.get(id)?.length === 1, 'leaked', `${id} is delivered for one charge`);
    must(!isAssigned || order.owner === order.telegram_user_id, 'leaked', `the eSIM of ${id} belongs to its buyer`);
    const isOver = order.payment_status !== 'paid' || isAssigned;
    must(isOver && order.payment_status !== 'refund_due', 'stuck', `${id} came to an end`);
    if (order.reference === null) continue;
    const placed = placedAt.get(order.reference) ?? [];
    must(holdersOf.get(order.reference)?.length === 1, 'leaked', `${order.reference} belongs to one order`);
    must(placed.length === 1, 'leaked', `the order of ${id} is at the vendor once`);
    must(placed[0]?.item === order.item, 'leaked', `the vendor sold ${id} the right bundle`);
    must(!isAssigned || placed[0]?.iccid === order.iccid, 'leaked', `${id} holds the eSIM that was issued for it`);
  }

  const known = new Set([...orders.flatMap(({ reference }) => reference ?? []), ...orphans, ...foreignOrders]);
  for (const [reference, [bought]] of placedAt) {
    must(known.has(reference), 'double_ordered', `vendor order ${reference} (${bought?.item}) is one of ours`);
  }
  for (const reference of [...orphans, ...foreignOrders]) {
    must(placedAt.get(reference)?.length === 1, 'leaked', `vendor order ${reference} is at the vendor once`);
  }
  return broken;
}

function groupBy<Item>(items: readonly Item[], keyOf: (item: Item) => string): Map<string, Item[]> {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group === undefined) groups.set(keyOf(item), [item]);
    else group.push(item);
  }
  return groups;
}
