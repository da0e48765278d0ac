import { createHmac } from 'node:crypto';

import type { SandboxContext } from '../context.ts';

export interface Callback {
  /** Null when the callback is about the account. */
  iccid: string | null;
  payload: object;
  /** Some of the vendor's callbacks carry the ICCID as a JSON number. */
  hasNumericIccid?: boolean;
}

export interface CallbackSender {
  /** Sends once, in order per eSIM, and never again: the caller does not wait and does not learn the outcome. */
  send(callbacks: readonly Callback[]): void;
  settle(): Promise<void>;
}

export const CALLBACK_PATH = '/api/esimgo/webhook';

export function createCallbackSender({ keys, shop }: Pick<SandboxContext, 'keys' | 'shop'>): CallbackSender {
  const queues = new Map<string, Promise<void>>();

  async function deliver(callback: Callback): Promise<void> {
    const body = callbackText(callback);
    const signature = createHmac('sha256', keys.esimGoApiKey).update(body).digest('base64');
    await shop.post(
      'esimgo',
      CALLBACK_PATH,
      { 'content-type': 'application/json', 'x-signature-sha256': signature },
      body,
    );
  }

  return {
    send(callbacks) {
      for (const callback of callbacks) {
        const queue = callback.iccid ?? 'account';
        const sent = (queues.get(queue) ?? Promise.resolve())
          .then(() => deliver(callback))
          // Whatever went wrong with a delivery, the vendor does not care.
          .catch(() => {})
          .finally(() => {
            if (queues.get(queue) === sent) queues.delete(queue);
          });
        queues.set(queue, sent);
      }
    },
    async settle() {
      while (queues.size > 0) await Promise.all(queues.values());
    },
  };
}

/** A number of 19 digits does not survive JSON.stringify, so its quotes are taken off in the text. */
function callbackText({ iccid, payload, hasNumericIccid }: Callback): string {
  const text = JSON.stringify(payload);
  return hasNumericIccid === true && iccid !== null ? text.replace(`"iccid":"${iccid}"`, `"iccid":${iccid}`) : text;
}
