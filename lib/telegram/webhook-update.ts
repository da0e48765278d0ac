import { createHash, timingSafeEqual } from 'node:crypto';
import * as z from 'zod';

export interface PreCheckoutUpdate {
  kind: 'pre_checkout';
  updateId: number;
  queryId: string;
  userId: number;
  languageCode: string | null;
  currency: string;
  totalAmount: number;
  payload: string;
}

export interface PaymentUpdate {
  kind: 'payment';
  updateId: number;
  userId: number;
  chatId: number;
  languageCode: string | null;
  currency: string;
  totalAmount: number;
  payload: string;
  chargeId: string;
  at: Date;
}

export interface RefundedPaymentUpdate {
  kind: 'refunded_payment';
  updateId: number;
  userId: number;
  chargeId: string;
  totalAmount: number;
  payload: string;
  at: Date;
}

export interface MessageUpdate {
  kind: 'message';
  updateId: number;
  userId: number;
  chatId: number;
  /** Null for photos, stickers and service messages. */
  text: string | null;
  languageCode: string | null;
  isPrivate: boolean;
  at: Date;
}

/** The user blocked the bot or let it in again. */
export interface MemberUpdate {
  kind: 'member';
  updateId: number;
  userId: number;
  blocked: boolean;
}

export interface CallbackUpdate {
  kind: 'callback';
  updateId: number;
  queryId: string;
  userId: number;
  languageCode: string | null;
  data: string | null;
}

/** Nothing the shop acts on. `unreadable` means a kind we do act on, in a form we do not know: worth an alert. */
export interface OtherUpdate {
  kind: 'other';
  updateId: number;
  what: string;
  unreadable: boolean;
}

export type WebhookUpdate =
  | PreCheckoutUpdate
  | PaymentUpdate
  | RefundedPaymentUpdate
  | MessageUpdate
  | MemberUpdate
  | CallbackUpdate
  | OtherUpdate;

// What does not fit our tables is unreadable: refused by the database instead, Telegram would repeat it for days.
const MAX_DATE_S = 253_402_300_799;
const userWireSchema = z.object({ id: z.int().positive(), language_code: z.string().optional() });
const chatWireSchema = z
  .object({ id: z.int(), type: z.string() })
  .refine(({ id, type }) => type !== 'private' || id > 0);
const dateWireSchema = z.int().nonnegative().max(MAX_DATE_S);
const starsWireSchema = z.int().positive().max(2_147_483_647);
const chargeIdWireSchema = z.string().regex(/^[\x20-\x7e]{1,200}$/);

const preCheckoutWireSchema = z.object({
  id: z.string().min(1),
  from: userWireSchema,
  currency: z.string(),
  total_amount: z.int(),
  invoice_payload: z.string(),
});

const paymentWireSchema = z.object({
  currency: z.string(),
  total_amount: starsWireSchema,
  invoice_payload: z.string(),
  telegram_payment_charge_id: chargeIdWireSchema,
});

const messageWireSchema = z.object({
  from: userWireSchema.optional(),
  chat: chatWireSchema,
  date: dateWireSchema,
  text: z.string().optional(),
  successful_payment: paymentWireSchema.optional(),
  refunded_payment: paymentWireSchema.optional(),
});

const memberWireSchema = z.object({
  chat: chatWireSchema,
  from: userWireSchema,
  new_chat_member: z.object({ status: z.string() }),
});

const callbackWireSchema = z.object({ id: z.string().min(1), from: userWireSchema, data: z.string().optional() });

const updateWireSchema = z.looseObject({ update_id: z.int().nonnegative() });

/** Null when the value is not an update at all. */
export function decodeUpdate(value: unknown): WebhookUpdate | null {
  const update = updateWireSchema.safeParse(value);
  if (!update.success) return null;
  const { update_id: updateId, ...rest } = update.data;
  const what = Object.keys(rest)[0] ?? '';
  const decode = DECODERS.get(what);
  if (decode === undefined) return { kind: 'other', updateId, what, unreadable: false };
  return decode(updateId, rest[what]) ?? { kind: 'other', updateId, what, unreadable: true };
}

const DECODERS = new Map<string, (updateId: number, wire: unknown) => WebhookUpdate | null>([
  ['pre_checkout_query', decodePreCheckout],
  ['message', decodeMessage],
  ['my_chat_member', decodeMember],
  ['callback_query', decodeCallback],
]);

function decodePreCheckout(updateId: number, wire: unknown): WebhookUpdate | null {
  const query = preCheckoutWireSchema.safeParse(wire);
  if (!query.success) return null;
  return {
    kind: 'pre_checkout',
    updateId,
    queryId: query.data.id,
    userId: query.data.from.id,
    languageCode: query.data.from.language_code ?? null,
    currency: query.data.currency,
    totalAmount: query.data.total_amount,
    payload: query.data.invoice_payload,
  };
}

function decodeMessage(updateId: number, wire: unknown): WebhookUpdate | null {
  const message = messageWireSchema.safeParse(wire);
  if (!message.success) return null;
  const { from, chat, text, successful_payment: payment, refunded_payment: refund } = message.data;
  const isPrivate = chat.type === 'private';
  // A private chat has the id of its user; a service message may come without `from` or from the bot itself.
  const userId = isPrivate ? chat.id : from?.id;
  if (userId === undefined) return { kind: 'other', updateId, what: 'message', unreadable: payment !== undefined };
  const at = new Date(message.data.date * 1000);
  const languageCode = from?.language_code ?? null;
  if (payment !== undefined) {
    return {
      kind: 'payment',
      updateId,
      userId,
      chatId: chat.id,
      languageCode,
      currency: payment.currency,
      totalAmount: payment.total_amount,
      payload: payment.invoice_payload,
      chargeId: payment.telegram_payment_charge_id,
      at,
    };
  }
  if (refund !== undefined) {
    return {
      kind: 'refunded_payment',
      updateId,
      userId,
      chargeId: refund.telegram_payment_charge_id,
      totalAmount: refund.total_amount,
      payload: refund.invoice_payload,
      at,
    };
  }
  return { kind: 'message', updateId, userId, chatId: chat.id, text: text ?? null, languageCode, isPrivate, at };
}

function decodeMember(updateId: number, wire: unknown): WebhookUpdate | null {
  const member = memberWireSchema.safeParse(wire);
  if (!member.success) return null;
  const { chat, new_chat_member: membership } = member.data;
  if (chat.type !== 'private') return { kind: 'other', updateId, what: 'my_chat_member', unreadable: false };
  return { kind: 'member', updateId, userId: chat.id, blocked: membership.status === 'kicked' };
}

function decodeCallback(updateId: number, wire: unknown): WebhookUpdate | null {
  const query = callbackWireSchema.safeParse(wire);
  if (!query.success) return null;
  return {
    kind: 'callback',
    updateId,
    queryId: query.data.id,
    userId: query.data.from.id,
    languageCode: query.data.from.language_code ?? null,
    data: query.data.data ?? null,
  };
}

/** Compares digests, so neither the length nor the place of the first difference shows in the time taken. */
export function verifySecretToken(header: string | null, expected: string): boolean {
  const matches = timingSafeEqual(digest(header ?? ''), digest(expected));
  return matches && header !== null && expected !== '';
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
