import type { Language } from '../contract/session.ts';
import type { BotHtml } from '../i18n/bot-html.ts';
import { botMessages } from '../i18n/bot-messages.ts';
import type { InlineButton, TextMessage } from '../telegram/bot-api.ts';
import type { MessageUpdate } from '../telegram/webhook-update.ts';

export interface ReplyContext {
  language: Language;
  appUrl: string;
  shopName: string;
  supportContact: string | null;
  /** After which an undelivered order is refunded. */
  deliveryDeadlineS: number;
  now: Date;
}

/** What the button under the question of `/deletedata` sends back, before a colon and the time of the question. */
export const DELETE_DATA = 'delete_data';

/** Asks before anything is deleted. */
export function askToDelete({ language, now }: Pick<ReplyContext, 'language' | 'now'>): TextMessage {
  const { confirm, button: text } = botMessages[language].erasure;
  const askedAtS = Math.floor(now.getTime() / 1_000);
  return { html: confirm().html, buttons: [[{ text, callback_data: `${DELETE_DATA}:${askedAtS}` }]] };
}

/** When the question was put whose button sent this; null when it is none of its buttons. */
export function questionTime(data: string | null): Date | null {
  const [name, seconds = '0', ...rest] = (data ?? '').split(':');
  if (name !== DELETE_DATA || !/^\d{1,11}$/.test(seconds) || rest.length > 0) return null;
  // A button without a time is an old one.
  return new Date(Number(seconds) * 1_000);
}

/** The bot's whole conversation. Null where it stays silent: groups, and messages without text. */
export function replyTo(message: Pick<MessageUpdate, 'text' | 'isPrivate'>, context: ReplyContext): TextMessage | null {
  if (!message.isPrivate || message.text === null) return null;
  const { reply, button } = botMessages[context.language];
  const minutes = Math.ceil(context.deliveryDeadlineS / 60);
  const contact = context.supportContact === null ? reply.noContact() : reply.contact(context.supportContact);
  const openShop: InlineButton = { text: button.openShop, web_app: { url: context.appUrl } };
  const openHelp: InlineButton = { text: button.openHelp, web_app: { url: `${context.appUrl}/help` } };
  const answer = (text: BotHtml, ...buttons: InlineButton[]): TextMessage => ({
    html: text.html,
    buttons: buttons.map((each) => [each]),
  });

  switch (commandOf(message.text)) {
    case 'start':
      return answer(reply.start(context.shopName), openShop);
    case 'help':
      return answer(reply.help(), openShop, openHelp);
    case 'support':
      return answer(reply.support(contact), openHelp);
    case 'paysupport':
      return answer(reply.paysupport(minutes, contact), openHelp);
    case 'terms':
      return answer(reply.terms(context.shopName, minutes), openShop);
    case 'privacy':
      return answer(reply.privacy(), openHelp);
    case 'deletedata':
      return askToDelete(context);
    case null:
      return answer(reply.hint(), openShop);
  }
}

const COMMANDS = ['start', 'help', 'support', 'paysupport', 'terms', 'privacy', 'deletedata'] as const;

// What follows a command is the visitor's own text (`/start promo` comes from any link) and decides nothing.
function commandOf(text: string): (typeof COMMANDS)[number] | null {
  const name = /^\/([a-z]+)(?:@\w+)?(?:\s|$)/i.exec(text)?.[1]?.toLowerCase();
  return COMMANDS.find((command) => command === name) ?? null;
}
