import type { DestinationKind, PlanType, Tier } from '../contract/catalogue.ts';
import type { InvoicePlan } from '../i18n/invoice-text.ts';
import { fairUseOf } from './tier.ts';

export type ProductState = 'listed' | 'delisted' | 'quarantined' | 'hidden';

/** A bundle as it is stored: our plan is the supplier's bundle, under the same name. */
export interface Product {
  bundleName: string;
  description: string;
  groupName: string;
  planType: PlanType;
  tier: Tier;
  destinationCode: string;
  destinationKind: DestinationKind;
  destinationName: string;
  coverage: readonly string[];
  dataMb: number | null;
  unlimited: boolean;
  days: number;
  speeds: readonly string[];
  autostart: boolean;
  costMilli: number;
  costCurrency: string;
  state: ProductState;
  /** When the supplier last stated this cost. */
  pricedAt: Date;
}

/** The columns of a query whose rows are `Product`. */
export const PRODUCT_COLUMNS = `
  bundle_name as "bundleName", description, group_name as "groupName", plan_type as "planType", tier,
  destination_code as "destinationCode", destination_kind as "destinationKind", destination_name as "destinationName",
  coverage, data_mb as "dataMb", unlimited, days, speeds, autostart, cost_milli as "costMilli",
  cost_currency as "costCurrency", state, priced_at as "pricedAt"`;

export function invoicePlanOf(product: Product): InvoicePlan {
  return {
    destinationCode: product.destinationCode,
    dataMb: product.dataMb,
    days: product.days,
    tier: product.tier,
    autostart: product.autostart,
    countries: product.coverage.length,
    fairUse: fairUseOf(product.tier),
  };
}
