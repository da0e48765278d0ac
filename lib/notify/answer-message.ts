import type { TelegramApi } from '../telegram/bot-api.ts';
import { isUserUnreachable } from '../telegram/errors.ts';
import type { MessageUpdate } from '../telegram/webhook-update.ts';
import { replyTo, type ReplyContext } from './reply-to.ts';

/** A failure other than `unreachable` is thrown: whether a greeting is worth another try is the caller's decision. */
export async function answerMessage(
  telegram: Pick<TelegramApi, 'sendMessage'>,
  message: Pick<MessageUpdate, 'text' | 'isPrivate' | 'chatId'>,
  context: ReplyContext,
): Promise<'answered' | 'silent' | 'unreachable'> {
  const reply = replyTo(message, context);
  if (reply === null) return 'silent';
  try {
    await telegram.sendMessage(message.chatId, reply);
    return 'answered';
  } catch (error) {
    if (isUserUnreachable(error)) return 'unreachable';
    throw error;
  }
}
