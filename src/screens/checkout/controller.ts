import { computed, signal, type ReadonlySignal, type Signal } from '@preact/signals-core';
import type { Destination, Plan } from '../../../lib/contract/catalogue.ts';
import type { Esim } from '../../../lib/contract/esim.ts';
import type { Order } from '../../../lib/contract/order.ts';
import { askToWrite, type AskToWriteDeps } from '../../ask-to-write.ts';
import { destinationOfBundle } from '../../checkout-path.ts';
import { isEmail } from '../../email.ts';
import { canTopUp } from '../../esim-words.ts';
import { ESIMGoClientError, codeOf, type ClientErrorCode, type ESIMGoClient } from '../../esimgo-client.ts';
import type { Track } from '../../events.ts';
import { keep, readKept } from '../../kept-values.ts';
import { isInDoubt, isPaymentReport, reportPayment } from '../../reported-payments.ts';
import { createResource, valueOf, type Resource } from '../../resource.ts';
import type { Router } from '../../router.ts';
import type { PaymentOutcome } from '../../telegram.ts';
import { onDispose } from '../../ui/scope.ts';

export interface Offer {
  kind: 'sold';
  plan: Plan;
  destination: Destination;
  /** The eSIM that is topped up; null for a new one. */
  esim: Esim | null;
}

/** A plan that is not sold, or not any more; `destination` is where others like it are. */
export interface Gone {
  kind: 'gone';
  destination: Destination | null;
}

export interface PriceChange {
  was: number;
  now: number;
  usd: string | null;
}

/** Why the person is still here after pressing "pay". None of these cost anything. */
export type Setback = { kind: 'cancelled' } | { kind: 'failed' } | { kind: 'problem'; code: ClientErrorCode };

export interface Checkout {
  offer: Resource<Offer | Gone>;
  /** What can be paid for here. */
  sold: ReadonlySignal<Offer | null>;
  /** What will be asked; another one than the plan shows after the server named a new price. */
  stars: ReadonlySignal<number | null>;
  /** What that many Stars cost, where the server has said so. */
  usd: ReadonlySignal<string | null>;
  priceChange: ReadonlySignal<PriceChange | null>;
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
  client: Pick<ESIMGoClient, 'getProducts' | 'getEsim' | 'createOrder' | 'continueOrder'> & AskToWriteDeps['client'];
  router: Pick<Router, 'startOver'>;
  track: Track;
  telegram: AskToWriteDeps['telegram'] & {
    openInvoice(url: string): Promise<PaymentOutcome>;
    setClosingConfirmation(isNeeded: boolean): void;
    haptic: { error(): void };
  };
}

const DEVICE_KNOWN = 'device-takes-esim';
/** A payment that the sheet said nothing of, or the wrong thing, is looked for ever more calmly, and after it not for ever. */
const FIRST_LOOK_MS = 2_000;
const LAST_LOOK_MS = 12_000;
const CALMER = 1.4;
/** A sheet that says nothing may be open, with nobody to see the button below it, or be long gone. */
const SILENT_AFTER_MS = 8_000;

