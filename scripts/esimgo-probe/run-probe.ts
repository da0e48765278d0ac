import { setTimeout as wait } from 'node:timers/promises';
import { baseUrlOf, probeSupplier, type ProbeReport } from '../../lib/admin/probe-supplier.ts';
import { createEsimGoClient, type EsimGoClient } from '../../lib/esim-go/client.ts';
import { isEsimGoError } from '../../lib/esim-go/errors.ts';

// Half of what eSIM Go allows: the shop itself may be selling meanwhile, and a listing can count for several calls.
const RATE_PER_S = 5;
const ORDERS_LOOKED_AT_DAYS = 90;

export interface RunProbeOptions {
  baseUrl: string;
  apiKey: string;
  iccid: string | null;
  ratePerS?: number;
  sleep?: (ms: number) => Promise<void>;
}

export async function runProbe({
  baseUrl,
  apiKey,
  iccid,
  ratePerS = RATE_PER_S,
  sleep = wait,
}: RunProbeOptions): Promise<ProbeReport> {
  const open = (url: string): EsimGoClient =>
    createEsimGoClient({
      baseUrl: url,
      apiKey,
      ratePerS,
      orderIntervalMs: 0,
      userAgent: 'esim-shop-probe/1',
      getTimeoutMs: 10_000,
    });
  return probeSupplier({
    baseUrl,
    open,
    iccid: iccid ?? (await findOwnedEsim(open(baseUrlOf(baseUrl, 'v2.5')))),
    now: () => new Date(),
    sleep,
  });
}

/** Through the orders, as the probe itself must not read what granted calls answer. */
async function findOwnedEsim(client: EsimGoClient): Promise<string | null> {
  try {
    const createdFrom = new Date(Date.now() - ORDERS_LOOKED_AT_DAYS * 86_400_000);
    const { orders } = await client.listOrders({ createdFrom, limit: 20 });
    return orders.flatMap(({ items }) => items.flatMap(({ iccids }) => iccids))[0] ?? null;
  } catch (error) {
    // No order can be read where nothing can; the probe then shows why.
    if (isEsimGoError(error)) return null;
    throw error;
  } finally {
    await client.close();
  }
}
