import { signal } from '@preact/signals-core';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Order, OrderAnswer } from '../../../lib/contract/order.ts';
import { ESIMGoClientError } from '../../../src/esimgo-client.ts';
import { forget } from '../../../src/kept-values.ts';
import { isMoving, movingWords, nextLookAtOrdersMs } from '../../../src/order-words.ts';
import { isInDoubt } from '../../../src/reported-payments.ts';
import { createPayment, faceOf, pollAfterMs } from '../../../src/screens/payment/controller.ts';
import type { PaymentOutcome } from '../../../src/telegram.ts';
import { scope } from '../../../src/ui/scope.ts';
import { anOrder } from '../../support/app-samples.ts';

let orders = 0;

/** Each test has an order of its own: what a sheet said of one is remembered for as long as the app is open. */
function pending(changes: Partial<Order> = {}): Order {
  orders += 1;
  return anOrder({ id: `ord_${orders}`, status: 'pending', esim_id: null, ...changes });
}

/** `server` is asked anew each time, so a test may change its mind. */
async function open(
  order: Order,
  {
    invoice = null,
    outcome = 'cancelled',
    ...server
  }: {
    invoice?: string | null;
    outcome?: PaymentOutcome;
    status?: () => Promise<Order>;
    pay?: () => Promise<OrderAnswer>;
    requestWriteAccess?: () => Promise<boolean>;
    now?: () => number;
  } = {},
) {
  const opened: string[] = [];
  const felt: string[] = [];
  const sent: string[] = [];
  const requestWriteAccess = vi.fn(server.requestWriteAccess ?? (() => Promise.resolve(false)));
  const { result: payment, dispose } = scope(() =>
    createPayment(
      {
        client: {
          getOrderStatus: server.status ?? (() => Promise.resolve(order)),
          continueOrder: server.pay ?? (() => Promise.resolve({ order, invoice_url: 'https://t.me/$x' })),
          sendToChat: (id) => {
            sent.push(id);
            return Promise.resolve('sent');
          },
        },
        track: () => {},
        now: server.now ?? (() => 0),
        telegram: {
          openInvoice: (url) => {
            opened.push(url);
            return Promise.resolve(outcome);
          },
          canBotWrite: signal(false),
          requestWriteAccess,
          haptic: { success: () => felt.push('success'), error: () => felt.push('error') },
        },
      },
      { orderId: order.id, invoice },
    ),
  );
  leave.push(dispose);
  await payment.order.reload();
  return { payment, opened, sent, felt, requestWriteAccess };
}

beforeEach(() => forget('asked-to-write'));

const leave: (() => void)[] = [];
afterEach(() => leave.splice(0).forEach((dispose) => dispose()));

const refusal =
  (code: 'price_changed' | 'offline', details: Record<string, unknown> = {}) =>
  () =>
    Promise.reject(new ESIMGoClientError(code, { details }));

describe('a payment that the sheet reported and the server has not seen', () => {
  it.each(['paid', 'pending', 'unknown'])('is looked for after %s', async (invoice) => {
    const order = pending();
    expect((await open(order, { invoice })).payment.face.value).toBe('checking');
    expect((await open({ ...order, status: 'processing' })).payment.face.value).toBe('issuing');
  });

  it('is never called unpaid while the app is open, if the sheet called it paid', async () => {
    const order = pending();
    await open(order, { invoice: 'paid' });
    expect((await open(order)).payment.face.value).toBe('checking');
    expect((await open({ ...order, status: 'expired' })).payment.face.value).toBe('doubt');
    expect((await open(pending())).payment.face.value).toBe('unpaid');
  });

  it.each(['cancelled', 'failed', null])('is none after %s', async (invoice) => {
    const order = pending();
    expect((await open(order, { invoice })).payment.face.value).toBe('unpaid');
    expect((await open(order)).payment.face.value).toBe('unpaid');
  });
});

