import * as z from 'zod';

export const planTypeSchema = z.enum(['standard', 'unlimited']);
export type PlanType = z.infer<typeof planTypeSchema>;

/** The vendor's groups in our words: what tells plans of one size apart. */
export const tierSchema = z.enum(['fixed', 'long', 'lite', 'essential', 'plus', 'other']);
export type Tier = z.infer<typeof tierSchema>;

export const destinationKindSchema = z.enum(['country', 'region', 'global']);
export type DestinationKind = z.infer<typeof destinationKindSchema>;

export const catalogueSourceSchema = z.enum(['api', 'import']);

export const destinationSchema = z.strictObject({
  /** ISO 3166 alpha-2, a special code (`US-HI`, `CYP`, `IC`, `AN`, `XK`) or a region code (`REUP`). */
  code: z.string(),
  kind: destinationKindSchema,
  /** The part of the world a country is listed under; the region's own code for a region. */
  region: z.string(),
  iso: z.array(z.string()),
  from_stars: z.int().positive(),
  plans: z.int().positive(),
});
export type Destination = z.infer<typeof destinationSchema>;

export const destinationsAnswerSchema = z.strictObject({
  version: z.string(),
  updated_at: z.iso.datetime(),
  source: catalogueSourceSchema,
  destinations: z.array(destinationSchema),
});
export type DestinationsAnswer = z.infer<typeof destinationsAnswerSchema>;

export const fairUseSchema = z.strictObject({
  full_speed_mb_per_day: z.int().positive(),
  then_kbit_s: z.int().positive(),
});

export const planSchema = z.strictObject({
  id: z.string(),
  data_mb: z.int().positive().nullable(),
  unlimited: z.boolean(),
  days: z.int().positive(),
  plan_type: planTypeSchema,
  tier: tierSchema,
  speeds: z.array(z.string()),
  coverage: z.array(z.string()),
  fair_use: fairUseSchema.optional(),
  autostart: z.boolean(),
  price_stars: z.int().positive(),
  /** What that many Stars cost a buyer, in dollars, such as `"4.90"`. */
  price_usd: z.string().regex(/^\d+\.\d{2}$/),
  can_top_up: z.boolean(),
});
export type Plan = z.infer<typeof planSchema>;

export const plansAnswerSchema = z.strictObject({
  version: z.string(),
  updated_at: z.iso.datetime(),
  source: catalogueSourceSchema,
  destination: destinationSchema,
  plans: z.array(planSchema),
});
export type PlansAnswer = z.infer<typeof plansAnswerSchema>;
