import { signal } from '@preact/signals-core';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Esim } from '../../../lib/contract/esim.ts';
import { createOrderBodySchema, type CreateOrderBody, type Order } from '../../../lib/contract/order.ts';
import { isEmail } from '../../../src/email.ts';
import { ESIMGoClientError } from '../../../src/esimgo-client.ts';
import { forget } from '../../../src/kept-values.ts';
import { valueOf } from '../../../src/resource.ts';
import { createCheckout } from '../../../src/screens/checkout/controller.ts';
import { lookAlikesOf } from '../../../src/screens/checkout/look-alikes.ts';
import { checkoutMessages } from '../../../src/screens/checkout/messages.ts';
import { destinationName } from '../../../lib/i18n/destination-name.ts';
import type { PaymentOutcome } from '../../../src/telegram.ts';
import { anEsim, anOrder, aPlan } from '../../support/app-samples.ts';

const PLAN = aPlan();

const THAILAND = { code: 'TH', kind: 'country' as const, region: 'asia', iso: ['TH'], from_stars: 95, plans: 1 };
let orders = 0;

beforeEach(() => forget('asked-to-write'));

interface World {
  bundleId?: string;
  destination?: string | null;
  esim?: Esim;
  refusal?: ESIMGoClientError;
  outcome?: PaymentOutcome;
  canBotWrite?: boolean;
  requestWriteAccess?: () => Promise<boolean>;
  order?: Order | ESIMGoClientError;
  /** What the server says of an order that was not paid in its sheet. */
  sale?: ESIMGoClientError;
  openInvoice?: () => Promise<PaymentOutcome>;
}

async function openCheckout(world: World = {}) {
  const { bundleId = PLAN.id, destination = 'TH', esim, refusal, outcome = 'cancelled' } = world;
  // What was said of one order's payment is remembered.
  const unpaid = anOrder({ id: `ord_${(orders += 1)}`, status: 'pending' });
  const asked: CreateOrderBody[] = [];
  const paths: string[] = [];
  const sent: string[] = [];
  const looks: number[] = [];
  const status = () =>
    world.order instanceof Error ? Promise.reject(world.order) : Promise.resolve(world.order ?? unpaid);
  const requestWriteAccess = vi.fn(world.requestWriteAccess ?? (() => Promise.resolve(false)));
  const client = {
    getProducts: (code: string) =>
      code === 'TH'
        ? Promise.resolve({
            destination: THAILAND,
            plans: [PLAN],
            version: '1',
            updated_at: '2026-01-01T00:00:00.000Z',
            source: 'api' as const,
          })
        : Promise.reject(new ESIMGoClientError('not_found')),
    getEsim: () => (esim ? Promise.resolve(esim) : Promise.reject(new ESIMGoClientError('not_found'))),
    createOrder: (body: CreateOrderBody) => {
      asked.push(body);
      if (refusal) return Promise.reject(refusal);
      return Promise.resolve({ order: unpaid, invoice_url: 'https://t.me/$x' });
    },
    getOrderStatus: () => {
      looks.push(Date.now());
      return status();
    },
    continueOrder: () =>
      world.sale ? Promise.reject(world.sale) : Promise.resolve({ order: unpaid, invoice_url: 'https://t.me/$x' }),
    sendToChat: (id: string) => {
      sent.push(id);
      return Promise.resolve('sent' as const);
    },
  };
  const checkout = createCheckout(
    {
      client,
      router: { startOver: (path) => paths.push(path) },
      track: () => {},
      telegram: {
        openInvoice: world.openInvoice ?? (() => Promise.resolve(outcome)),
        setClosingConfirmation: () => {},
        canBotWrite: signal(world.canBotWrite ?? false),
        requestWriteAccess,
        haptic: { error: () => {} },
      },
    },
    { bundleId, destination, esimId: esim?.id ?? null },
  );
  await checkout.offer.reload();
  return { checkout, asked, paths, sent, looks, requestWriteAccess, orderId: unpaid.id };
}

describe('a plan that is not sold', () => {
  it.each([
    ['whose name tells the country', { bundleId: 'esim_999GB_7D_TH_V2', destination: null }, THAILAND],
    ['whose link tells the country', { bundleId: 'nope', destination: 'TH' }, THAILAND],
    ['of no country that its name tells', { bundleId: 'nope', destination: null }, null],
    ['of a country where nothing is sold', { bundleId: 'esim_1GB_7D_XX_V2', destination: null }, null],
  ])('leads to others like it where there are any: one %s', async (_, world, destination) => {
    const { checkout } = await openCheckout(world);
    expect(valueOf(checkout.offer)).toEqual({ kind: 'gone', destination });
    expect(checkout.stars.value).toBeNull();
  });

  it('leads there too when the last of it is sold before the payment', async () => {
    const { checkout } = await openCheckout({ refusal: new ESIMGoClientError('unknown_bundle') });
    expect(checkout.sold.value?.plan).toEqual(PLAN);
    await checkout.pay();
    expect(valueOf(checkout.offer)).toEqual({ kind: 'gone', destination: THAILAND });
  });
});

