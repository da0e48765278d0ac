import type { Agent } from 'undici';

// An order may reach the wire only within seconds of being recorded as sent, so connecting must not take longer.
const CONNECT_TIMEOUT_MS = 4_000;
// Below the idle time after which proxies usually close a connection, so that few requests meet a closing one.
const KEEP_ALIVE_MS = 4_000;

/** The global fetch is typed after the undici that Node brings along, an older one than ours. */
type FetchDispatcher = NonNullable<RequestInit['dispatcher']>;

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
