import { describe, expect, it } from 'vitest';
import { brokenPromises, type Books, type OrderFacts, type Payment } from '../../../scripts/chaos/books.ts';

const CHARGE = { charge_id: 'c1', user_id: 1, amount: 100, payload: 'shop:ord' };
const VENDOR_ORDER = { order_reference: 'r1', item: 'bundle', iccid: '8901', status: 'completed' };
const PAYMENT: Payment = {
  charge: 'c1',
  order_id: 'ord_1',
  telegram_user_id: 1,
  amount_stars: 100,
  pays_for_order: true,
  state: 'recorded',
  refunded_by: null,
};
const ORDER: OrderFacts = {
  id: 'ord_1',
  telegram_user_id: 1,
  item: 'bundle',
  payment_status: 'paid',
  provisioning: 'assigned',
  reference: 'r1',
  iccid: '8901',
  owner: 1,
  is_asked: false,
};
const ASSIGNMENT = { reference: 'r1-0', iccid: '8901', state: 'queued' };
const ESIM = { iccid: '8901', lpa: '', profile_status: 'Released', customer_ref: '', state: 'active' };

/** One sale that went well, with what is given in place of its parts. */
function books(changes: {
  charges?: Books['ledger']['stars']['charges'];
  refunds?: string[];
  vendorOrders?: Books['ledger']['esimgo']['orders'];
  assignment?: Partial<typeof ASSIGNMENT>;
  esim?: Partial<typeof ESIM>;
  payments?: Payment[];
  orders?: OrderFacts[];
}): Books {
  const { charges = [CHARGE], refunds = [], vendorOrders = [VENDOR_ORDER] } = changes;
  return {
    ledger: {
      esimgo: {
        balance: 1,
        orders: vendorOrders,
        esims: [{ ...ESIM, ...changes.esim }],
        assignments: [{ ...ASSIGNMENT, ...changes.assignment }],
      },
      stars: { charges, refunds: refunds.map((id) => ({ charge_id: id })) },
    },
    payments: changes.payments ?? [PAYMENT],
    orders: changes.orders ?? [ORDER],
  };
}

const breachesOf = (given: Books): string[] => [...new Set(brokenPromises(given).map(({ breach }) => breach))];

describe('brokenPromises', () => {
  it('finds nothing in a sale that went well', () => {
    expect(brokenPromises(books({}))).toEqual([]);
  });

  it('finds nothing in a sale that was given back', () => {
    const given = books({
      refunds: ['c1'],
      vendorOrders: [],
      payments: [{ ...PAYMENT, state: 'refunded', refunded_by: 'shop' }],
      orders: [
        { ...ORDER, payment_status: 'refunded', provisioning: 'cancelled', reference: null, iccid: null, owner: null },
      ],
    });
    expect(brokenPromises(given)).toEqual([]);
  });

  it.each<[string, string, Parameters<typeof books>[0]]>([
    ['a charge without a row', 'lost', { payments: [], orders: [], vendorOrders: [] }],
    [
      'a charge that bought nothing',
      'lost',
      { vendorOrders: [], orders: [{ ...ORDER, payment_status: 'paid', provisioning: 'none', reference: null }] },
    ],
    ['a refund that is not booked', 'lost', { refunds: ['c1'] }],
    ['a delivery whose charge went back', 'leaked', { refunds: ['c1'], payments: [{ ...PAYMENT, state: 'refunded' }] }],
    ['a charge that went back twice', 'leaked', { refunds: ['c1', 'c1'] }],
    ['an eSIM in other hands', 'leaked', { orders: [{ ...ORDER, owner: 2 }] }],
    ['another eSIM than was issued', 'leaked', { orders: [{ ...ORDER, iccid: '8902' }] }],
    ['two orders on one vendor order', 'leaked', { orders: [ORDER, { ...ORDER, id: 'ord_2' }] }],
    [
      'a vendor order that nobody owns',
      'double_ordered',
      { vendorOrders: [VENDOR_ORDER, { ...VENDOR_ORDER, order_reference: 'r2', iccid: '8902' }] },
    ],
    ['an order that did not end', 'stuck', { orders: [{ ...ORDER, provisioning: 'placed' }] }],
  ])('finds %s', (_what, breach, changes) => {
    expect(breachesOf(books(changes))).toContain(breach);
  });

  const takenBack = (
    payment: Partial<Payment>,
    order: Partial<OrderFacts>,
    vendor: Pick<Parameters<typeof books>[0], 'assignment' | 'esim'> = { assignment: { state: 'revoked' } },
  ) =>
    brokenPromises(
      books({
        ...vendor,
        refunds: ['c1'],
        payments: [{ ...PAYMENT, state: 'refunded', refunded_by: 'telegram', ...payment }],
        orders: [{ ...ORDER, payment_status: 'refunded', ...order }],
      }),
      { takenBack: ['c1'] },
    ).map(({ breach }) => breach);

  it('counts apart what an admin or Telegram took back after the delivery', () => {
    expect(takenBack({}, {})).toEqual([]);
    expect(takenBack({ refunded_by: 'admin' }, {})).toEqual([]);
  });

  it('finds a refund after the delivery that the shop made by itself, or that the order does not show', () => {
    expect(takenBack({ refunded_by: 'shop' }, {})).toEqual(['leaked']);
    expect(takenBack({}, { payment_status: 'paid' })).toEqual(['leaked']);
  });

  it.each([
    ['the bundle is revoked', { assignment: { state: 'revoked' } }],
    ['the data is used up', { assignment: { state: 'depleted' } }],
    ['the eSIM is suspended', { assignment: { state: 'active' }, esim: { state: 'suspended' } }],
  ])('takes a plan whose Stars are back for ended when %s', (_what, vendor) => {
    expect(takenBack({}, {}, vendor)).toEqual([]);
  });

  it.each(['queued', 'active'])('finds a plan that runs on although its Stars are back: %s', (state) => {
    expect(takenBack({}, {}, { assignment: { state } })).toEqual(['leaked']);
    expect(takenBack({}, { is_asked: true }, { assignment: { state } })).toEqual([]);
  });

  it('finds a plan whose Stars are back and of which the vendor shows nothing', () => {
    expect(takenBack({}, {}, { assignment: { reference: 'r2-0', state: 'revoked' } })).toEqual(['leaked']);
  });
});
