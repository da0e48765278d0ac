import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createOrderBodySchema, type CreateOrderBody } from '../../../lib/contract/order.ts';
import { isEmail } from '../../../src/email.ts';
import { createCheckout } from '../../../src/screens/checkout/controller.ts';
import { lookAlikesOf } from '../../../src/screens/checkout/look-alikes.ts';
import { checkoutMessages } from '../../../src/screens/checkout/messages.ts';
import { destinationName } from '../../../lib/i18n/destination-name.ts';
import { anOrder, aPlan } from '../../support/app-samples.ts';

const PLAN = aPlan();

async function openCheckout() {
  const asked: CreateOrderBody[] = [];
  const unpaid = anOrder({ status: 'pending' });
  const client = {
    getProducts: () =>
      Promise.resolve({
        destination: { code: 'TH', kind: 'country' as const, region: 'asia', iso: ['TH'], from_stars: 1, plans: 1 },
        plans: [PLAN],
        version: '1',
        updated_at: '2026-01-01T00:00:00.000Z',
        source: 'api' as const,
      }),
    createOrder: (body: CreateOrderBody) => {
      asked.push(body);
      return Promise.resolve({ order: unpaid, invoice_url: 'https://t.me/$x' });
    },
    getOrderStatus: () => Promise.resolve(unpaid),
  };
  const checkout = createCheckout(
    {
      client,
      router: { replace: () => {} },
      track: () => {},
      telegram: {
        openInvoice: () => Promise.resolve('cancelled' as const),
        setClosingConfirmation: () => {},
        haptic: { error: () => {} },
      },
    },
    { bundleId: PLAN.id, destination: 'TH', esimId: null },
  );
  await checkout.offer.reload();
  return { checkout, asked };
}

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
