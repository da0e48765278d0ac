import { beforeEach, describe, expect, it } from 'vitest';
import type { Order } from '../../../lib/contract/order.ts';
import { forget } from '../../../src/kept-values.ts';
import { isMoving, movingWords, nextLookAtOrdersMs } from '../../../src/order-words.ts';
import { isInDoubt } from '../../../src/reported-payments.ts';
import { createPayment, faceOf, pollAfterMs } from '../../../src/screens/payment/controller.ts';
import type { PaymentOutcome } from '../../../src/telegram.ts';
import { anOrder } from '../../support/app-samples.ts';

beforeEach(() => forget('reported-payments'));

const PENDING = anOrder({ status: 'pending', esim_id: null });

async function open(order: Order, invoice: string | null, outcome: PaymentOutcome = 'cancelled') {
  const opened: string[] = [];
  const payment = createPayment(
    {
      client: {
        getOrderStatus: () => Promise.resolve(order),
        continueOrder: () => Promise.resolve({ order, invoice_url: 'https://t.me/$x' }),
      },
      router: { replace: () => {} },
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
  );
  await payment.order.reload();
  return { payment, opened };
}

describe('a payment that the sheet reported and the server has not seen', () => {
  it.each(['paid', 'pending', 'unknown'])(
    'is never called unpaid after %s, also once the app is opened again',
    async (said) => {
      expect((await open(PENDING, said)).payment.face.value).toBe('checking');
      const again = (await open(PENDING, null)).payment;
      expect(again.face.value).toBe('doubt');
      expect(again.report.value).toBe(said);
      expect((await open({ ...PENDING, status: 'expired' }, null)).payment.face.value).toBe('doubt');
      expect((await open({ ...PENDING, status: 'processing' }, null)).payment.face.value).toBe('issuing');
    },
  );

  it.each(['cancelled', 'failed', null])('is none after %s', async (said) => {
    expect((await open(PENDING, said)).payment.face.value).toBe('unpaid');
    expect((await open(PENDING, null)).payment.face.value).toBe('unpaid');
  });

  it('is kept when the sheet was opened from the order itself', async () => {
    const { payment } = await open(PENDING, null, 'paid');
    await payment.continuePayment();
    expect(payment.face.value).toBe('checking');
    expect((await open(PENDING, null)).payment.face.value).toBe('doubt');
  });

  it('speaks of its own order alone', async () => {
    await open(PENDING, 'paid');
    expect((await open({ ...PENDING, id: 'ord_other' }, null)).payment.face.value).toBe('unpaid');
  });

  it('is looked for in the lists too, which do not call it unpaid', async () => {
    const late = Date.parse(PENDING.expires_at) + 1;
    expect(movingWords(PENDING, 'en')).toBe('Waits for payment');
    expect(isMoving(PENDING, late)).toBe(false);
    expect(nextLookAtOrdersMs([PENDING])).toBeNull();
    await open(PENDING, 'paid');
    expect(movingWords(PENDING, 'en')).toBe('Checking the payment');
    expect(isMoving(PENDING, late)).toBe(true);
    expect(nextLookAtOrdersMs([PENDING])).not.toBeNull();
    expect(isInDoubt({ ...PENDING, status: 'ready' })).toBe(false);
  });
});

describe('continuePayment', () => {
  it('opens no sheet for an order that turns out to be paid', async () => {
    const { payment, opened } = await open({ ...PENDING, status: 'processing' }, null);
    await payment.continuePayment();
    expect(opened).toEqual([]);
  });
});

describe('faceOf', () => {
  it('lets the server alone say that an order is paid or ready', () => {
    expect(faceOf({ status: 'pending', kind: 'new' }, true, true)).toBe('checking');
    expect(faceOf({ status: 'pending', kind: 'new' }, false, false)).toBe('unpaid');
    expect(faceOf({ status: 'processing', kind: 'new' }, false, false)).toBe('issuing');
    expect(faceOf({ status: 'ready', kind: 'new' }, false, true)).toBe('ready');
    expect(faceOf({ status: 'active', kind: 'top_up' }, false, false)).toBe('topped');
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