describe('a payment that the server knows to be confirmed', () => {
  it('is in doubt on every device, whatever the sheet said there', async () => {
    const order = pending({ payment_in_doubt: true });
    for (const invoice of ['cancelled', 'failed', null]) {
      expect((await open(order, { invoice })).payment.face.value).toBe('checking');
    }
    expect((await open({ ...order, status: 'expired' })).payment.face.value).toBe('doubt');
    expect(isInDoubt({ ...order, status: 'ready' })).toBe(false);
  });

  it('is looked for in the lists too, which do not call it unpaid', () => {
    const order = pending();
    const late = Date.parse(order.expires_at) + 1;
    expect(movingWords(order, 'en')).toBe('Waits for payment');
    expect(isMoving(order, late)).toBe(false);
    expect(nextLookAtOrdersMs([order])).toBeNull();
    const confirmed = { ...order, payment_in_doubt: true };
    expect(movingWords(confirmed, 'en')).toBe('Checking the payment');
    expect(isMoving(confirmed, late)).toBe(true);
    expect(nextLookAtOrdersMs([confirmed])).not.toBeNull();
  });
});

describe('continuePayment', () => {
  it('opens the sheet of the same order', async () => {
    const { payment, opened } = await open(pending(), { outcome: 'paid' });
    await payment.continuePayment();
    expect(opened).toEqual(['https://t.me/$x']);
    expect(payment.face.value).toBe('checking');
  });

  it('opens no sheet for an order that turns out to be paid, and shows that it is', async () => {
    let order = pending();
    const { payment, opened } = await open(order, {
      pay: () => Promise.resolve({ order }),
      status: () => Promise.resolve(order),
    });
    order = { ...order, status: 'processing' };
    await payment.continuePayment();
    expect(opened).toEqual([]);
    expect(payment.face.value).toBe('issuing');
  });

  it('says that nothing was charged only once the server has answered after the sheet', async () => {
    let answer: () => Promise<Order> = () => Promise.resolve(order);
    const order = pending();
    const { payment } = await open(order, { status: () => answer() });
    expect(payment.note.value).toBe('unpaid');
    answer = refusal('offline');
    await payment.continuePayment();
    expect(payment.note.value).toBe('asking');
    answer = () => Promise.resolve(order);
    await payment.order.reload();
    expect(payment.note.value).toBe('cancelled');
  });

  it('does not take an answer from before the sheet was closed for one after it', async () => {
    let arrive = (_order: Order): void => {};
    const early = new Promise<Order>((resolve) => (arrive = resolve));
    let answer: () => Promise<Order> = () => Promise.resolve(order);
    const order = pending();
    const { payment } = await open(order, { status: () => answer() });
    answer = () => early;
    const looking = payment.order.reload();
    answer = refusal('offline');
    await payment.continuePayment();
    arrive(order);
    await looking;
    expect(payment.note.value).toBe('asking');
  });

  it('calls a payment that macOS says was cancelled what the server says it is', async () => {
    let answer = pending();
    const { payment } = await open(answer, { status: () => Promise.resolve(answer) });
    answer = { ...answer, payment_in_doubt: true };
    await payment.continuePayment();
    expect(payment.face.value).toBe('checking');
    answer = { ...answer, status: 'ready', payment_in_doubt: false };
    await payment.order.reload();
    expect(payment.face.value).toBe('ready');
  });

  it('names the reason when the order can no longer be kept at its price', async () => {
    const { payment, opened } = await open(pending(), { pay: refusal('price_changed', { price_stars: 300 }) });
    await payment.continuePayment();
    expect(opened).toEqual([]);
    expect(payment.problem.value).toBe('price_changed');
    expect(payment.newStars.value).toBe(300);
    expect(payment.isPaying.value).toBe(false);
  });
});

