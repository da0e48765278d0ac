import type { DeliveryOutcome, SandboxContext } from '../context.ts';
import type { BotState } from './bot-state.ts';

/** One update row; `update_id` is added when it is sent. */
export interface PendingUpdate {
  updateId: number;
  /** Updates of one queue are delivered one after the other, queues beside each other. */
  queue: string;
  body: Record<string, unknown>;
  expiresAt: Date;
}

export interface UpdateRow {
  update_id: string;
  queue: string;
  body: Record<string, unknown>;
  expires_at: Date;
}

export interface UpdateDelivery {
  /** Takes over what an earlier process left undelivered. */
  resume(): Promise<void>;
  /** The row must be stored already: an update that was announced is never forgotten. */
  enqueue(row: UpdateRow): void;
  /** Tries everything again at once, as Telegram does when the webhook is set anew. */
  restart(): void;
  dropAll(): Promise<void>;
  /** Forgets without touching the rows, for a reset that clears them itself. */
  forget(): void;
  lastError(): { date: number; message: string } | null;
  stop(): void;
}

export type UpdateKind = 'message' | 'pre_checkout_query' | 'callback_query' | 'my_chat_member';

const DAY_S = 24 * 60 * 60;
const QUERY_LIFE_S = 150;
const LONGEST_RETRY_AFTER_S = 3_600;
const LONGEST_DELAY_S = 60;

export function updateExpiry(kind: UpdateKind, now: Date): Date {
  const isQuery = kind === 'pre_checkout_query' || kind === 'callback_query';
  return new Date(now.getTime() + (isQuery ? QUERY_LIFE_S : DAY_S) * 1_000);
}

export function isUpdateWanted(kind: UpdateKind, allowedUpdates: readonly string[]): boolean {
  return allowedUpdates.length === 0 || allowedUpdates.includes(kind);
}

