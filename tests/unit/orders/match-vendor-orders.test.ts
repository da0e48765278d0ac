import { describe, expect, it } from 'vitest';
import type { OrderAnswer, OrderAnswerItem } from '../../../lib/esim-go/wire/order.ts';
import {
  matchVendorOrders,
  staysDisputed,
  type FreeOrder,
  type OpenAttempt,
} from '../../../lib/orders/match-vendor-orders.ts';

const START = Date.parse('2026-05-01T12:00:00Z');
const MINUTE = 60_000;
const ITEM = 'esim_1GB_7D_TH_V2';
const OURS = '8943100000000000011';
const at = (minutes: number): Date => new Date(START + minutes * MINUTE);

/** Sent at the start, cut a minute later. */
function attempt(orderId: string, more: Partial<OpenAttempt> = {}): OpenAttempt {
  return { orderId, number: 1, state: 'unknown', item: ITEM, iccid: null, notBefore: at(0), notAfter: at(1), ...more };
}

function vendorOrder(
  orderReference: string | null,
  more: Partial<OrderAnswer> = {},
  item: Partial<OrderAnswerItem> = {},
): OrderAnswer {
  const bundle = { type: 'bundle', item: ITEM, quantity: 1, pricePerUnitMilli: 1_000, iccids: [], esims: [], ...item };
  return {
    orderReference,
    status: 'completed',
    statusMessage: '',
    totalMilli: 1_000,
    currency: 'USD',
    createdAt: at(0.5),
    items: [bundle],
    ...more,
  };
}

function pairs(attempts: readonly OpenAttempt[], free: readonly FreeOrder[]) {
  const { adopt, without } = matchVendorOrders(attempts, free);
  return {
    adopt: adopt.map((match) => `${match.attempt.orderId}=${match.vendorOrder.orderReference}`),
    without: without.map(({ orderId }) => orderId),
  };
}

