import type { PaymentStatus, Provisioning } from '../contract/order.ts';

/** The state of an order. What people see (`status`) is derived from it in the database. */
export type OrderState = `${PaymentStatus}/${Provisioning}`;

interface Move {
  readonly from: readonly OrderState[];
  readonly to: OrderState;
  /** The name in the event log; the plan's four names are the ones that others hang on. */
  readonly event: string;
}

// Nothing is on its way to the supplier, and it is known that nothing was bought: only from here may Stars go back.
const REFUNDABLE = ['paid/none', 'paid/claimed', 'paid/not_sent', 'paid/refused', 'paid/absent'] as const;

export const MOVES = {
  expire: { from: ['unpaid/none'], to: 'unpaid/cancelled', event: 'order.expired' },
  // An expired order may still be paid: Telegram lets an old invoice through when both sides were already under way.
  pay: { from: ['unpaid/none', 'unpaid/cancelled'], to: 'paid/none', event: 'order.paid' },
  claim: { from: ['paid/none', 'paid/not_sent', 'paid/absent'], to: 'paid/claimed', event: 'provision.claimed' },
  send: { from: ['paid/claimed'], to: 'paid/sending', event: 'provision.sending' },
  // The supplier said "not now" (key, rate limit, balance): nothing was bought and the same order may be sent later.
  defer: { from: ['paid/sending'], to: 'paid/claimed', event: 'provision.deferred' },
  miss: { from: ['paid/sending'], to: 'paid/not_sent', event: 'provision.not_sent' },
  refuse: { from: ['paid/sending', 'paid/claimed'], to: 'paid/refused', event: 'provision.refused' },
  lose: { from: ['paid/sending'], to: 'paid/unknown', event: 'provision.unknown' },
  // Also from states that a late answer can meet after the reconciler gave up on it, as long as nothing newer was sent.
  place: {
    from: ['paid/sending', 'paid/unknown', 'paid/absent', 'paid/claimed', 'paid/not_sent'],
    to: 'paid/placed',
    event: 'provision.placed',
  },
  // Left lying for long, perhaps in a backup: it may have been sent by a shop whose newer database is gone.
  doubt: {
    from: ['paid/none', 'paid/claimed', 'paid/not_sent', 'paid/absent'],
    to: 'paid/unknown',
    event: 'provision.doubted',
  },
  prove_absent: { from: ['paid/unknown'], to: 'paid/absent', event: 'provision.absent' },
  assign: { from: ['paid/placed'], to: 'paid/assigned', event: 'eSIM.ready' },
  give_up: { from: REFUNDABLE, to: 'refund_due/cancelled', event: 'order.failed' },
  refund: { from: ['refund_due/cancelled'], to: 'refunded/cancelled', event: 'order.refunded' },
  // After delivery only an admin or Telegram moves the money back.
  take_back: { from: ['paid/assigned'], to: 'refund_due/assigned', event: 'order.taken_back' },
  refund_delivered: { from: ['refund_due/assigned'], to: 'refunded/assigned', event: 'order.refunded' },
  charge_back_undelivered: {
    from: [...REFUNDABLE, 'refund_due/cancelled'],
    to: 'refunded/cancelled',
    event: 'order.charged_back',
  },
  charge_back_delivered: {
    from: ['paid/assigned', 'refund_due/assigned'],
    to: 'refunded/assigned',
    event: 'order.charged_back',
  },
} as const satisfies Record<string, Move>;

export type MoveName = keyof typeof MOVES;

export const FIRST_STATE: OrderState = 'unpaid/none';

/** States that nothing leaves. `paid/assigned` is where an order should end, and can still be refunded. */
export const TERMINAL_STATES: readonly OrderState[] = ['refunded/cancelled', 'refunded/assigned'];

export function splitState(state: OrderState): { paymentStatus: string; provisioning: string } {
  const [paymentStatus = '', provisioning = ''] = state.split('/');
  return { paymentStatus, provisioning };
}
