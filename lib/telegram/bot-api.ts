import type { BotCommand, InlineKeyboardButton } from 'grammy/types';
import * as z from 'zod';
import type { Language } from '../contract/session.ts';
import { createTelegramClient, type TelegramClientOptions } from './client.ts';
import { TelegramRefusedError } from './errors.ts';
import { createSendRate, type SendRate } from './send-rate.ts';

/** What the shop asks of Telegram. Every method throws `TelegramRefusedError` or `TelegramUnreachableError`, nothing else. */
export interface TelegramApi {
  createInvoiceLink(invoice: StarsInvoice): Promise<string>;
  answerPreCheckoutQuery(queryId: string, answer: PreCheckoutAnswer): Promise<void>;
  /** A repeated refund is told apart, so a job may run again after a lost answer. */
  refundStarPayment(userId: number, chargeId: string): Promise<'refunded' | 'already_refunded'>;
  getStarTransactions(page: { offset: number; limit: number }): Promise<StarTransactionPage>;
  /** Returns the message id. */
  sendMessage(chatId: ChatId, message: TextMessage): Promise<number>;
  sendPhoto(chatId: ChatId, png: Uint8Array, message: PhotoMessage): Promise<number>;
  answerCallbackQuery(queryId: string, text?: string): Promise<void>;
  getMe(): Promise<BotIdentity>;
}

/** What setting the bot up needs besides. */
export interface TelegramSetupApi {
  getMe(): Promise<BotIdentity>;
  getWebhookInfo(): Promise<WebhookState>;
  setWebhook(webhook: { url: string; secretToken: string; allowedUpdates: readonly AllowedUpdate[] }): Promise<void>;
  getMyCommands(language: BotLanguage): Promise<BotCommand[]>;
  setMyCommands(language: BotLanguage, commands: readonly BotCommand[]): Promise<void>;
  getMyDescription(language: BotLanguage): Promise<string>;
  setMyDescription(language: BotLanguage, description: string): Promise<void>;
  getMyShortDescription(language: BotLanguage): Promise<string>;
  setMyShortDescription(language: BotLanguage, shortDescription: string): Promise<void>;
  getMenuButton(): Promise<MenuButton | null>;
  setMenuButton(button: MenuButton): Promise<void>;
  /** Refused for a chat that the bot was never in. */
  getChat(chatId: ChatId): Promise<{ type: string }>;
}

/** Null stands for everyone whose language has no texts of its own. */
export type BotLanguage = Language | null;

/** A private chat has its user's id; the admin chat may be a group or `@channel`. */
export type ChatId = number | string;

export type InlineButton =
  | InlineKeyboardButton.WebAppButton
  | InlineKeyboardButton.UrlButton
  | InlineKeyboardButton.CopyTextButtonButton
  | InlineKeyboardButton.CallbackButton;
export type ButtonRows = readonly (readonly InlineButton[])[];

export interface StarsInvoice {
  /** 1 to 32 characters. */
  title: string;
  /** 1 to 255 characters. */
  description: string;
  /** 1 to 128 bytes; comes back with the payment. */
  payload: string;
  stars: number;
}

/** `errorMessage` is shown to the buyer. */
export type PreCheckoutAnswer = { ok: true } | { ok: false; errorMessage: string };

export interface TextMessage {
  html: string;
  buttons?: ButtonRows;
}

export interface PhotoMessage {
  /** At most 1,024 characters after Telegram has read the tags. */
  captionHtml: string;
  buttons?: ButtonRows;
}

export interface StarTransaction {
  chargeId: string;
  kind: 'charge' | 'refund';
  userId: number;
  stars: number;
  payload: string | null;
  at: Date;
}

export interface StarTransactionPage {
  /** Payments of users and their refunds; withdrawals, gifts and the like are left out. */
  transactions: StarTransaction[];
  /** How many entries the page had with those left out; fewer than the limit means it was the last. */
  received: number;
}

export interface BotIdentity {
  id: number;
  username: string;
}

export type AllowedUpdate = 'message' | 'pre_checkout_query' | 'callback_query' | 'my_chat_member';

export interface WebhookState {
  url: string;
  pendingUpdates: number;
  allowedUpdates: readonly string[] | null;
  lastError: { at: Date; message: string } | null;
}