describe('a new price', () => {
  it('is shown with the old one, and asked for by the next press', async () => {
    const refusal = new ESIMGoClientError('price_changed', { details: { price_stars: 300, price_usd: '6.00' } });
    const { checkout, asked } = await openCheckout({ refusal });
    expect(checkout.usd.value).toBe(PLAN.price_usd);
    await checkout.pay();
    expect(checkout.priceChange.value).toEqual({ was: PLAN.price_stars, now: 300, usd: '6.00' });
    expect(checkout.usd.value).toBe('6.00');
    await checkout.pay();
    expect(asked.map(({ expected_stars: stars }) => stars)).toEqual([PLAN.price_stars, 300]);
  });
});

describe('a sheet that fails', () => {
  it('is put down to too few Stars only when the server would take the payment', async () => {
    const { checkout } = await openCheckout({ outcome: 'failed' });
    await checkout.pay();
    expect(checkout.setback.value).toEqual({ kind: 'failed' });
  });

  it.each(['failed', 'cancelled'] as const)(
    'as %s for a price that cannot be kept shows the new one',
    async (outcome) => {
      const details = { price_stars: 300, price_usd: '6.00' };
      const { checkout, asked } = await openCheckout({
        outcome,
        sale: new ESIMGoClientError('price_changed', { details }),
      });
      await checkout.pay();
      expect(checkout.setback.value).toBeNull();
      expect(checkout.priceChange.value).toEqual({ was: PLAN.price_stars, now: 300, usd: '6.00' });
      await checkout.pay();
      expect(asked.at(-1)).toMatchObject({ expected_stars: 300 });
    },
  );

  it('for what cannot be delivered now, or is no longer sold, says that', async () => {
    const busy = await openCheckout({ outcome: 'failed', sale: new ESIMGoClientError('temporarily_unavailable') });
    await busy.checkout.pay();
    expect(busy.checkout.setback.value).toEqual({ kind: 'problem', code: 'temporarily_unavailable' });
    expect(busy.checkout.step.value).toBe('idle');
    const gone = await openCheckout({ outcome: 'failed', sale: new ESIMGoClientError('unknown_bundle') });
    await gone.checkout.pay();
    expect(valueOf(gone.checkout.offer)).toEqual({ kind: 'gone', destination: THAILAND });
  });
});

describe('a sheet that says nothing', () => {
  beforeEach(() => vi.useFakeTimers());
  afterEach(() => vi.useRealTimers());

  it('does not keep from paying for long, and is looked after ever more calmly', async () => {
    const opened: ((outcome: PaymentOutcome) => void)[] = [];
    const { checkout, asked, looks, paths } = await openCheckout({
      openInvoice: () => new Promise((resolve) => opened.push(resolve)),
    });
    const paying = checkout.pay();
    await vi.advanceTimersByTimeAsync(5_000);
    expect(checkout.step.value).toBe('paying');
    await checkout.pay();
    expect(asked).toHaveLength(1);

    await vi.advanceTimersByTimeAsync(60_000);
    expect(checkout.step.value).toBe('idle');
    const gaps = looks.slice(1).map((at, index) => at - (looks[index] ?? 0));
    expect(gaps).toEqual(gaps.toSorted((one, other) => one - other));
    expect(gaps.at(-1)).toBeGreaterThan(10_000);

    const again = checkout.pay();
    await vi.advanceTimersByTimeAsync(0);
    expect([asked.length, opened.length, checkout.step.value]).toEqual([2, 2, 'paying']);
    opened.forEach((say) => say('cancelled'));
    await Promise.all([paying, again]);
    expect([checkout.step.value, checkout.setback.value, paths]).toEqual(['idle', { kind: 'cancelled' }, []]);
  });
});

describe('a sheet that is called cancelled', () => {
  it('is believed when the server knows of no payment', async () => {
    const { checkout, paths } = await openCheckout();
    await checkout.pay();
    expect(checkout.setback.value).toEqual({ kind: 'cancelled' });
    expect(paths).toEqual([]);
  });

  it('is not while the server does not know, or cannot be asked', async () => {
    for (const order of [anOrder({ status: 'pending', payment_in_doubt: true }), new ESIMGoClientError('offline')]) {
      const { checkout, paths, orderId } = await openCheckout({ order });
      await checkout.pay();
      expect(checkout.setback.value).toBeNull();
      expect(paths).toEqual([`/orders/${orderId}`]);
    }
  });
});

describe('a top-up', () => {
  it('names its eSIM, on the screen and in the order', async () => {
    const esim = anEsim();
    const { checkout, asked } = await openCheckout({ esim });
    expect(checkout.sold.value?.esim).toEqual(esim);
    await checkout.pay();
    expect(asked).toMatchObject([{ iccid: esim.id }]);
    expect(checkout.setback.value).toEqual({ kind: 'cancelled' });
  });

  it('of an eSIM that takes none says so before anybody pays', async () => {
    const { checkout } = await openCheckout({ esim: anEsim({ state: 'deactivated' }) });
    expect(checkout.setback.value).toEqual({ kind: 'problem', code: 'not_compatible' });
  });
});

