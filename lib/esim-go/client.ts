import { accountCalls } from './calls/account.ts';
import { catalogueCalls } from './calls/catalogue.ts';
import { esimCalls } from './calls/esims.ts';
import { orderCalls } from './calls/orders.ts';
import { createTransport, type EsimGoClientOptions } from './transport.ts';

export type EsimGoClient = ReturnType<typeof createEsimGoClient>;

/**
 * The eSIM Go reseller API. Every call ends in an answer or in one of three errors: `EsimGoRefusedError`,
 * `EsimGoUnreachableError` or `EsimGoShapeError`.
 */
export function createEsimGoClient(options: EsimGoClientOptions) {
  const transport = createTransport(options);
  return {
    ...catalogueCalls(transport),
    ...orderCalls(transport),
    ...esimCalls(transport),
    ...accountCalls(transport),
    /** How long a call of this priority would wait for the rate limit. */
    queueDelayMs: transport.queueDelayMs,
    /** The vendor's clock minus ours at the last answer; null before the first. */
    clockSkewMs: transport.clockSkewMs,
    /** Waits for what is under way and closes the connections. */
    close: transport.close,
  };
}