export interface MenuButton {
  text: string;
  url: string;
}

export interface TelegramApiOptions extends TelegramClientOptions {
  /** Messages a second, 0 for no limit. */
  ratePerS: number;
  sendRate?: SendRate;
}

// Telegram gives up on a pre-checkout query after ten seconds; half of that must be left for the checks before it.
const PRE_CHECKOUT_TIMEOUT_S = 5;
const UPLOAD_TIMEOUT_S = 20;

const done = z.literal(true);
const sentMessageWireSchema = z.object({ message_id: z.int() });

// Kinds of partners that Telegram adds one day must not stop the reading of payments; a user must be readable.
const userPartnerWireSchema = z.object({
  type: z.literal('user'),
  transaction_type: z.string().optional(),
  user: z.object({ id: z.int().positive() }),
  invoice_payload: z.string().optional(),
});
const otherPartnerWireSchema = z
  .object({ type: z.string().refine((type) => type !== 'user') })
  .transform(() => ({ type: 'other' as const }));
const partnerWireSchema = z.union([userPartnerWireSchema, otherPartnerWireSchema]);
const starTransactionsWireSchema = z.object({
  transactions: z.array(
    z.object({
      id: z.string().min(1),
      amount: z.int(),
      date: z.int().nonnegative(),
      source: partnerWireSchema.optional(),
      receiver: partnerWireSchema.optional(),
    }),
  ),
});
type StarTransactionWire = z.infer<typeof starTransactionsWireSchema>['transactions'][number];

const webhookInfoWireSchema = z.object({
  url: z.string(),
  pending_update_count: z.int().nonnegative(),
  allowed_updates: z.array(z.string()).optional(),
  last_error_date: z.int().optional(),
  last_error_message: z.string().optional(),
});

const menuButtonWireSchema = z.union([
  z.object({ type: z.literal('web_app'), text: z.string(), web_app: z.object({ url: z.string() }) }),
  z.object({ type: z.enum(['commands', 'default']) }),
]);