describe('the question whether the bot may write', () => {
  it('waits for the payment, and the way on does not wait for its answer', async () => {
    const { checkout, paths, requestWriteAccess, orderId } = await openCheckout({
      outcome: 'paid',
      requestWriteAccess: () => new Promise(() => {}),
    });
    await checkout.pay();
    expect(requestWriteAccess).toHaveBeenCalledOnce();
    expect(paths).toEqual([`/orders/${orderId}?invoice=paid`]);
  });

  it('is not asked of who has not paid, of who allowed it, or twice', async () => {
    const unpaid = await openCheckout({ outcome: 'cancelled' });
    await unpaid.checkout.pay();
    expect(unpaid.requestWriteAccess).not.toHaveBeenCalled();
    const allowed = await openCheckout({ outcome: 'paid', canBotWrite: true });
    await allowed.checkout.pay();
    expect(allowed.paths).toHaveLength(1);
    expect(allowed.requestWriteAccess).not.toHaveBeenCalled();
    const first = await openCheckout({ outcome: 'paid' });
    await first.checkout.pay();
    expect(first.requestWriteAccess).toHaveBeenCalledOnce();
    const again = await openCheckout({ outcome: 'paid' });
    await again.checkout.pay();
    expect(again.paths).toHaveLength(1);
    expect(again.requestWriteAccess).not.toHaveBeenCalled();
  });

  it.each([
    ['an eSIM that was ready before the answer is sent', anOrder(), ['esim_AAAAAAAAAAAAAAAAAAAA']],
    [
      'one that is still made is left to the server',
      anOrder({ status: 'processing', esim_id: null, ready_at: null }),
      [],
    ],
    ['a top-up has nothing to send', anOrder({ kind: 'top_up' }), []],
  ])('when it is answered with yes: %s', async (_, order, expected) => {
    const { checkout, sent, requestWriteAccess } = await openCheckout({
      outcome: 'paid',
      order,
      requestWriteAccess: () => Promise.resolve(true),
    });
    await checkout.pay();
    await new Promise((resolve) => setImmediate(resolve));
    expect(requestWriteAccess).toHaveBeenCalledOnce();
    expect(sent).toEqual(expected);
  });
});

describe('the guard against look-alikes', () => {
  it.each([
    ['ES', 'Это Испания. Не перепутайте с другим направлением: Канарские острова.'],
    ['CH', 'Это Швейцария. Не перепутайте с другим направлением: Швеция.'],
    ['KN', 'Это Сент-Китс и Невис. Не перепутайте с другими направлениями: Сент-Винсент и Гренадины, Сент-Люсия.'],
  ])('is grammatical Russian for one and for several: %s', (code, sentence) => {
    const others = lookAlikesOf(code).map((other) => destinationName(other, 'ru'));
    expect(checkoutMessages.ru.lookAlike(destinationName(code, 'ru'), others)).toBe(sentence);
  });
});

describe('the address for a copy', () => {
  it('is sent with the order, without what is around it', async () => {
    const { checkout, asked } = await openCheckout();
    checkout.email.value = '  anna@mail.example ';
    await checkout.pay();
    expect(asked).toMatchObject([{ email: 'anna@mail.example' }]);
  });

  it('is not asked for: an empty field sends none', async () => {
    const { checkout, asked } = await openCheckout();
    checkout.email.value = ' ';
    await checkout.pay();
    expect(asked).toHaveLength(1);
    expect(asked[0]).not.toHaveProperty('email');
  });

  it('stops the payment before any money while it is none, and says so until it is one', async () => {
    const { checkout, asked } = await openCheckout();
    checkout.email.value = 'anna@mail';
    expect(checkout.isEmailWrong.value).toBe(false);
    await checkout.pay();
    expect(asked).toEqual([]);
    expect(checkout.isEmailWrong.value).toBe(true);
    checkout.email.value = 'anna@mail.example';
    expect(checkout.isEmailWrong.value).toBe(false);
  });

  it('is judged as the server judges it', () => {
    const { email } = createOrderBodySchema.shape;
    const odd = [
      'a@b.example',
      'a..b@c.example',
      '.a@b.example',
      'a.@b.example',
      'a@b',
      "o'neil+x@b-c.d.example",
      'ä@b.example',
      'a@-b.example',
      `${'a'.repeat(250)}@b.example`,
    ];
    for (const text of odd) expect(isEmail(text), text).toBe(email.safeParse(text).success);
    fc.assert(
      fc.property(fc.oneof(fc.emailAddress(), fc.string()), (text) => isEmail(text) === email.safeParse(text).success),
    );
  });
});