export function createCheckout(
  { client, router, track, telegram }: CheckoutDeps,
  { bundleId, destination, esimId }: { bundleId: string; destination: string | null; esimId: string | null },
): Checkout {
  const offer = createResource(async (): Promise<Offer | Gone> => {
    const code = destination ?? destinationOfBundle(bundleId);
    if (code === null) return { kind: 'gone', destination: null };
    const [answer, esim] = await Promise.all([
      client.getProducts(code).catch(nothingSold),
      esimId === null ? null : client.getEsim(esimId),
    ]);
    const plan = answer?.plans.find(({ id }) => id === bundleId);
    if (!answer || !plan) return { kind: 'gone', destination: answer?.destination ?? null };
    if (esim && !canTopUp(esim.state)) setback.value = { kind: 'problem', code: 'not_compatible' };
    return { kind: 'sold', plan, destination: answer.destination, esim };
  });
  const sold = computed(() => {
    const value = valueOf(offer);
    return value?.kind === 'sold' ? value : null;
  });
  const priceChange = signal<PriceChange | null>(null);
  const stars = computed(() => priceChange.value?.now ?? sold.value?.plan.price_stars ?? null);
  const usd = computed(() => (priceChange.value ? priceChange.value.usd : (sold.value?.plan.price_usd ?? null)));
  const step = signal<'idle' | 'ordering' | 'paying'>('idle');
  const setback = signal<Setback | null>(null);
  const isDeviceKnown = signal(readKept(DEVICE_KNOWN, isTrue) ?? false);
  const email = signal('');
  const isEmailChecked = signal(false);
  const isEmailBad = () => email.value.trim() !== '' && !isEmail(email.value.trim());
  let isLeft = false;
  let isSheetOpen = false;
  let presses = 0;
  let nextLook: ReturnType<typeof setTimeout> | undefined;
  let silence: ReturnType<typeof setTimeout> | undefined;
  onDispose(() => {
    isLeft = true;
    clearTimeout(nextLook);
    rest();
  });

  /** Whoever wants to can press "pay" now. */
  function rest(): void {
    clearTimeout(silence);
    step.value = 'idle';
    telegram.setClosingConfirmation(false);
  }

  function checkEmail(): boolean {
    isEmailChecked.value = true;
    return !isEmailBad();
  }

  async function pay(): Promise<void> {
    const expected = stars.value;
    if (step.value !== 'idle' || expected === null) return;
    if (!checkEmail()) return telegram.haptic.error();
    const address = email.value.trim();
    const press = (presses += 1);
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
      if (order.status !== 'pending' || isInDoubt(order)) return router.startOver(`/orders/${order.id}`);
      step.value = 'paying';
      isSheetOpen = true;
      lookAgain(order.id);
      silence = setTimeout(rest, SILENT_AFTER_MS);
      const outcome = await telegram.openInvoice(invoiceUrl);
      if (isPaymentReport(outcome)) reportPayment(order.id, outcome);
      if (outcome === 'paid') askToWrite({ client, telegram }, order.id);
      // The sheet of a later press says the same.
      if (isLeft || press !== presses) return;
      clearTimeout(silence);
      isSheetOpen = false;
      if (outcome !== 'cancelled' && outcome !== 'failed') {
        return router.startOver(`/orders/${order.id}?invoice=${outcome}`);
      }
      step.value = 'paying';
      lookAgain(order.id);
      if (await goOnIfPaid(order.id, isSureUnpaid)) return;
      // The sheet does not say whether it was our server that refused.
      const { invoice_url: link } = await client.continueOrder(order.id);
      if (isLeft) return;
      if (link === undefined) return router.startOver(`/orders/${order.id}`);
      setback.value = { kind: outcome };
    } catch (error) {
      telegram.haptic.error();
      refuse(error, expected);
    } finally {
      if (press === presses) rest();
    }
  }

  /** Some clients call a paid invoice cancelled, and some never say that the sheet was closed. */
  async function goOnIfPaid(orderId: string, isUnpaid: (order: Order | null) => boolean): Promise<boolean> {
    const order = await client.getOrderStatus(orderId).catch(() => null);
    if (isUnpaid(order)) return false;
    if (isLeft) return true;
    if (order?.paid_at) askToWrite({ client, telegram }, orderId);
    router.startOver(`/orders/${orderId}`);
    return true;
  }

  function lookAgain(orderId: string, waitMs = FIRST_LOOK_MS): void {
    clearTimeout(nextLook);
    const look = setTimeout(async () => {
      if ((await goOnIfPaid(orderId, isNotPaidYet)) || isLeft || look !== nextLook) return;
      if (waitMs < LAST_LOOK_MS || isSheetOpen) lookAgain(orderId, Math.min(waitMs * CALMER, LAST_LOOK_MS));
    }, waitMs);
    nextLook = look;
  }

  function refuse(error: unknown, expected: number): void {
    const code = codeOf(error);
    const details = error instanceof ESIMGoClientError ? error.details : {};
    const { price_stars: now, price_usd: dollars } = details;
    if (code === 'price_changed' && typeof now === 'number') {
      priceChange.value = { was: expected, now, usd: typeof dollars === 'string' ? dollars : null };
      return;
    }
    setback.value = { kind: 'problem', code };
    if (code === 'unknown_bundle') offer.set({ kind: 'gone', destination: sold.value?.destination ?? null });
  }

  return {
    offer,
    sold,
    stars,
    usd,
    priceChange,
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

/** Only a link from outside leads to a place where nothing is sold. */
function nothingSold(error: unknown): null {
  if (codeOf(error) === 'not_found') return null;
  throw error;
}

/** Whatever the sheet said: that nothing was charged is for the server to say. */
function isSureUnpaid(order: Order | null): boolean {
  return order?.status === 'pending' && !isInDoubt(order);
}

function isNotPaidYet(order: Order | null): boolean {
  return order === null || order.status === 'pending';
}

function isTrue(value: unknown): value is true {
  return value === true;
}