export function createTelegramApi(options: TelegramApiOptions): TelegramApi & TelegramSetupApi {
  const call = createTelegramClient(options);
  const sendRate = options.sendRate ?? createSendRate({ perS: options.ratePerS });

  return {
    createInvoiceLink: ({ title, description, payload, stars }) =>
      call('createInvoiceLink', z.url(), (raw) =>
        raw.createInvoiceLink({
          title,
          description,
          payload,
          provider_token: '',
          currency: 'XTR',
          prices: [{ label: title, amount: stars }],
        }),
      ),

    async answerPreCheckoutQuery(queryId, answer) {
      await call(
        'answerPreCheckoutQuery',
        done,
        (raw) =>
          raw.answerPreCheckoutQuery({
            pre_checkout_query_id: queryId,
            ok: answer.ok,
            ...(answer.ok ? {} : { error_message: answer.errorMessage }),
          }),
        PRE_CHECKOUT_TIMEOUT_S,
      );
    },

    async refundStarPayment(userId, chargeId) {
      try {
        await call('refundStarPayment', done, (raw) =>
          raw.refundStarPayment({ user_id: userId, telegram_payment_charge_id: chargeId }),
        );
        return 'refunded';
      } catch (error) {
        if (error instanceof TelegramRefusedError && error.description.includes('CHARGE_ALREADY_REFUNDED')) {
          return 'already_refunded';
        }
        throw error;
      }
    },

    async getStarTransactions(page) {
      const { transactions } = await call('getStarTransactions', starTransactionsWireSchema, (raw) =>
        raw.getStarTransactions(page),
      );
      return { transactions: transactions.flatMap(decodeStarTransaction), received: transactions.length };
    },

    async sendMessage(chatId, { html, buttons }) {
      await sendRate.acquire();
      const { message_id } = await call('sendMessage', sentMessageWireSchema, (raw) =>
        raw.sendMessage({
          chat_id: chatId,
          text: html,
          parse_mode: 'HTML',
          link_preview_options: { is_disabled: true },
          ...(buttons === undefined ? {} : { reply_markup: keyboard(buttons) }),
        }),
      );
      return message_id;
    },

    async sendPhoto(chatId, png, { captionHtml, buttons }) {
      await sendRate.acquire();
      const { message_id } = await call(
        'sendPhoto',
        sentMessageWireSchema,
        (raw, { InputFile }) =>
          raw.sendPhoto({
            chat_id: chatId,
            photo: new InputFile(png, 'esim.png'),
            caption: captionHtml,
            parse_mode: 'HTML',
            ...(buttons === undefined ? {} : { reply_markup: keyboard(buttons) }),
          }),
        UPLOAD_TIMEOUT_S,
      );
      return message_id;
    },

    async answerCallbackQuery(queryId, text) {
      await call('answerCallbackQuery', done, (raw) =>
        raw.answerCallbackQuery({ callback_query_id: queryId, ...(text === undefined ? {} : { text }) }),
      );
    },

    getMe: () => call('getMe', z.object({ id: z.int().positive(), username: z.string() }), (raw) => raw.getMe()),

    async getWebhookInfo() {
      const wire = await call('getWebhookInfo', webhookInfoWireSchema, (raw) => raw.getWebhookInfo());
      return {
        url: wire.url,
        pendingUpdates: wire.pending_update_count,
        allowedUpdates: wire.allowed_updates ?? null,
        lastError:
          wire.last_error_date === undefined
            ? null
            : { at: new Date(wire.last_error_date * 1000), message: wire.last_error_message ?? '' },
      };
    },

    async setWebhook({ url, secretToken, allowedUpdates }) {
      await call('setWebhook', done, (raw) =>
        raw.setWebhook({ url, secret_token: secretToken, allowed_updates: allowedUpdates }),
      );
    },

    getMyCommands: (language) =>
      call('getMyCommands', z.array(z.object({ command: z.string(), description: z.string() })), (raw) =>
        raw.getMyCommands(inLanguage(language)),
      ),

    async setMyCommands(language, commands) {
      await call('setMyCommands', done, (raw) => raw.setMyCommands({ commands, ...inLanguage(language) }));
    },

    async getMyDescription(language) {
      const wire = await call('getMyDescription', z.object({ description: z.string() }), (raw) =>
        raw.getMyDescription(inLanguage(language)),
      );
      return wire.description;
    },

    async setMyDescription(language, description) {
      await call('setMyDescription', done, (raw) => raw.setMyDescription({ description, ...inLanguage(language) }));
    },

    async getMyShortDescription(language) {
      const wire = await call('getMyShortDescription', z.object({ short_description: z.string() }), (raw) =>
        raw.getMyShortDescription(inLanguage(language)),
      );
      return wire.short_description;
    },

    async setMyShortDescription(language, shortDescription) {
      await call('setMyShortDescription', done, (raw) =>
        raw.setMyShortDescription({ short_description: shortDescription, ...inLanguage(language) }),
      );
    },

    async getMenuButton() {
      const wire = await call('getChatMenuButton', menuButtonWireSchema, (raw) => raw.getChatMenuButton({}));
      return wire.type === 'web_app' ? { text: wire.text, url: wire.web_app.url } : null;
    },

    async setMenuButton({ text, url }) {
      await call('setChatMenuButton', done, (raw) =>
        raw.setChatMenuButton({ menu_button: { type: 'web_app', text, web_app: { url } } }),
      );
    },

    getChat: (chatId) => call('getChat', z.object({ type: z.string() }), (raw) => raw.getChat({ chat_id: chatId })),
  };
}

// An incoming payment has a source, its refund a receiver and the same id.
function decodeStarTransaction(wire: StarTransactionWire): StarTransaction[] {
  const partner = wire.source ?? wire.receiver;
  if (partner?.type !== 'user') return [];
  if (partner.transaction_type !== undefined && partner.transaction_type !== 'invoice_payment') return [];
  return [
    {
      chargeId: wire.id,
      kind: wire.source === undefined ? 'refund' : 'charge',
      userId: partner.user.id,
      stars: wire.amount,
      payload: partner.invoice_payload ?? null,
      at: new Date(wire.date * 1000),
    },
  ];
}

function keyboard(buttons: ButtonRows): { inline_keyboard: InlineButton[][] } {
  return { inline_keyboard: buttons.map((row) => [...row]) };
}

function inLanguage(language: BotLanguage): { language_code?: Language } {
  return language === null ? {} : { language_code: language };
}