describe('the question whether the bot may write', () => {
  it('is asked once after a payment here, and nothing waits for its answer', async () => {
    const first = await open(pending(), { outcome: 'paid', requestWriteAccess: () => new Promise(() => {}) });
    expect(first.requestWriteAccess).not.toHaveBeenCalled();
    await first.payment.continuePayment();
    expect(first.requestWriteAccess).toHaveBeenCalledOnce();
    expect(first.payment.isPaying.value).toBe(false);
    const second = await open(pending(), { outcome: 'paid' });
    await second.payment.continuePayment();
    expect(second.requestWriteAccess).not.toHaveBeenCalled();
  });

  it('waits for the server where the sheet said that nothing was paid', async () => {
    let answer = pending({ paid_at: null });
    const { payment, requestWriteAccess } = await open(answer, { status: () => Promise.resolve(answer) });
    await payment.continuePayment();
    expect(payment.face.value).toBe('unpaid');
    expect(requestWriteAccess).not.toHaveBeenCalled();
    answer = { ...answer, status: 'processing', paid_at: answer.created_at };
    await payment.continuePayment();
    expect(payment.face.value).toBe('issuing');
    expect(requestWriteAccess).toHaveBeenCalledOnce();
  });

  it('is not asked of who opens an order that was paid before', async () => {
    const { payment, requestWriteAccess } = await open(pending({ status: 'processing' }));
    await payment.continuePayment();
    expect(payment.face.value).toBe('issuing');
    expect(requestWriteAccess).not.toHaveBeenCalled();
  });

  it('sends the eSIM that was ready before it was answered with yes', async () => {
    const order = pending();
    const { payment, sent } = await open(order, {
      outcome: 'paid',
      status: () => Promise.resolve(anOrder({ id: order.id })),
      requestWriteAccess: () => Promise.resolve(true),
    });
    await payment.continuePayment();
    await new Promise((resolve) => setImmediate(resolve));
    expect(sent).toEqual(['esim_AAAAAAAAAAAAAAAAAAAA']);
  });
});

describe('an order that takes long', () => {
  const PAID_AT = Date.parse('2026-01-01T10:00:00.000Z');
  const paid = (changes: Partial<Order> = {}) =>
    pending({
      status: 'processing',
      paid_at: new Date(PAID_AT).toISOString(),
      deliver_by: new Date(PAID_AT + 900_000).toISOString(),
      ...changes,
    });

  it('counts down to the return of the Stars once it takes longer than usual', async () => {
    let now = PAID_AT;
    const { payment } = await open(paid(), { now: () => now });
    expect(payment.isLate.value).toBe(false);
    now += 61_000;
    await payment.continuePayment();
    expect(payment.isLate.value).toBe(true);
    expect(payment.leftMs.value).toBe(839_000);
    expect(payment.face.value).toBe('issuing');
  });

  it('promises no time that has passed', async () => {
    let now = PAID_AT + 899_000;
    const { payment } = await open(paid(), { now: () => now });
    expect(payment.face.value).toBe('issuing');
    now += 2_000;
    await payment.order.reload();
    expect(payment.face.value).toBe('overdue');
  });

  it('is not called overdue by who has not heard of it since', async () => {
    let now = PAID_AT + 800_000;
    let answer = () => Promise.resolve(order);
    const order = paid();
    const { payment } = await open(order, { now: () => now, status: () => answer(), pay: refusal('offline') });
    answer = refusal('offline');
    now += 200_000;
    await payment.continuePayment();
    expect(payment.leftMs.value).toBe(0);
    expect(payment.face.value).toBe('issuing');
    expect(payment.unseen.value).toBe('offline');
  });

  it('has time again where the server gives it some', async () => {
    let order = paid();
    const { payment } = await open(order, { now: () => PAID_AT + 901_000, status: () => Promise.resolve(order) });
    expect(payment.face.value).toBe('overdue');
    order = { ...order, deliver_by: new Date(PAID_AT + 1_000_000).toISOString() };
    await payment.order.reload();
    expect(payment.face.value).toBe('issuing');
  });
});

