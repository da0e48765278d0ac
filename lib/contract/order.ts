import * as z from 'zod';
import { planTypeSchema, tierSchema } from './catalogue.ts';

export const orderIdSchema = z.string().regex(/^ord_[A-Za-z0-9]{20}$/);
export const esimIdSchema = z.string().regex(/^esim_[A-Za-z0-9]{20}$/);
export const bundleIdSchema = z.string().regex(/^[A-Za-z0-9_-]{1,120}$/);
export const idempotencyKeySchema = z.string().regex(/^[\x21-\x7e]{8,64}$/);

export const orderStatusSchema = z.enum(['pending', 'processing', 'ready', 'active', 'failed', 'refunded', 'expired']);
export type OrderStatus = z.infer<typeof orderStatusSchema>;

export const paymentStatusSchema = z.enum(['unpaid', 'paid', 'refund_due', 'refunded']);
export type PaymentStatus = z.infer<typeof paymentStatusSchema>;

export const provisioningSchema = z.enum([
  'none',
  'claimed',
  'sending',
  'placed',
  'assigned',
  'unknown',
  'not_sent',
  'refused',
  'absent',
  'cancelled',
]);
export type Provisioning = z.infer<typeof provisioningSchema>;

export const createOrderBodySchema = z.strictObject({
  bundle_id: bundleIdSchema,
  expected_stars: z.int().positive().max(1_000_000),
  /** A top-up names the eSIM by our id; an ICCID of an owned eSIM is taken too. */
  iccid: z.union([esimIdSchema, z.string().regex(/^\d{18,22}$/)]).optional(),
  email: z.email().max(254).optional(),
});
export type CreateOrderBody = z.infer<typeof createOrderBodySchema>;

const timestamp = z.iso.datetime();

export const orderSchema = z.strictObject({
  id: orderIdSchema,
  telegram_user_id: z.int().positive(),
  country_code: z.string(),
  country_name: z.string(),
  plan_id: z.string(),
  plan_type: planTypeSchema,
  esimgo_order_id: z.string().nullable(),
  esimgo_product_id: z.string(),
  status: orderStatusSchema,
  /** An SVG data URI of the activation code; only in the answer of `status`, only once ready. */
  qr_code: z.string().nullable(),
  /** The LPA string; as `qr_code`. */
  activation_code: z.string().nullable(),
  created_at: timestamp,
  activated_at: timestamp.nullable(),

  kind: z.enum(['new', 'top_up']),
  esim_id: esimIdSchema.nullable(),
  data_mb: z.int().positive().nullable(),
  days: z.int().positive(),
  tier: tierSchema,
  price_stars: z.int().positive(),
  price_usd: z.string(),
  payment_status: paymentStatusSchema,
  /** The buyer confirmed the payment and it has not arrived: the Stars may be gone. Settled within about a minute. */
  payment_in_doubt: z.boolean(),
  failure_code: z.string().nullable(),
  expires_at: timestamp,
  paid_at: timestamp.nullable(),
  /** Delivered by then, or the Stars go back by themselves. */
  deliver_by: timestamp.nullable(),
  ready_at: timestamp.nullable(),
  refunded_at: timestamp.nullable(),
});
export type Order = z.infer<typeof orderSchema>;

export const createOrderAnswerSchema = z.strictObject({ order: orderSchema, invoice_url: z.url() });
export type CreateOrderAnswer = z.infer<typeof createOrderAnswerSchema>;

export const orderAnswerSchema = z.strictObject({
  order: orderSchema,
  /** Only where it was asked for, and only while there is something to pay. */
  invoice_url: z.url().optional(),
});
export type OrderAnswer = z.infer<typeof orderAnswerSchema>;

export const ordersAnswerSchema = z.strictObject({ orders: z.array(orderSchema), next_cursor: z.string().nullable() });
export type OrdersAnswer = z.infer<typeof ordersAnswerSchema>;
