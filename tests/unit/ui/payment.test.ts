import { afterEach, describe, expect, it } from 'vitest';
import type { Order, OrderAnswer } from '../../../lib/contract/order.ts';
import { ESIMGoClientError } from '../../../src/esimgo-client.ts';
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
  } = {},
) {
  const opened: string[] = [];
  const { result: payment, dispose } = scope(() =>
    createPayment(
      {
        client: {
          getOrderStatus: server.status ?? (() => Promise.resolve(order)),
          continueOrder: server.pay ?? (() => Promise.resolve({ order, invoice_url: 'https://t.me/$x' })),
        },
        track: () => {},
        now: () => 0,
        telegram: {
          openInvoice: (url) => {
            opened.push(url);
            return Promise.resolve(outcome);
          },
          haptic: { success: () => {}, error: () => {} },
        },
      },
      { orderId: order.id, invoice },
    ),
  );
  leave.push(dispose);
  await payment.order.reload();
  return { payment, opened };
}

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
  const hints = { isInDoubt: false, report: null, sinceMs: 0 };

  it('lets the server alone say that an order is paid or ready', () => {
    const sure = { ...hints, isInDoubt: true, report: 'paid' } as const;
    expect(faceOf({ status: 'pending', kind: 'new' }, sure)).toBe('checking');
    expect(faceOf({ status: 'processing', kind: 'new' }, hints)).toBe('issuing');
    expect(faceOf({ status: 'ready', kind: 'new' }, sure)).toBe('ready');
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
