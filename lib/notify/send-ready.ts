import { qrPng } from '../esims/qr.ts';
import type { TelegramApi } from '../telegram/bot-api.ts';
import { readyMessage, type ReadyEsim } from './order-messages.ts';

/** The QR picture with everything needed to install. Throws what Telegram throws. */
export async function sendReady(
  telegram: Pick<TelegramApi, 'sendPhoto'>,
  userId: number,
  esim: ReadyEsim,
): Promise<void> {
  await telegram.sendPhoto(userId, await qrPng(esim.lpaString), readyMessage(esim));
}
