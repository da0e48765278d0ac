import type { PlanType, Tier } from '../contract/catalogue.ts';
import { usdOfCents } from '../money/price-bundle.ts';
import type { Order, OrderStatus, PaymentStatus, Provisioning } from '../contract/order.ts';

/** A row of `orders`, as the driver gives it. */
export interface OrderRow {
  id: string;
  telegram_user_id: number;
  kind: 'new' | 'top_up';
  country_code: string;
  country_name: string;
  plan_id: string;
  plan_type: PlanType;
  data_mb: number | null;
  days: number;
  tier: Tier;
  esimgo_product_id: string;
  esimgo_order_id: string | null;
  esim_id: string | null;
  price_stars: number;
  price_usd_cents: number;
  cost_milli: number;
  cost_currency: string;
  price_rule: number;
  payout_rate: number;
  payment_status: PaymentStatus;
  provisioning: Provisioning;
  failure_code: string | null;
  needs_human: string | null;
  idempotency_key: string;
  request_hash: string;
  invoice_url: string | null;
  email_sealed: string | null;
  created_at: Date;
  expires_at: Date;
  approved_at: Date | null;
  paid_at: Date | null;
  deliver_by: Date | null;
  ready_at: Date | null;
  activated_at: Date | null;
  refunded_at: Date | null;
  status: OrderStatus;
}

/** The order as its owner sees it: no cost, no supplier trouble, and no code unless `secrets` brings it. */
export function toOrder(row: OrderRow, secrets: { activationCode: string; qrCode: string } | null = null): Order {
  return {
    id: row.id,
    telegram_user_id: row.telegram_user_id,
    country_code: row.country_code,
    country_name: row.country_name,
    plan_id: row.plan_id,
    plan_type: row.plan_type,
    esimgo_order_id: row.esimgo_order_id,
    esimgo_product_id: row.esimgo_product_id,
    status: row.status,
    qr_code: secrets?.qrCode ?? null,
    activation_code: secrets?.activationCode ?? null,
    created_at: row.created_at.toISOString(),
    activated_at: isoOrNull(row.activated_at),
    kind: row.kind,
    esim_id: row.esim_id,
    data_mb: row.data_mb,
    days: row.days,
    tier: row.tier,
    price_stars: row.price_stars,
    price_usd: usdOfCents(row.price_usd_cents),
    payment_status: row.payment_status,
    payment_in_doubt: isPaymentInDoubt(row),
    failure_code: row.failure_code,
    expires_at: row.expires_at.toISOString(),
    paid_at: isoOrNull(row.paid_at),
    deliver_by: isoOrNull(row.deliver_by),
    ready_at: isoOrNull(row.ready_at),
    refunded_at: isoOrNull(row.refunded_at),
  };
}

/** Telegram was allowed to take the Stars and has not said that it did; its ledger has not been read since. */
export function isPaymentInDoubt({
  payment_status: status,
  approved_at: approvedAt,
}: Pick<OrderRow, 'payment_status' | 'approved_at'>): boolean {
  return status === 'unpaid' && approvedAt !== null;
}

/** Binds a sealed e-mail address to its order. */
export function emailPurpose(orderId: string): string {
  return `order-email:${orderId}`;
}

export function isoOrNull(value: Date | null): string | null {
  return value === null ? null : value.toISOString();
}
