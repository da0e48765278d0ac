import type { Plan } from '../lib/contract/catalogue.ts';
import type { Order } from '../lib/contract/order.ts';
import type { Language } from '../lib/contract/session.ts';
import { destinationName } from '../lib/i18n/destination-name.ts';
import { formatDays, formatMegabytes } from '../lib/i18n/format.ts';
import { planMessages } from '../lib/i18n/plan-messages.ts';

/** `5 GB`, `Unlimited Lite`. */
export function planSize({ data_mb: dataMb, tier }: Pick<Plan, 'data_mb' | 'tier'>, language: Language): string {
  const { unlimited, tier: tiers } = planMessages[language];
  return dataMb === null ? `${unlimited} ${tiers[tier]}`.trim() : formatMegabytes(language, dataMb);
}

/** `5 GB · 30 days` */
export function planLine(plan: Pick<Plan, 'data_mb' | 'tier' | 'days'>, language: Language): string {
  return `${planSize(plan, language)} · ${formatDays(language, plan.days)}`;
}

/** A code that is new at the supplier has an English name only. */
export function placeName(order: Pick<Order, 'country_code' | 'country_name'>, language: Language): string {
  const name = destinationName(order.country_code, language);
  return name === order.country_code ? order.country_name : name;
}
