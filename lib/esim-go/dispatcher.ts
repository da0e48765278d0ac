import type { Agent } from 'undici';
import { TOO_LATE } from './connect-failure.ts';

// An order may reach the wire only within seconds of being recorded as sent, so connecting must not take longer.
const CONNECT_TIMEOUT_MS = 4_000;
// Below the idle time after which proxies usually close a connection, so that few requests meet a closing one.
const KEEP_ALIVE_MS = 4_000;

/** The global fetch is typed after the undici that Node brings along, an older one than ours. */
type FetchDispatcher = NonNullable<RequestInit['dispatcher']>;
type FetchHandler = Parameters<FetchDispatcher['dispatch']>[1];

export interface Dispatchers {
  reusing(): Promise<FetchDispatcher>;
  fresh(): Promise<FetchDispatcher>;
  close(): Promise<void>;
}

/**
 * Connections for the global `fetch`. Requests that must not be repeated each get a fresh one: a kept connection that
 * the far side is just closing loses the answer, and a lost answer to an order costs minutes of reconciling.
 */
export function createDispatchers(): Dispatchers {
  let reusing: Promise<Agent> | null = null;
  let fresh: Promise<Agent> | null = null;
  return {
    reusing: async () => forFetch(await (reusing ??= createAgent(1))),
    fresh: async () => forFetch(await (fresh ??= createAgent(0))),
    async close() {
      const opened = await Promise.all([reusing, fresh]);
      reusing = fresh = null;
      await Promise.all(opened.map(async (agent) => agent?.close()));
    },
  };
}

/** In undici a pipelining of 0 means no keep-alive. */
async function createAgent(pipelining: 0 | 1): Promise<Agent> {
  const { Agent } = await import('undici');
  return new Agent({ pipelining, keepAliveTimeout: KEEP_ALIVE_MS, connect: { timeout: CONNECT_TIMEOUT_MS } });
}

function forFetch(agent: Agent): FetchDispatcher {
  return agent as unknown as FetchDispatcher;
}

/** Nothing was written: the request came to the wire later than its record allows. */
class TooLateError extends Error {
  override readonly name = 'TooLateError';
  readonly code = TOO_LATE;
}

/**
 * The same connections, but a request is called off if it is too late at the moment its first byte would be written.
 * Only here can a process that was frozen after recording the request notice it.
 */
export function writingOnlyWhile(dispatcher: FetchDispatcher, isInTime: () => boolean): FetchDispatcher {
  const guardedDispatcher: FetchDispatcher = Object.create(dispatcher);
  guardedDispatcher.dispatch = (options, handler) => dispatcher.dispatch(options, guarded(handler, isInTime));
  return guardedDispatcher;
}

/** What either form of the interface calls right before the first byte, by Node's release. */
interface WriteHooks {
  onConnect?(abort: (error?: Error) => void): void;
  onRequestStart?(controller: { abort(error: Error): void }, context: unknown): void;
}

function guarded(handler: FetchHandler & WriteHooks, isInTime: () => boolean): FetchHandler {
  const guard: FetchHandler & WriteHooks = Object.create(handler);
  if (handler.onConnect) {
    guard.onConnect = (abort) => (isInTime() ? handler.onConnect?.(abort) : abort(new TooLateError()));
  }
  if (handler.onRequestStart) {
    guard.onRequestStart = (controller, context) =>
      isInTime() ? handler.onRequestStart?.(controller, context) : controller.abort(new TooLateError());
  }
  return guard;
}
