import { badRequest } from './bot-api-error.ts';
import {
  deleteMyCommands,
  getChatMenuButton,
  getMyCommands,
  getProfileText,
  setChatMenuButton,
  setMyCommands,
  setProfileText,
} from './bot-profile.ts';
import type { CallParams } from './call-params.ts';
import {
  deleteMessage,
  describeBot,
  editMessageReplyMarkup,
  editMessageText,
  sendChatAction,
  sendDocument,
  sendMessage,
  sendPhoto,
} from './messages.ts';
import type { TelegramWorld } from './service-updates.ts';
import { createInvoiceLink, getMyStarBalance, getStarTransactions, refundStarPayment } from './stars.ts';
import { findChat } from './users.ts';
import { deleteWebhook, getWebhookInfo, setWebhook } from './webhook.ts';

export interface MethodAnswer {
  result: unknown;
  description?: string;
}

export interface BotMethod {
  run(params: CallParams): Promise<MethodAnswer>;
  /** Answers to queries are not held back with the rest: each is asked for once and must come within seconds. */
  isRateLimited: boolean;
}

const OLD_QUERY = 'query is too old and response timeout expired or query ID is invalid';

/** By lower-case name: the Bot API does not care about case. */
export function createBotMethods(world: TelegramWorld): ReadonlyMap<string, BotMethod> {
  const methods: Record<string, (params: CallParams) => unknown> = {
    getMe: () => ({
      ...describeBot(world),
      can_join_groups: true,
      can_read_all_group_messages: false,
      supports_inline_queries: false,
      can_connect_to_business: false,
      has_main_web_app: false,
    }),
    getWebhookInfo: () => getWebhookInfo(world),
    setMyCommands: (params) => setMyCommands(world, params),
    getMyCommands: (params) => getMyCommands(world, params),
    deleteMyCommands: (params) => deleteMyCommands(world, params),
    setMyName: (params) => setProfileText(world, 'name', params),
    getMyName: (params) => getProfileText(world, 'name', params),
    setMyDescription: (params) => setProfileText(world, 'description', params),
    getMyDescription: (params) => getProfileText(world, 'description', params),
    setMyShortDescription: (params) => setProfileText(world, 'short_description', params),
    getMyShortDescription: (params) => getProfileText(world, 'short_description', params),
    setChatMenuButton: (params) => setChatMenuButton(world, params),
    getChatMenuButton: (params) => getChatMenuButton(world, params),
    getChat: async (params) => (await findChat(world.context.sql, params.text('chat_id'))).chat,
    sendMessage: (params) => sendMessage(world, params),
    sendPhoto: (params) => sendPhoto(world, params),
    sendDocument: (params) => sendDocument(world, params),
    sendChatAction: (params) => sendChatAction(world, params),
    editMessageText: (params) => editMessageText(world, params),
    editMessageReplyMarkup: (params) => editMessageReplyMarkup(world, params),
    deleteMessage: (params) => deleteMessage(world, params),
    createInvoiceLink: (params) => createInvoiceLink(world, params),
    refundStarPayment: (params) => refundStarPayment(world, params),
    getStarTransactions: (params) => getStarTransactions(world, params),
    getMyStarBalance: () => getMyStarBalance(world),
  };

  const table = new Map<string, BotMethod>();
  for (const [name, method] of Object.entries(methods)) {
    table.set(name.toLowerCase(), {
      run: async (params) => ({ result: await method(params) }),
      isRateLimited: true,
    });
  }
  for (const [name, method] of [
    ['setwebhook', setWebhook],
    ['deletewebhook', deleteWebhook],
  ] as const) {
    table.set(name, {
      run: async (params) => ({ result: true, description: await method(world, params) }),
      isRateLimited: true,
    });
  }
  table.set('answerprecheckoutquery', {
    run: async (params) => ({ result: answerPreCheckoutQuery(world, params) }),
    isRateLimited: false,
  });
  table.set('answercallbackquery', {
    run: async (params) => ({ result: answerCallbackQuery(world, params) }),
    isRateLimited: false,
  });
  return table;
}

function answerPreCheckoutQuery(world: TelegramWorld, params: CallParams): true {
  const id = params.text('pre_checkout_query_id');
  const isOk = params.flag('ok');
  const errorMessage = isOk ? '' : params.requiredText('error_message');
  const answer = world.preCheckouts.get(id);
  if (answer === undefined) throw badRequest(OLD_QUERY);
  world.preCheckouts.delete(id);
  answer(isOk ? { ok: true } : { ok: false, errorMessage });
  return true;
}

function answerCallbackQuery(world: TelegramWorld, params: CallParams): true {
  const id = params.text('callback_query_id');
  const text = params.text('text');
  if ([...text].length > 200) throw badRequest('MESSAGE_TOO_LONG');
  const answer = world.callbacks.get(id);
  if (answer === undefined) throw badRequest(OLD_QUERY);
  world.callbacks.delete(id);
  answer({ text, showAlert: params.flag('show_alert'), url: params.text('url') });
  return true;
}
