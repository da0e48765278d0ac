import type { ReadonlySignal } from '@preact/signals-core';
import type { ESIMGoClient } from './esimgo-client.ts';
import { keep, readKept } from './kept-values.ts';

export interface AskToWriteDeps {
  client: Pick<ESIMGoClient, 'getOrderStatus' | 'sendToChat'>;
  telegram: {
    canBotWrite: ReadonlySignal<boolean>;
    requestWriteAccess(): Promise<boolean>;
  };
}

const ASKED = 'asked-to-write';

/** After the payment, so that it stands in nobody's way, and once: later the eSIM's own page offers it. */
export function askToWrite(deps: AskToWriteDeps, orderId: string): void {
  if (deps.telegram.canBotWrite.value || readKept(ASKED, isTrue)) return;
  keep(ASKED, true);
  deps.telegram
    .requestWriteAccess()
    .then((isAllowed) => (isAllowed ? sendIfMissed(deps, orderId) : null))
    // Only the copy in the chat is missing.
    .catch(() => {});
}

/** An eSIM that was made before the person had answered could not be sent then. */
async function sendIfMissed({ client }: AskToWriteDeps, orderId: string): Promise<void> {
  const { kind, ready_at: readyAt, esim_id: id } = await client.getOrderStatus(orderId);
  if (kind === 'new' && readyAt !== null && id !== null) await client.sendToChat(id);
}

function isTrue(value: unknown): value is true {
  return value === true;
}
