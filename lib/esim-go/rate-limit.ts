import type { SharedRate } from '../kv/shared-rate.ts';

/** Who waits for the answer, the most urgent first. `capacity` is asked rarely, and every sale depends on it. */
const PRIORITIES = ['capacity', 'order', 'install', 'status', 'usage', 'sync'] as const;
export type CallPriority = (typeof PRIORITIES)[number];

export interface RateLimitOptions {
  /** Requests per second; 0 switches the limit off. */
  readonly ratePerS: number;
  /** Between two orders; 0 for none. */
  readonly orderIntervalMs: number;
  /** What the other instances keep too. */
  readonly shared?: SharedTurns | undefined;
  readonly now: () => number;
  readonly sleep: (ms: number) => Promise<void>;
}

export interface SharedTurns {
  readonly request: SharedRate;
  /** Null where orders need no interval. */
  readonly order: SharedRate | null;
}

export interface RateLimit {
  /** Resolves when the caller may send one request. `isOrder` keeps the interval between orders. */
  acquire(priority: CallPriority, isOrder?: boolean): Promise<void>;
  /** Learns from the rate headers of every answer. */
  observe(status: number, headers: Headers, retryAfterMs: number | null): void;
  /** How long a request of this priority would wait now, as an estimate. */
  queueDelayMs(priority: CallPriority): number;
}

interface Waiter {
  readonly rank: number;
  readonly isOrder: boolean;
  readonly grant: () => void;
}

// The vendor counts in windows of one second: the burst and a second's worth together stay within its 10 at 8 per second.
export const BURST = 2;
// Now and then the longest waiter goes first, so that a busy shop still syncs; an order loses one turn at most.
const TURN_OF_THE_OLDEST = 10;
const PAUSE_AFTER_429_MS = 1_000;
// A wrong header must not stop the shop for longer than this.
const MAX_PAUSE_MS = 60_000;
const MAX_COST = 50;

/** Keeps this process, and with `shared` all instances, within the vendor's limit and lets the more urgent calls pass. */
export function createRateLimit({ ratePerS, orderIntervalMs, shared, now, sleep }: RateLimitOptions): RateLimit {
  /** In order of arrival. */
  const waiting: Waiter[] = [];
  let tokens = BURST;
  let refilledAtMs = now();
  let pausedUntilMs = 0;
  let nextOrderAtMs = 0;
  let grants = 0;
  let wakeAtMs = Infinity;
  let isGranting = false;

  function acquire(priority: CallPriority, isOrder = false): Promise<void> {
    return new Promise((grant) => {
      waiting.push({ rank: PRIORITIES.indexOf(priority), isOrder, grant });
      void grantDue();
    });
  }

  /** One at a time, however many ask: what arrives meanwhile is seen by the same loop. */
  async function grantDue(): Promise<void> {
    if (isGranting) return;
    isGranting = true;
    while (waiting.length > 0) {
      const nowMs = now();
      refill(nowMs);
      const isReady = nextWaiter(nowMs) !== undefined;
      const delayMs = Math.max(pausedUntilMs - nowMs, tokenDelayMs(1), isReady ? 0 : nextOrderAtMs - nowMs);
      const sharedDelayMs = shared && delayMs <= 0 ? await shared.request.take() : delayMs;
      if (sharedDelayMs > 0) {
        wakeIn(sharedDelayMs);
        break;
      }
      const waiter = shared ? await chooseWith(shared) : nextWaiter(nowMs);
      // A turn that nobody can use lapses.
      if (waiter) grantTo(waiter);
    }
    isGranting = false;
  }

  /** Only with a turn in hand: somebody more urgent may have come while the others were asked. */
  async function chooseWith(others: SharedTurns): Promise<Waiter | undefined> {
    for (;;) {
      const waiter = nextWaiter(now());
      if (!waiter?.isOrder || !others.order) return waiter;
      const delayMs = await others.order.take();
      if (delayMs <= 0) return waiter;
      nextOrderAtMs = Math.max(nextOrderAtMs, now() + delayMs);
    }
  }

  function grantTo(waiter: Waiter): void {
    waiting.splice(waiting.indexOf(waiter), 1);
    grants += 1;
    tokens -= 1;
    if (waiter.isOrder) nextOrderAtMs = now() + orderIntervalMs;
    waiter.grant();
  }

  function nextWaiter(nowMs: number): Waiter | undefined {
    const ready = waiting.filter(({ isOrder }) => !isOrder || nowMs >= nextOrderAtMs);
    if (grants % TURN_OF_THE_OLDEST === TURN_OF_THE_OLDEST - 1) return ready[0];
    return ready.reduce<Waiter | undefined>((best, each) => (best && best.rank <= each.rank ? best : each), undefined);
  }

  function wakeIn(delayMs: number): void {
    const nowMs = now();
    const atMs = nowMs + Math.ceil(delayMs);
    if (wakeAtMs <= atMs) return;
    wakeAtMs = atMs;
    void sleep(atMs - nowMs).then(() => {
      if (wakeAtMs === atMs) wakeAtMs = Infinity;
      void grantDue();
    });
  }

  function refill(nowMs: number): void {
    tokens = ratePerS === 0 ? BURST : Math.min(BURST, tokens + (Math.max(0, nowMs - refilledAtMs) * ratePerS) / 1000);
    refilledAtMs = nowMs;
  }

  /** Until `count` tokens are there. */
  function tokenDelayMs(count: number): number {
    // The tolerance keeps a sum of fractions just below one token from costing another round of waiting.
    return ratePerS === 0 || tokens >= count - 1e-6 ? 0 : ((count - tokens) / ratePerS) * 1000;
  }

  function observe(status: number, headers: Headers, retryAfterMs: number | null): void {
    const nowMs = now();
    if (status === 429) pause(nowMs, retryAfterMs ?? PAUSE_AFTER_429_MS);
    const cost = numberIn(headers, 'x-ratelimit-cost');
    if (cost !== null && cost > 1) tokens -= Math.min(cost, MAX_COST) - 1;
    const remaining = numberIn(headers, 'x-ratelimit-remaining');
    // Both times are the vendor's, so a wrong clock of ours does no harm.
    const resetInMs = Date.parse(headers.get('x-ratelimit-reset') ?? '') - Date.parse(headers.get('date') ?? '');
    if (remaining !== null && remaining <= 0 && resetInMs > 0) pause(nowMs, resetInMs);
  }

  function pause(nowMs: number, forMs: number): void {
    pausedUntilMs = Math.max(pausedUntilMs, nowMs + Math.min(forMs, MAX_PAUSE_MS));
  }

  function queueDelayMs(priority: CallPriority): number {
    const nowMs = now();
    refill(nowMs);
    const rank = PRIORITIES.indexOf(priority);
    const ahead = waiting.filter((waiter) => waiter.rank <= rank).length;
    const pauseMs = Math.max(0, pausedUntilMs - nowMs);
    if (priority !== 'order') return Math.ceil(pauseMs + tokenDelayMs(ahead + 1));
    const ordersAhead = waiting.filter(({ isOrder }) => isOrder).length;
    const orderMs = Math.max(0, nextOrderAtMs - nowMs) + ordersAhead * orderIntervalMs;
    return Math.ceil(Math.max(pauseMs + tokenDelayMs(ahead + 1), orderMs));
  }

  return { acquire, observe, queueDelayMs };
}

function numberIn(headers: Headers, name: string): number | null {
  const text = headers.get(name)?.trim();
  return text && /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : null;
}
