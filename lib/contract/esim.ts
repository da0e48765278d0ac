import * as z from 'zod';
import { fairUseSchema, tierSchema } from './catalogue.ts';
import { esimIdSchema, orderIdSchema, orderSchema } from './order.ts';

const timestamp = z.iso.datetime();

/** In words of the person who holds it; derived from the profile and its bundles. */
export const esimStateSchema = z.enum([
  'not_installed',
  'installed',
  'live',
  'used_up',
  'ended',
  'suspended',
  'deactivated',
  'unavailable',
]);
export type EsimState = z.infer<typeof esimStateSchema>;

export const usageSchema = z.strictObject({
  unlimited: z.boolean(),
  /** Summed over all bundles that can still be used; null for unlimited ones. */
  initial_bytes: z.int().nonnegative().nullable(),
  remaining_bytes: z.int().nonnegative().nullable(),
  starts_at: timestamp.nullable(),
  ends_at: timestamp.nullable(),
  /** How many wait until those in use are over, and their data together; null when one of them is unlimited. */
  queued: z.int().nonnegative(),
  queued_bytes: z.int().nonnegative().nullable(),
  /** Of the unlimited plan that these are the figures of. */
  fair_use: fairUseSchema.optional(),
});

export const esimSummarySchema = z.strictObject({
  id: esimIdSchema,
  name: z.string().nullable(),
  country_code: z.string(),
  country_name: z.string(),
  state: esimStateSchema,
  iccid_last4: z.string(),
  created_at: timestamp,
  installed_at: timestamp.nullable(),
  activated_at: timestamp.nullable(),
  usage: usageSchema.nullable(),
  as_of: timestamp.nullable(),
  latest_order_id: orderIdSchema.nullable(),
});
export type EsimSummary = z.infer<typeof esimSummarySchema>;

export const installDetailsSchema = z.strictObject({
  activation_code: z.string(),
  qr_code: z.string(),
  smdp_address: z.string(),
  matching_id: z.string(),
  apple_install_url: z.url(),
  android_install_url: z.url(),
});

export const esimBundleSchema = z.strictObject({
  order_id: orderIdSchema.nullable(),
  bundle_name: z.string(),
  state: z.string(),
  unlimited: z.boolean(),
  /** Of the plan it was sold as; null when no order of ours is known for it. */
  tier: tierSchema.nullable().optional(),
  initial_bytes: z.int().nullable(),
  remaining_bytes: z.int().nullable(),
  starts_at: timestamp.nullable(),
  ends_at: timestamp.nullable(),
});

export const esimSchema = esimSummarySchema.extend({
  iccid: z.string(),
  install: installDetailsSchema,
  bundles: z.array(esimBundleSchema),
  last_country: z.string().nullable(),
});
export type Esim = z.infer<typeof esimSchema>;

export const esimsAnswerSchema = z.strictObject({ esims: z.array(esimSummarySchema) });
export const esimAnswerSchema = z.strictObject({ esim: esimSchema });

/** PostgreSQL stores neither NUL nor halves of characters, and no keyboard writes them. */
const esimNameSchema = z
  .string()
  .trim()
  .min(1)
  .max(40)
  .regex(/^[^\p{Cc}\p{Cs}]*$/u);

const target = { id: esimIdSchema.optional(), order_id: orderIdSchema.optional() };
export const esimActionBodySchema = z
  .discriminatedUnion('action', [
    z.strictObject({ ...target, action: z.literal('refresh_usage') }),
    z.strictObject({ ...target, action: z.literal('rename'), name: esimNameSchema.nullable() }),
    z.strictObject({ ...target, action: z.literal('diagnose') }),
    z.strictObject({ ...target, action: z.literal('activated') }),
    z.strictObject({ ...target, action: z.literal('resend') }),
  ])
  .refine((body) => (body.id === undefined) !== (body.order_id === undefined), {
    message: 'exactly one of id and order_id',
    path: ['id'],
  });
export type EsimActionBody = z.infer<typeof esimActionBodySchema>;

/** What a person should do next; the Mini App has the words. */
export const adviceSchema = z.enum([
  'works',
  'install_first',
  'turn_on_and_roam',
  'out_of_coverage',
  'data_used_up',
  'plan_ended',
  'wait_for_issue',
  'suspended',
  'needs_new_esim',
  'unknown',
]);
export type Advice = z.infer<typeof adviceSchema>;

export const esimActionAnswerSchema = z.strictObject({
  esim: esimSchema,
  order: orderSchema.nullable(),
  advice: adviceSchema.nullable(),
  /** After `resend`; `unreachable` is somebody to whom the bot may not write. */
  chat: z.enum(['sent', 'unreachable']).nullable(),
});
export type EsimActionAnswer = z.infer<typeof esimActionAnswerSchema>;
