import { computed, signal, type ReadonlySignal } from '@preact/signals-core';
import type { Order } from '../../../lib/contract/order.ts';
import { codeOf, type ClientErrorCode, type ESIMGoClient } from '../../esimgo-client.ts';
import type { Track } from '../../events.ts';
import { createResource, valueOf, type Resource } from '../../resource.ts';
import { isPaymentReport, reportOf, reportPayment, type PaymentReport } from '../../reported-payments.ts';
import type { Router } from '../../router.ts';
import type { PaymentOutcome } from '../../telegram.ts';
import { onDispose } from '../../ui/scope.ts';

/** What to show. The server's word alone moves it on; what the payment sheet said only chooses the words meanwhile. */
export type OrderFace =
  | 'checking'
  | 'doubt'
  | 'unpaid'
  | 'issuing'
  | 'ready'
  | 'topped'
  | 'failed'
  | 'refunded'
  | 'expired';

export interface Payment {
  order: Resource<Order>;
  face: ReadonlySignal<OrderFace | null>;
  /** True when it takes longer than it usually does. */
  isLate: ReadonlySignal<boolean>;
  isPaying: ReadonlySignal<boolean>;
  wasCancelled: ReadonlySignal<boolean>;
  /** What the sheet said of this order, also before the app was closed; null if nothing that may mean a payment. */
  report: ReadonlySignal<PaymentReport | null>;
  /** Why the last try to go on with the payment ended. */
  problem: ReadonlySignal<ClientErrorCode | null>;
  continuePayment(): Promise<void>;
  start(): void;
}

export interface PaymentDeps {
  client: Pick<ESIMGoClient, 'getOrderStatus' | 'continueOrder'>;
  router: Pick<Router, 'replace'>;
  track: Track;
  now(): number;
  telegram: {
    openInvoice(url: string): Promise<PaymentOutcome>;
    haptic: { success(): void; error(): void };
  };
}

const LATE_AFTER_MS = 60_000;
/** A payment the sheet called done reaches the server in seconds; after this the person is told that it has not. */
const CHECKING_FOR_MS = 30_000;
const SETTLED = new Set<OrderFace>(['ready', 'topped', 'refunded', 'expired']);

export function createPayment(
  { client, router, track, now, telegram }: PaymentDeps,
  { orderId, invoice }: { orderId: string; invoice: string | null },
): Payment {
  if (isPaymentReport(invoice)) reportPayment(orderId, invoice);
  const order = createResource(() => client.getOrderStatus(orderId));
  const report = signal(reportOf(orderId));
  const openedAt = now();
  const clock = signal(openedAt);
  const expectsPaymentUntil = signal(isPaymentReport(invoice) ? openedAt + CHECKING_FOR_MS : 0);
  const isPaying = signal(false);
  const wasCancelled = signal(false);
  const problem = signal<ClientErrorCode | null>(null);
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isLeft = false;
  let toldFace: OrderFace | null = null;

  const face = computed<OrderFace | null>(() => {
    const value = valueOf(order);
    return value && faceOf(value, clock.value < expectsPaymentUntil.value, report.value !== null);
  });

  async function poll(): Promise<void> {
    clearTimeout(timer);
    await order.reload();
    clock.value = now();
    if (isLeft) return;
    tell(face.value);
    const waitMs = pollAfterMs(face.value, clock.value - openedAt);
    if (waitMs !== null) timer = setTimeout(() => void poll(), waitMs);
  }

  /** Once each: a face that a reload shows again is no news. */
  function tell(current: OrderFace | null): void {
    if (current === toldFace) return;
    const before = toldFace;
    toldFace = current;
    if (before === null) return;
    if (current === 'ready' || current === 'topped') {
      telegram.haptic.success();
      track('ready', { order_id: orderId });
    } else if (current === 'issuing') {
      track('paid', { order_id: orderId });
    } else if (current === 'failed') {
      telegram.haptic.error();
    }
  }

  return {
    order,
    face,
    isLate: computed(() => clock.value - startOf(valueOf(order), openedAt) > LATE_AFTER_MS),
    isPaying,
    wasCancelled,
    report,
    problem,
    async continuePayment() {
      const value = valueOf(order);
      if (!value || isPaying.value) return;
      isPaying.value = true;
      problem.value = null;
      wasCancelled.value = false;
      try {
        // The kept key makes this the same order; its invoice is the same link.
        const { order: same, invoice_url: url } = await client.continueOrder(value);
        // Paid since the last look.
        if (same.id === orderId && same.status !== 'pending') return;
        const outcome = await telegram.openInvoice(url);
        if (isPaymentReport(outcome)) reportPayment(same.id, outcome);
        // Without the kept key (another device) it is another order, which is the one being paid then.
        if (same.id !== orderId) return router.replace(`/orders/${same.id}?invoice=${outcome}`);
        report.value = reportOf(orderId);
        wasCancelled.value = !isPaymentReport(outcome);
        if (!wasCancelled.value) expectsPaymentUntil.value = now() + CHECKING_FOR_MS;
      } catch (error) {
        problem.value = codeOf(error);
      } finally {
        isPaying.value = false;
        if (!isLeft) void poll();
      }
    },
    start() {
      void poll();
      const onVisible = () => {
        if (document.visibilityState === 'visible') void poll();
      };
      document.addEventListener('visibilitychange', onVisible);
      onDispose(() => {
        isLeft = true;
        clearTimeout(timer);
        document.removeEventListener('visibilitychange', onVisible);
      });
    },
  };
}

export function faceOf(order: Pick<Order, 'status' | 'kind'>, expectsPayment: boolean, isReported: boolean): OrderFace {
  switch (order.status) {
    case 'pending':
      if (expectsPayment) return 'checking';
      return isReported ? 'doubt' : 'unpaid';
    case 'processing':
      return 'issuing';
    case 'ready':
    case 'active':
      return order.kind === 'top_up' ? 'topped' : 'ready';
    case 'failed':
      return 'failed';
    case 'refunded':
      return 'refunded';
    case 'expired':
      // A payment that is found late still counts.
      return isReported ? 'doubt' : 'expired';
  }
}

/** Often at first, then calmer. Null when nothing more will change by itself. */
export function pollAfterMs(face: OrderFace | null, sinceMs: number): number | null {
  if (face !== null && SETTLED.has(face)) return null;
  if (face === 'unpaid' || face === 'doubt') return 5_000;
  if (sinceMs < 20_000) return 1_500;
  return sinceMs < LATE_AFTER_MS ? 2_500 : 6_000;
}

function startOf(order: Order | null, openedAt: number): number {
  return order?.paid_at ? Date.parse(order.paid_at) : openedAt;
}