describe('an order that ends without an eSIM', () => {
  it.each([['refunded'], ['failed', 'refunded']] as const)('is felt once, by the way of %s %s', async (...way) => {
    let order = pending({ status: 'processing' });
    const { payment, felt } = await open(order, {
      status: () => Promise.resolve(order),
      pay: () => Promise.resolve({ order }),
    });
    await payment.continuePayment();
    for (const status of way) {
      order = { ...order, status };
      await payment.continuePayment();
    }
    expect(payment.face.value).toBe('refunded');
    expect(felt).toEqual(['error']);
  });
});

describe('what is shown while the network is away', () => {
  it('is known to be old from the first failure to the first answer, through every try between', async () => {
    let answer = () => Promise.resolve(order);
    const order = pending({ status: 'processing' });
    const { payment } = await open(order, { status: () => answer(), pay: refusal('offline') });
    const said: (string | null)[] = [];
    const stop = payment.unseen.subscribe((code) => said.push(code));
    answer = refusal('offline');
    await payment.continuePayment();
    await payment.continuePayment();
    expect(payment.face.value).toBe('issuing');
    answer = () => Promise.resolve(order);
    await payment.order.reload();
    stop();
    expect(said).toEqual([null, 'offline', null]);
  });
});

describe('an order that could not be read', () => {
  it('is looked at again without the notice making way for a skeleton', async () => {
    const { payment } = await open(pending(), { status: refusal('offline'), pay: refusal('offline') });
    const shown: string[] = [];
    const stop = payment.order.state.subscribe(({ kind }) => shown.push(kind));
    await payment.continuePayment();
    stop();
    expect(shown).toEqual(['failed']);
  });
});

describe('faceOf', () => {
  const hints = { isInDoubt: false, report: null, sinceMs: 0, isOverdue: false };

  it('lets the server alone say that an order is paid or ready', () => {
    const sure = { ...hints, isInDoubt: true, report: 'paid' } as const;
    expect(faceOf({ status: 'pending', kind: 'new' }, sure)).toBe('checking');
    expect(faceOf({ status: 'processing', kind: 'new' }, hints)).toBe('issuing');
    expect(faceOf({ status: 'ready', kind: 'new' }, sure)).toBe('ready');
    expect(faceOf({ status: 'ready', kind: 'new' }, { ...hints, isOverdue: true })).toBe('ready');
    expect(faceOf({ status: 'active', kind: 'top_up' }, hints)).toBe('topped');
  });

  it('tells who waits for long that the payment is not seen yet, and never that there is none', () => {
    const waiting = { ...hints, isInDoubt: true, sinceMs: 31_000 };
    expect(faceOf({ status: 'pending', kind: 'new' }, waiting)).toBe('doubt');
    expect(faceOf({ status: 'expired', kind: 'new' }, waiting)).toBe('doubt');
  });

  it('takes a sheet that said nothing for closed once the server has not heard of a confirmation', () => {
    const silent = { ...hints, report: 'unknown' } as const;
    expect(faceOf({ status: 'pending', kind: 'new' }, silent)).toBe('checking');
    expect(faceOf({ status: 'pending', kind: 'new' }, { ...silent, sinceMs: 11_000 })).toBe('unpaid');
  });
});

describe('pollAfterMs', () => {
  it('asks calmer with time', () => {
    const waits = [0, 30_000, 120_000].map((since) => pollAfterMs('issuing', since) ?? 0);
    expect([...waits].sort((a, b) => a - b)).toEqual(waits);
  });

  it('goes on through a failure until its Stars are back, and stops where nothing more comes', () => {
    for (const face of ['failed', 'doubt'] as const) expect(pollAfterMs(face, 0)).not.toBeNull();
    for (const face of ['ready', 'topped', 'refunded', 'expired'] as const) expect(pollAfterMs(face, 0)).toBeNull();
  });
});
