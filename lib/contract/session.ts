import * as z from 'zod';
import { orderIdSchema } from './order.ts';

export const languageSchema = z.enum(['en', 'ru']);
export type Language = z.infer<typeof languageSchema>;

export const sessionAnswerSchema = z.strictObject({
  user: z.strictObject({ id: z.int().positive(), first_name: z.string() }),
  is_admin: z.boolean(),
  language: languageSchema,
  bot_username: z.string(),
  shop_name: z.string(),
  email_enabled: z.boolean(),
  support_contact: z.string().nullable(),
  /** Paid and not delivered within it: the Stars go back by themselves. */
  delivery_deadline_s: z.int().positive(),
});
export type SessionAnswer = z.infer<typeof sessionAnswerSchema>;

export const sessionActionBodySchema = z.discriminatedUnion('action', [
  z.strictObject({ action: z.literal('delete_data') }),
  z.strictObject({ action: z.literal('choose_language'), language: languageSchema }),
]);
export const sessionActionAnswerSchema = z.strictObject({
  /** `deferred`: a paid order is under way; it is done by itself when that is settled. */
  erasure: z.enum(['done', 'deferred']),
});
export type SessionActionAnswer = z.infer<typeof sessionActionAnswerSchema>;

/** Such as `TH`, `US-HI` or `REUP`. */
const code = z
  .string()
  .regex(/^[A-Z]{2,8}(-[A-Z]{2})?$/)
  .optional();
/** As the catalogue names plans; a custom name is left out. */
const id = z
  .string()
  .regex(/^esim_[A-Z0-9]{1,8}_\d{1,3}D_[A-Z0-9-]{2,20}_[A-Z0-9]{1,8}$/)
  .optional();
const stars = z.int().positive().max(1_000_000).optional();
const order_id = orderIdSchema.optional();

function event<Name extends string, Details extends z.ZodRawShape>(name: Name, details: Details) {
  return z.strictObject({
    name: z.literal(name),
    at: z.iso.datetime().optional(),
    details: z.strictObject(details).optional(),
  });
}

/**
 * Nothing that free text fits into: an error's message or a link would bring names, numbers and activation codes into
 * the statistics.
 */
export const clientEventSchema = z.discriminatedUnion('name', [
  event('open', { by: z.enum(['to', 'plan', 'order', 'other']).optional() }),
  event('destination', { code, is_top_up: z.literal(true).optional() }),
  event('plan', { id, stars }),
  event('checkout', { id }),
  event('pay', { id, stars }),
  event('paid', { order_id }),
  event('ready', { order_id }),
  event('install', { platform: z.enum(['ios', 'android', 'other']).optional() }),
  event('error', {
    type: z
      .string()
      .regex(/^([A-Z][A-Za-z]{0,30})?Error$|^other$/)
      .optional(),
    /** File, line and column. */
    frame: z
      .string()
      .regex(/^[A-Za-z][\w.-]{0,59}\.[jt]s:\d{1,7}:\d{1,7}$/)
      .optional(),
  }),
]);
export const eventsBodySchema = z.strictObject({ events: z.array(clientEventSchema).min(1).max(20) });
export type EventsBody = z.infer<typeof eventsBodySchema>;
