import * as z from 'zod';
import { parseVendorJson } from '../json.ts';
import { textWire } from './common.ts';

/**
 * What a callback points at. Callbacks carry neither an id nor a time, so they can be replayed: each is a hint to read
 * the API again, and nothing in it is taken for true.
 */
export interface EsimGoCallback {
  /** The vendor's `alertType`, such as `Utilisation`; null when the callback names an `event` instead. */
  readonly alertType: string | null;
  readonly event: string | null;
  readonly iccid: string | null;
  readonly orderReference: string | null;
  /** Our own order id, in events that other systems of ours send. */
  readonly orderId: string | null;
  readonly bundleName: string | null;
  readonly assignmentId: string | null;
  readonly assignmentReference: string | null;
  readonly countryIso: string | null;
}

const callbackWire = z.object({
  alertType: textWire,
  event: textWire,
  orderReference: textWire,
  order_id: textWire,
  bundle: z
    .object({
      id: z.union([z.string(), z.number().transform(String)]).nullish(),
      reference: textWire,
      name: textWire,
    })
    .nullish(),
  country: z.object({ code: textWire, iso: textWire }).nullish(),
});

/** Null if the body is not a JSON object of the known form. */
export function parseCallback(rawText: string): EsimGoCallback | null {
  let body: unknown;
  try {
    body = parseVendorJson(rawText);
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
  const { success, data: callback } = callbackWire.safeParse(body);
  if (!success) return null;
  return {
    alertType: callback.alertType || null,
    event: callback.event || null,
    iccid: iccidIn(rawText),
    orderReference: callback.orderReference || null,
    orderId: callback.order_id || null,
    bundleName: callback.bundle?.name || null,
    assignmentId: callback.bundle?.id || null,
    assignmentReference: callback.bundle?.reference || null,
    countryIso: callback.country?.code || callback.country?.iso || null,
  };
}

// Often written as a number, whose last digits parsing would lose.
function iccidIn(rawText: string): string | null {
  return /"iccid"\s*:\s*"?(\d{18,22})(?!\d)/.exec(rawText)?.[1] ?? null;
}
