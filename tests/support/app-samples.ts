import type { Plan } from '../../lib/contract/catalogue.ts';
import type { Esim } from '../../lib/contract/esim.ts';
import type { Order } from '../../lib/contract/order.ts';

/** An eSIM as the API names it, half used. */
export function anEsim(changes: Partial<Esim> = {}): Esim {
  return {
    id: 'esim_AAAAAAAAAAAAAAAAAAAA',
    name: null,
    country_code: 'TH',
    country_name: 'Thailand',
    state: 'live',
    iccid: '8943100000000000017',
    iccid_last4: '0017',
    created_at: '2026-01-01T10:00:00.000Z',
    installed_at: '2026-01-01T11:00:00.000Z',
    activated_at: '2026-01-02T10:00:00.000Z',
    usage: {
      unlimited: false,
      initial_bytes: 5_000_000_000,
      remaining_bytes: 2_500_000_000,
      starts_at: '2026-01-02T10:00:00.000Z',
      ends_at: '2026-02-01T10:00:00.000Z',
      queued: 0,
      queued_bytes: 0,
    },
    as_of: '2026-01-03T10:00:00.000Z',
    latest_order_id: 'ord_AAAAAAAAAAAAAAAAAAAA',
    install: {
      activation_code: 'LPA:1$rsp.example.com$K2-ABCDEF-1234567',
      qr_code: 'data:image/svg+xml,qr',
      smdp_address: 'rsp.example.com',
      matching_id: 'K2-ABCDEF-1234567',
      apple_install_url: 'https://esimsetup.apple.com/esim_qrcode_provisioning?carddata=LPA',
      android_install_url: 'https://esimsetup.android.com/esim_qrcode_provisioning?carddata=LPA',
    },
    bundles: [],
    last_country: null,
    ...changes,
  };
}

/** A delivered order as the API names it. */
export function anOrder(changes: Partial<Order> = {}): Order {
  return {
    id: 'ord_AAAAAAAAAAAAAAAAAAAA',
    telegram_user_id: 777,
    country_code: 'TH',
    country_name: 'Thailand',
    plan_id: 'esim_5GB_30D_TH_V2',
    plan_type: 'standard',
    esimgo_order_id: 'ref',
    esimgo_product_id: 'esim_5GB_30D_TH_V2',
    status: 'ready',
    qr_code: null,
    activation_code: null,
    created_at: '2026-01-01T10:00:00.000Z',
    activated_at: null,
    kind: 'new',
    esim_id: 'esim_AAAAAAAAAAAAAAAAAAAA',
    data_mb: 5000,
    days: 30,
    tier: 'fixed',
    price_stars: 245,
    price_usd: '4.90',
    payment_status: 'paid',
    payment_in_doubt: false,
    failure_code: null,
    expires_at: '2026-01-01T10:15:00.000Z',
    paid_at: '2026-01-01T10:01:00.000Z',
    deliver_by: '2026-01-01T10:16:00.000Z',
    ready_at: '2026-01-01T10:01:10.000Z',
    refunded_at: null,
    ...changes,
  };
}

export function aPlan(changes: Partial<Plan> = {}): Plan {
  return {
    id: 'esim_5GB_30D_TH_V2',
    data_mb: 5000,
    unlimited: false,
    days: 30,
    plan_type: 'standard',
    tier: 'fixed',
    speeds: ['4G'],
    coverage: ['TH'],
    autostart: true,
    price_stars: 245,
    price_usd: '4.90',
    can_top_up: true,
    ...changes,
  };
}