/** Hands updates to the webhook by the rules of Telegram's own Bot API server (`WebhookActor.cpp`). */
export function createUpdateDelivery(
  context: SandboxContext,
  state: BotState,
  /** Runs the method that a webhook's answer may carry; its result is seen by nobody. */
  runAnswer: (body: string) => Promise<void>,
): UpdateDelivery {
  const queues = new Map<string, PendingUpdate[]>();
  const running = new Set<string>();
  /** Aborted when another update comes into the queue. */
  const waitingForNext = new Map<string, AbortController>();
  const waitingForConnection: (() => void)[] = [];
  let openConnections = 0;
  let lastError: { date: number; message: string } | null = null;
  let wake = new AbortController();
  let isStopped = false;

  async function connect(): Promise<void> {
    // Checked again after each wake-up: another delivery may have taken the place in between.
    while (openConnections >= state.current.webhook.maxConnections) {
      await new Promise<void>((resolve) => waitingForConnection.push(resolve));
    }
    openConnections += 1;
  }

  function disconnect(): void {
    openConnections -= 1;
    waitingForConnection.shift()?.();
  }

  async function post(update: PendingUpdate): Promise<DeliveryOutcome> {
    const { url, secretToken } = state.current.webhook;
    const headers: Record<string, string> = { 'content-type': 'application/json' };
    if (secretToken !== '') headers['x-telegram-bot-api-secret-token'] = secretToken;
    await connect();
    try {
      return await context.shop.post(
        'telegram',
        url,
        headers,
        JSON.stringify({ update_id: update.updateId, ...update.body }),
      );
    } catch (error) {
      return { kind: 'unanswered', reason: String(error) };
    } finally {
      disconnect();
    }
  }

  async function drop(update: PendingUpdate): Promise<void> {
    const updates = queues.get(update.queue);
    if (updates?.[0] === update) updates.shift();
    await context.sql.query('delete from sandbox.tg_updates where update_id = $1', [update.updateId]);
  }

  /** Puts the next update of the queue before this one; it may come while this one waits. */
  async function letNextPass(update: PendingUpdate, waitMs: number): Promise<void> {
    if (queues.get(update.queue)?.length === 1) {
      const next = new AbortController();
      waitingForNext.set(update.queue, next);
      await context.clock.sleep(waitMs, AbortSignal.any([next.signal, wake.signal]));
      waitingForNext.delete(update.queue);
    }
    const updates = queues.get(update.queue);
    const [first, second] = updates ?? [];
    if (first === update && second !== undefined) updates?.splice(0, 2, second, first);
  }

  /** Resolves to the `Retry-After` of a failed try (0 if there is none), or to `null` when it is not this update's turn any more. */
  async function attempt(update: PendingUpdate): Promise<number | null> {
    const outcome = await post(update);
    if (isStopped) return null;
    let reason: string;
    let retryAfterS = 0;
    switch (outcome.kind) {
      case 'lost':
        await drop(update);
        return null;
      case 'overtaken':
        await letNextPass(update, outcome.waitMs);
        return null;
      case 'unanswered':
        reason = outcome.reason;
        break;
      case 'answered':
        if (outcome.status >= 200 && outcome.status < 300) {
          await drop(update);
          await runAnswer(outcome.body);
          return null;
        }
        reason = `Wrong response from the webhook: ${outcome.status}`;
        retryAfterS = Math.min(Math.max(outcome.retryAfterS ?? 0, 0), LONGEST_RETRY_AFTER_S);
        break;
    }
    lastError = { date: Math.floor(context.clock.now().getTime() / 1_000), message: reason };
    return retryAfterS;
  }

  async function deliver(update: PendingUpdate): Promise<void> {
    let delayS = 1;
    for (let failures = 0; !isStopped && queues.get(update.queue)?.[0] === update; failures += 1) {
      if (state.current.webhook.url === '') return;
      const retryAfterS = await attempt(update);
      if (retryAfterS === null) return;
      let waitS = retryAfterS;
      if (retryAfterS === 0 && failures > 0) {
        delayS = Math.min(delayS * 2, context.random.integer(LONGEST_DELAY_S, 2 * LONGEST_DELAY_S));
        waitS = delayS;
      }
      if (context.clock.now().getTime() + waitS * 1_000 > update.expiresAt.getTime()) {
        await drop(update);
        return;
      }
      if (waitS > 0) await context.clock.sleep(waitS * 1_000, wake.signal);
    }
  }

  async function drain(queue: string): Promise<void> {
    if (running.has(queue)) return;
    running.add(queue);
    try {
      for (;;) {
        const update = queues.get(queue)?.[0];
        if (update === undefined || isStopped || state.current.webhook.url === '') break;
        if (update.expiresAt < context.clock.now()) await drop(update);
        else await deliver(update);
      }
    } finally {
      running.delete(queue);
      if (queues.get(queue)?.length === 0) queues.delete(queue);
    }
  }

  function start(queue: string): void {
    drain(queue).catch(async (error: unknown) => {
      if (isStopped) return;
      // The row is still there, so nothing is lost and the worst is that the bot gets it twice.
      console.error('Telegram simulator: a delivery failed and goes on in a second.', error);
      await context.clock.sleep(1_000, wake.signal);
      start(queue);
    });
  }

  function add(row: UpdateRow): void {
    const update = { updateId: Number(row.update_id), queue: row.queue, body: row.body, expiresAt: row.expires_at };
    const updates = queues.get(row.queue);
    if (updates === undefined) queues.set(row.queue, [update]);
    else updates.push(update);
    waitingForNext.get(row.queue)?.abort();
  }

  function restart(): void {
    wake.abort();
    wake = new AbortController();
    for (const resolve of waitingForConnection.splice(0)) resolve();
    for (const queue of [...queues.keys()]) start(queue);
  }

  return {
    async resume() {
      const rows = await context.sql.query<UpdateRow>('select * from sandbox.tg_updates order by update_id');
      for (const row of rows) add(row);
      restart();
    },
    enqueue(row) {
      add(row);
      start(row.queue);
    },
    restart,
    async dropAll() {
      queues.clear();
      await context.sql.query('delete from sandbox.tg_updates');
    },
    forget() {
      queues.clear();
      lastError = null;
      wake.abort();
      wake = new AbortController();
    },
    lastError: () => lastError,
    stop() {
      isStopped = true;
      wake.abort();
    },
  };
}
