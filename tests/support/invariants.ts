import { expect } from 'vitest';
import type { Ledger, ShopUnderTest } from './shop.ts';

/** What a test did on purpose, and so what the books may show beside clean sales. */
interface Exceptions {
  /** Charges of another shop on the same bot: recorded, left to a human. */
  foreignCharges?: readonly string[];
  /** Charges that Telegram or an admin took back after the delivery; counted apart. */
  takenBack?: readonly string[];
  /** Vendor orders that a late answer left to nobody. */
  orphans?: readonly string[];
  /** Vendor orders of another system on the same account. */
  foreignOrders?: readonly string[];
}

interface PaymentRow {
  charge: string;
  order_id: string | null;
  telegram_user_id: number;
  amount_stars: number;
  pays_for_order: boolean;
  state: string;
  refunded_by: string | null;
}

interface OrderFacts {
  id: string;
  telegram_user_id: number;
  item: string;
  payment_status: string;
  provisioning: string;
  reference: string | null;
  iccid: string | null;
  owner: number | null;
}

/**
 * The promises of the money path, over the simulators' ledger and our tables: every charge paid for exactly one
 * delivered order or went back exactly once; nothing unpaid is delivered; the vendor's orders are our placed orders; no
 * charge is without a row. To be called when nothing is under way.
 */
export async function expectBooksToBalance(shop: ShopUnderTest, exceptions: Exceptions = {}): Promise<void> {
  const [ledger, payments, orders] = await Promise.all([shop.ledger(), readPayments(shop), readOrders(shop)]);
  expect(brokenPromises(ledger, payments, orders, exceptions)).toEqual([]);
}

function readPayments({ query }: ShopUnderTest): Promise<PaymentRow[]> {
  return query<PaymentRow>(
    `SELECT telegram_payment_charge_id AS charge, order_id, telegram_user_id, amount_stars, pays_for_order, state, refunded_by
     FROM payments`,
  );
}

function readOrders({ query }: ShopUnderTest): Promise<OrderFacts[]> {
  return query<OrderFacts>(
    `SELECT o.id, o.telegram_user_id, o.esimgo_product_id AS item, o.payment_status, o.provisioning,
       o.esimgo_order_id AS reference, e.iccid, e.telegram_user_id AS owner
     FROM orders o LEFT JOIN esims e ON e.id = o.esim_id`,
  );
}

function brokenPromises(
  { stars, esimgo }: Ledger,
  payments: readonly PaymentRow[],
  orders: readonly OrderFacts[],
  { foreignCharges = [], takenBack = [], orphans = [], foreignOrders = [] }: Exceptions,
): string[] {
  const broken: string[] = [];
  const must = (holds: boolean, sentence: string): void => {
    if (!holds) broken.push(sentence);
  };
  const payingFor = new Map<string, PaymentRow[]>();

  for (const charge of stars.charges) {
    const id = charge.charge_id;
    const [payment, second] = payments.filter((row) => row.charge === id);
    must(payment !== undefined && second === undefined, `charge ${id} has one row`);
    if (payment === undefined) continue;
    must(payment.telegram_user_id === charge.user_id, `charge ${id} is booked to its payer`);
    must(payment.amount_stars === charge.amount, `charge ${id} is booked with its amount`);
    const refunds = stars.refunds.filter((refund) => refund.charge_id === id).length;
    must(refunds <= 1, `charge ${id} is refunded once at most`);
    must((refunds === 1) === (payment.state === 'refunded'), `charge ${id} is booked as refunded if and only if it is`);

    const order = orders.find((row) => row.id === payment.order_id);
    const isDelivered = payment.pays_for_order && order?.provisioning === 'assigned';
    if (isDelivered) payingFor.set(order.id, [...(payingFor.get(order.id) ?? []), payment]);
    if (foreignCharges.includes(id)) {
      must(payment.state === 'needs_human' && order === undefined, `foreign charge ${id} waits for a human`);
    } else if (takenBack.includes(id)) {
      must(
        isDelivered && refunds === 1 && payment.refunded_by !== 'shop',
        `charge ${id} was taken back after delivery`,
      );
    } else {
      must(isDelivered !== (refunds === 1), `charge ${id} either paid for a delivered order or was refunded`);
    }
  }
  must(payments.length === stars.charges.length, 'there are as many payments as charges');

  for (const order of orders) {
    const { id } = order;
    const isAssigned = order.provisioning === 'assigned';
    must(!isAssigned || payingFor.get(id)?.length === 1, `${id} is delivered for one charge`);
    must(!isAssigned || order.owner === order.telegram_user_id, `the eSIM of ${id} belongs to its buyer`);
    const isOver = order.payment_status !== 'paid' || isAssigned;
    must(isOver && order.payment_status !== 'refund_due', `${id} came to an end`);
    if (order.reference === null) continue;
    const placed = esimgo.orders.filter(({ order_reference: reference }) => reference === order.reference);
    must(placed.length === 1, `the order of ${id} is at the vendor once`);
    must(placed[0]?.item === order.item, `the vendor sold ${id} the right bundle`);
    must(placed[0]?.iccid === order.iccid, `${id} holds the eSIM that the vendor issued for it`);
  }

  const bought = esimgo.orders.map(({ order_reference: reference }) => reference);
  const known = [...orders.flatMap(({ reference }) => reference ?? []), ...orphans, ...foreignOrders];
  must(
    JSON.stringify(bought.toSorted()) === JSON.stringify(known.toSorted()),
    `the vendor's orders (${bought.length}) are our placed orders (${known.length})`,
  );
  return broken;
}
