import { computed, signal, type ReadonlySignal } from '@preact/signals-core';
import type { Order } from '../../../lib/contract/order.ts';
import { askToWrite, type AskToWriteDeps } from '../../ask-to-write.ts';
import { codeOf, ESIMGoClientError, type ClientErrorCode, type ESIMGoClient } from '../../esimgo-client.ts';
import type { Track } from '../../events.ts';
import { createResource, valueOf, type Resource } from '../../resource.ts';
import { isInDoubt, isPaymentReport, reportPayment, type PaymentReport } from '../../reported-payments.ts';
import type { PaymentOutcome } from '../../telegram.ts';
import { onDispose } from '../../ui/scope.ts';

/** What to show. The server's word alone moves it on; what the payment sheet said only chooses the words meanwhile. */
export type OrderFace =
  | 'checking'
  | 'doubt'
  | 'unpaid'
  | 'issuing'
  | 'overdue'
  | 'ready'
  | 'topped'
  | 'failed'
  | 'refunded'
  | 'expired';

/** What is sure of the money of an order that waits: nothing, until the server has answered after the sheet. */
export type UnpaidNote = 'asking' | 'unpaid' | 'cancelled';

export interface Payment {
  order: Resource<Order>;
  face: ReadonlySignal<OrderFace | null>;
  /** True when it takes longer than it usually does. */
  isLate: ReadonlySignal<boolean>;
  /** Until the Stars go back by themselves; null where nobody has promised it. */
  leftMs: ReadonlySignal<number | null>;
  /** Why the last look failed, while what is shown is of an earlier one. */
  unseen: ReadonlySignal<ClientErrorCode | null>;
  isPaying: ReadonlySignal<boolean>;
  note: ReadonlySignal<UnpaidNote>;
  /** Why the last try to go on with the payment ended. */
  problem: ReadonlySignal<ClientErrorCode | null>;
  /** What the plan costs today, where the order can no longer be kept at its price. */
  newStars: ReadonlySignal<number | null>;
  continuePayment(): Promise<void>;
  start(): void;
}

export interface PaymentDeps {
  client: Pick<ESIMGoClient, 'continueOrder'> & AskToWriteDeps['client'];
  track: Track;
  now(): number;
  telegram: AskToWriteDeps['telegram'] & {
    openInvoice(url: string): Promise<PaymentOutcome>;
    haptic: { success(): void; error(): void };
  };
}

const LATE_AFTER_MS = 60_000;
const TICK_MS = 1_000;
/** A confirmed payment reaches the server in seconds; after this the person is told that it has not. */
const CHECKING_FOR_MS = 30_000;
/** A sheet that said nothing: by then the server knows whether it was confirmed. */
const WONDERING_FOR_MS = 10_000;
const UNPAID = new Set<OrderFace>(['checking', 'doubt', 'unpaid']);
const SETTLED = new Set<OrderFace>(['ready', 'topped', 'refunded', 'expired']);

