import { computed, signal, type ReadonlySignal, type Signal } from '@preact/signals-core';
import type { Destination, Plan } from '../../../lib/contract/catalogue.ts';
import { destinationOfBundle } from '../../checkout-path.ts';
import { isEmail } from '../../email.ts';
import { ESIMGoClientError, codeOf, type ClientErrorCode, type ESIMGoClient } from '../../esimgo-client.ts';
import type { Track } from '../../events.ts';
import { keep, readKept } from '../../kept-values.ts';
import { isInDoubt, isPaymentReport, reportPayment } from '../../reported-payments.ts';
import { createResource, valueOf, type Resource } from '../../resource.ts';
import type { Router } from '../../router.ts';
import type { PaymentOutcome } from '../../telegram.ts';
import { onDispose } from '../../ui/scope.ts';
import { lookAlikesOf } from './look-alikes.ts';

export interface Offer {
  plan: Plan;
  destination: Destination;
}

export interface PriceChange {
  was: number;
  now: number;
}

/** Why the person is still here after pressing "pay". None of these cost anything. */
export type Setback = { kind: 'cancelled' | 'failed' } | { kind: 'problem'; code: ClientErrorCode };

export interface Checkout {
  offer: Resource<Offer>;
  /** What will be asked; another one than the plan shows after the server named a new price. */
  stars: ReadonlySignal<number | null>;
  priceChange: ReadonlySignal<PriceChange | null>;
  lookAlikes: ReadonlySignal<string[]>;
  step: ReadonlySignal<'idle' | 'ordering' | 'paying'>;
  setback: ReadonlySignal<Setback | null>;
  isDeviceKnown: ReadonlySignal<boolean>;
  confirmDevice(): void;
  /** Where a copy of the eSIM goes; empty for nowhere. */
  email: Signal<string>;
  isEmailWrong: ReadonlySignal<boolean>;
  /** False if there is something that is no address; it is shown from then on, until it is one. */
  checkEmail(): boolean;
  pay(): Promise<void>;
  start(): void;
}

export interface CheckoutDeps {
  client: Pick<ESIMGoClient, 'getProducts' | 'createOrder' | 'getOrderStatus'>;
  router: Pick<Router, 'replace'>;
  track: Track;
  telegram: {
    openInvoice(url: string): Promise<PaymentOutcome>;
    setClosingConfirmation(isNeeded: boolean): void;
    haptic: { error(): void };
  };
}

const DEVICE_KNOWN = 'device-takes-esim';
const LOOK_EVERY_MS = 2_000;
/** A payment that the sheet said nothing of, or the wrong thing, reaches the server within this many looks. */
const LOOKS_AFTER_CLOSING = 15;

export function createCheckout(
  { client, router, track, telegram }: CheckoutDeps,
  { bundleId, destination, esimId }: { bundleId: string; destination: string | null; esimId: string | null },
): Checkout {
  const offer = createResource(async (): Promise<Offer> => {
    const code = destination ?? destinationOfBundle(bundleId);
    if (code === null) throw new ESIMGoClientError('unknown_bundle');
    const answer = await client.getProducts(code);
    const plan = answer.plans.find(({ id }) => id === bundleId);
    if (!plan) throw new ESIMGoClientError('unknown_bundle');
    return { plan, destination: answer.destination };
  });
  const priceChange = signal<PriceChange | null>(null);
  const stars = computed(() => priceChange.value?.now ?? valueOf(offer)?.plan.price_stars ?? null);
  const step = signal<'idle' | 'ordering' | 'paying'>('idle');
  const setback = signal<Setback | null>(null);
  const isDeviceKnown = signal(readKept(DEVICE_KNOWN, isTrue) ?? false);
  const email = signal('');
  const isEmailChecked = signal(false);
  const isEmailBad = () => email.value.trim() !== '' && !isEmail(email.value.trim());
  let isLeft = false;
  let nextLook: ReturnType<typeof setTimeout> | undefined;
  onDispose(() => {
    isLeft = true;
    clearTimeout(nextLook);
    telegram.setClosingConfirmation(false);
  });

  function checkEmail(): boolean {
    isEmailChecked.value = true;
    return !isEmailBad();
  }

  async function pay(): Promise<void> {
    const expected = stars.value;
    if (step.value !== 'idle' || expected === null) return;
    if (!checkEmail()) return telegram.haptic.error();
    const address = email.value.trim();
    step.value = 'ordering';
    setback.value = null;
    telegram.setClosingConfirmation(true);
    track('pay', { id: bundleId, stars: expected });
    try {
      const { order, invoice_url: invoiceUrl } = await client.createOrder({
        bundle_id: bundleId,
        expected_stars: expected,
        ...(esimId !== null && { iccid: esimId }),
        ...(address !== '' && { email: address }),
      });
      if (isLeft) return;
      if (order.status !== 'pending' || isInDoubt(order)) return router.replace(`/orders/${order.id}`);
      step.value = 'paying';
      lookAgain(order.id);
      const outcome = await telegram.openInvoice(invoiceUrl);
      if (isPaymentReport(outcome)) reportPayment(order.id, outcome);
      if (isLeft) return;
      if (outcome !== 'cancelled' && outcome !== 'failed') {
        router.replace(`/orders/${order.id}?invoice=${outcome}`);
      } else if (!(await goOnIfPaid(order.id)) && !isLeft) {
        setback.value = { kind: outcome };
      }
    } catch (error) {
      telegram.haptic.error();
      refuse(error, expected);
    } finally {
      step.value = 'idle';
      telegram.setClosingConfirmation(false);
    }
  }

  /** Some clients call a paid invoice cancelled, and some never say that the sheet was closed. */
  async function goOnIfPaid(orderId: string): Promise<boolean> {
    const isPaid = await client.getOrderStatus(orderId).then(
      ({ status }) => status !== 'pending',
      () => false,
    );
    if (isPaid && !isLeft) router.replace(`/orders/${orderId}`);
    return isPaid;
  }

  function lookAgain(orderId: string, looksLeft = LOOKS_AFTER_CLOSING): void {
    clearTimeout(nextLook);
    nextLook = setTimeout(async () => {
      if ((await goOnIfPaid(orderId)) || isLeft) return;
      if (step.value === 'paying') lookAgain(orderId);
      else if (looksLeft > 1) lookAgain(orderId, looksLeft - 1);
    }, LOOK_EVERY_MS);
  }

  function refuse(error: unknown, expected: number): void {
    const now =
      error instanceof ESIMGoClientError && error.code === 'price_changed' ? error.details['price_stars'] : null;
    if (typeof now === 'number') {
      priceChange.value = { was: expected, now };
    } else {
      setback.value = { kind: 'problem', code: codeOf(error) };
    }
  }

  return {
    offer,
    stars,
    priceChange,
    lookAlikes: computed(() => lookAlikesOf(valueOf(offer)?.destination.code ?? '')),
    step,
    setback,
    isDeviceKnown,
    confirmDevice() {
      isDeviceKnown.value = true;
      keep(DEVICE_KNOWN, true);
    },
    email,
    isEmailWrong: computed(() => isEmailChecked.value && isEmailBad()),
    checkEmail,
    pay,
    start() {
      void offer.reload();
      track('checkout', { id: bundleId });
    },
  };
}

function isTrue(value: unknown): value is true {
  return value === true;
}