describe('matchVendorOrders', () => {
  it('adopts the order that agrees in bundle, quantity and time', () => {
    expect(pairs([attempt('a')], [vendorOrder('x')])).toEqual({ adopt: ['a=x'], without: [] });
  });

  it.each<[string, OrderAnswer]>([
    ['of another bundle', vendorOrder('x', {}, { item: 'esim_5GB_30D_TH_V2' })],
    ['of two', vendorOrder('x', {}, { quantity: 2 })],
    ['of two bundles', vendorOrder('x', { items: [...vendorOrder('x').items, ...vendorOrder('x').items] })],
    ['of nothing', vendorOrder('x', { items: [] })],
    ['of balance', vendorOrder('x', {}, { type: 'topup' })],
    ['that failed', vendorOrder('x', { status: 'failed' })],
    ['from before the request', vendorOrder('x', { createdAt: at(-2) })],
    ['from after the request was cut', vendorOrder('x', { createdAt: at(3) })],
  ])('takes an order %s for nobody, so the attempt is not in the listing', (_what, order) => {
    expect(pairs([attempt('a')], [order])).toEqual({ adopt: [], without: ['a'] });
  });

  it('gives an order whose eSIM is tagged to the one it is tagged with, whenever it was made', () => {
    const tagged = { ...vendorOrder('x', { createdAt: at(60) }), ownerId: 'b' };
    expect(pairs([attempt('a'), attempt('b')], [tagged])).toEqual({ adopt: ['b=x'], without: ['a'] });
    // Somebody who is being served now cannot own it.
    expect(pairs([attempt('a', { state: 'sending', notAfter: null }), attempt('b')], [tagged]).adopt).toEqual(['b=x']);
  });

  it('allows a minute for clocks that differ', () => {
    expect(pairs([attempt('a')], [vendorOrder('x', { createdAt: at(-1) })]).adopt).toEqual(['a=x']);
    expect(pairs([attempt('a')], [vendorOrder('x', { createdAt: at(2) })]).adopt).toEqual(['a=x']);
  });

  it.each(['processing', 'unknown'] as const)('adopts an order whose status is %s: it was bought', (status) => {
    expect(pairs([attempt('a')], [vendorOrder('x', { status })]).adopt).toEqual(['a=x']);
  });

  it('gives a single order to the oldest unknown attempt', () => {
    const younger = attempt('young', { notBefore: at(0.4) });
    expect(pairs([younger, attempt('old')], [vendorOrder('x')])).toEqual({ adopt: ['old=x'], without: ['young'] });
  });

  it('gives equal orders to equal attempts, one each', () => {
    const found = pairs([attempt('a'), attempt('b', { notBefore: at(0.1) })], [vendorOrder('y'), vendorOrder('x')]);
    expect(found.adopt.map((match) => match.slice(0, 1)).toSorted()).toEqual(['a', 'b']);
    expect(new Set(found.adopt.map((match) => match.slice(2)))).toEqual(new Set(['x', 'y']));
    expect(found.without).toEqual([]);
  });

  it('adopts nothing that an attempt still sending could own, and does not count it as absence', () => {
    const sending = attempt('s', { state: 'sending', notAfter: null });
    expect(pairs([attempt('a'), sending], [vendorOrder('x')])).toEqual({ adopt: [], without: [] });
  });

  it('adopts what an attempt still sending cannot own', () => {
    const later = attempt('s', { state: 'sending', notBefore: at(5), notAfter: null });
    const other = attempt('t', { state: 'sending', item: 'esim_5GB_30D_TH_V2', notAfter: null });
    expect(pairs([attempt('a'), later, other], [vendorOrder('x')]).adopt).toEqual(['a=x']);
  });

  it('says nothing of attempts that are still sending', () => {
    expect(pairs([attempt('s', { state: 'sending', notAfter: null })], [])).toEqual({ adopt: [], without: [] });
  });

  it('gives a top-up only an order for exactly its own eSIM', () => {
    const topUp = attempt('t', { iccid: OURS });
    expect(pairs([topUp], [vendorOrder('x', {}, { iccids: [OURS] })]).adopt).toEqual(['t=x']);
    for (const iccids of [[], ['8943100000000000029'], [OURS, '8943100000000000029']]) {
      expect(pairs([topUp], [vendorOrder('x', {}, { iccids })])).toEqual({ adopt: [], without: ['t'] });
    }
  });

  it('never gives the order of a top-up to somebody who waits for a new eSIM', () => {
    const topUp = attempt('t', { iccid: OURS, notBefore: at(0.2) });
    const found = pairs([attempt('a'), topUp], [vendorOrder('x', {}, { iccids: [OURS] })]);
    expect(found).toEqual({ adopt: ['t=x'], without: ['a'] });
  });

  it.each([
    ['time', vendorOrder('x', { createdAt: null })],
    ['reference', vendorOrder(null)],
  ])('neither adopts an order without a readable %s nor takes it for absence', (_what, order) => {
    expect(pairs([attempt('a')], [order])).toEqual({ adopt: [], without: [] });
  });
});

describe('staysDisputed', () => {
  const sending = attempt('s', { state: 'sending', notAfter: null });

  it('is so while a request under way could own it, and everyone who waits for the like of it could too', () => {
    expect(staysDisputed([attempt('a'), attempt('b'), sending], vendorOrder('x'))).toBe(true);
  });

  it.each<[string, OpenAttempt[], OrderAnswer]>([
    ['nothing is under way', [attempt('a')], vendorOrder('x')],
    ['what is under way began later', [attempt('a'), { ...sending, notBefore: at(9) }], vendorOrder('x')],
    ['what is under way is of another bundle', [attempt('a'), { ...sending, item: 'other' }], vendorOrder('x')],
    ['one waits that only a tag could lead to it', [attempt('a', { notAfter: at(-5) }), sending], vendorOrder('x')],
    ['it failed', [attempt('a'), sending], vendorOrder('x', { status: 'failed' })],
  ])('is not so when %s', (_when, attempts, order) => {
    expect(staysDisputed(attempts, order)).toBe(false);
  });

  it('is left by matching as it is: adopted by nobody, and absent for nobody who could own it', () => {
    const unread = { ...vendorOrder('x'), isTagUnread: true };
    expect(pairs([attempt('a'), attempt('b', { notAfter: at(-5), notBefore: at(-6) })], [unread])).toEqual({
      adopt: [],
      without: ['b'],
    });
  });
});
