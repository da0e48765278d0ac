import * as z from 'zod';

/** A stranger hears whether the shop works; `include=bot` adds where it is, for whoever met it outside Telegram. */
export const healthAnswerSchema = z.looseObject({ ok: z.boolean(), bot_username: z.string().nullable().optional() });
export type HealthAnswer = z.infer<typeof healthAnswerSchema>;
