import * as z from 'zod';

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

export const clientEventSchema = z.strictObject({
  name: z.enum(['open', 'destination', 'plan', 'checkout', 'pay', 'paid', 'ready', 'install', 'error']),
  at: z.iso.datetime().optional(),
  details: z.record(z.string().regex(/^\w{1,40}$/), z.union([z.string().max(200), z.number(), z.boolean()])).optional(),
});
export const eventsBodySchema = z.strictObject({ events: z.array(clientEventSchema).min(1).max(50) });
export type EventsBody = z.infer<typeof eventsBodySchema>;