export function createPayment(
  { client, track, now, telegram }: PaymentDeps,
  { orderId, invoice }: { orderId: string; invoice: string | null },
): Payment {
  const order = createResource(load);
  const openedAt = now();
  const clock = signal(openedAt);
  const closedAt = signal(openedAt);
  const report = signal<PaymentReport | null>(null);
  const isSure = signal(true);
  const isPaying = signal(false);
  const wasCancelled = signal(false);
  const problem = signal<ClientErrorCode | null>(null);
  const newStars = signal<number | null>(null);
  const unseen = signal<ClientErrorCode | null>(null);
  const seenAt = signal(openedAt);
  let sheets = 0;
  let looks = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isLeft = false;
  let toldFace: OrderFace | null = null;
  hear(invoice);
  onDispose(() => {
    isLeft = true;
    clearTimeout(timer);
  });

  const isLate = computed(() => clock.value - startOf(valueOf(order), openedAt) > LATE_AFTER_MS);
  const leftMs = computed(() => {
    const deliverBy = valueOf(order)?.deliver_by;
    return deliverBy ? Math.max(0, Date.parse(deliverBy) - clock.value) : null;
  });
  const face = computed<OrderFace | null>(() => {
    const value = valueOf(order);
    return (
      value &&
      faceOf(value, {
        isInDoubt: isInDoubt(value),
        report: report.value,
        sinceMs: clock.value - closedAt.value,
        isOverdue: isLate.value && Boolean(value.deliver_by && seenAt.value >= Date.parse(value.deliver_by)),
      })
    );
  });

  function hear(outcome: string | null): void {
    report.value = isPaymentReport(outcome) ? outcome : null;
    if (report.value !== null) reportPayment(orderId, report.value);
  }

  async function load(): Promise<Order> {
    const sheetsBefore = sheets;
    const look = (looks += 1);
    try {
      const value = await client.getOrderStatus(orderId);
      unseen.value = null;
      seenAt.value = now();
      if (sheets === sheetsBefore) isSure.value = true;
      return value;
    } catch (error) {
      if (look === looks) unseen.value = codeOf(error);
      throw error;
    }
  }

  async function poll(): Promise<void> {
    clearTimeout(timer);
    // What failed stays on the screen until there is something better; only a person sees the skeleton again.
    if (order.state.value.kind === 'failed') await load().then(order.set, () => {});
    else await order.reload();
    clock.value = now();
    if (isLeft) return;
    tell(face.value);
    // Another look may have ended meanwhile, and set its own.
    clearTimeout(timer);
    const waitMs = pollAfterMs(face.value, clock.value - closedAt.value);
    if (waitMs !== null) timer = setTimeout(() => void poll(), waitMs);
  }

  /** Once each: a face that a reload shows again is no news. */
  function tell(current: OrderFace | null): void {
    if (current === toldFace) return;
    const before = toldFace;
    toldFace = current;
    if (before === null) return;
    // A sheet of this visit or of the checkout before it, which could not say that it was paid.
    if (valueOf(order)?.paid_at && UNPAID.has(before)) askToWrite({ client, telegram }, orderId);
    if (current === 'ready' || current === 'topped') {
      telegram.haptic.success();
      track('ready', { order_id: orderId });
    } else if (current === 'issuing' && before !== 'overdue') {
      track('paid', { order_id: orderId });
    } else if (current === 'failed' || (current === 'refunded' && before !== 'failed')) {
      telegram.haptic.error();
    }
  }

  return {
    order,
    face,
    isLate,
    leftMs,
    unseen,
    isPaying,
    note: computed(() => {
      if (isPaying.value || !isSure.value) return 'asking';
      return wasCancelled.value ? 'cancelled' : 'unpaid';
    }),
    problem,
    newStars,
    async continuePayment() {
      if (isPaying.value) return;
      isPaying.value = true;
      problem.value = null;
      try {
        const { order: current, invoice_url: url } = await client.continueOrder(orderId);
        order.set(current);
        // Paid or over since the last look.
        if (url === undefined) return;
        const outcome = await telegram.openInvoice(url);
        sheets += 1;
        isSure.value = false;
        clock.value = closedAt.value = now();
        // Some clients call a paid invoice cancelled: that nothing was charged is for the server to say.
        hear(outcome);
        if (outcome === 'paid') askToWrite({ client, telegram }, orderId);
        wasCancelled.value = report.value === null;
      } catch (error) {
        const stars = error instanceof ESIMGoClientError ? error.details['price_stars'] : null;
        newStars.value = typeof stars === 'number' ? stars : null;
        problem.value = codeOf(error);
      } finally {
        if (!isLeft) await poll();
        isPaying.value = false;
      }
    },
    start() {
      void poll();
      const onVisible = () => {
        if (document.visibilityState === 'visible') void poll();
      };
      document.addEventListener('visibilitychange', onVisible);
      addEventListener('online', onVisible);
      const ticking = setInterval(() => (clock.value = now()), TICK_MS);
      onDispose(() => {
        document.removeEventListener('visibilitychange', onVisible);
        removeEventListener('online', onVisible);
        clearInterval(ticking);
      });
    },
  };
}

export interface FaceHints {
  isInDoubt: boolean;
  /** What the last sheet said, if that may mean a payment. */
  report: PaymentReport | null;
  /** Since the sheet was closed, or this screen was opened. */
  sinceMs: number;
  /** The time by which the Stars were to be back had passed when the server was last heard. */
  isOverdue: boolean;
}

export function faceOf(
  order: Pick<Order, 'status' | 'kind'>,
  { isInDoubt: mayBePaid, report, sinceMs, isOverdue }: FaceHints,
): OrderFace {
  switch (order.status) {
    case 'pending':
      if (mayBePaid) return sinceMs < CHECKING_FOR_MS ? 'checking' : 'doubt';
      return report !== null && sinceMs < WONDERING_FOR_MS ? 'checking' : 'unpaid';
    case 'processing':
      return isOverdue ? 'overdue' : 'issuing';
    case 'ready':
    case 'active':
      return order.kind === 'top_up' ? 'topped' : 'ready';
    case 'failed':
      return 'failed';
    case 'refunded':
      return 'refunded';
    case 'expired':
      // A payment that is found late still counts.
      return mayBePaid ? 'doubt' : 'expired';
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
