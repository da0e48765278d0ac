import type { Order } from '../contract/order.ts';
import type { Language } from '../contract/session.ts';
import { destinationName } from '../i18n/destination-name.ts';
import { formatDays, formatMegabytes } from '../i18n/format.ts';
import { planMessages } from '../i18n/plan-messages.ts';

/** What a message needs to know of an order; a row and the API's order both have it. */
export type TellableOrder = Pick<
  Order,
  'id' | 'country_code' | 'country_name' | 'data_mb' | 'days' | 'tier' | 'price_stars' | 'esim_id'
>;

export function placeName(order: Pick<TellableOrder, 'country_code' | 'country_name'>, language: Language): string {
  const name = destinationName(order.country_code, language);
  // A code that is new at the supplier has an English name only.
  return name === order.country_code ? order.country_name : name;
}

/** `5 GB · 30 days`, `Unlimited Lite · 7 days`. */
export function planSize(order: Pick<TellableOrder, 'data_mb' | 'days' | 'tier'>, language: Language): string {
  const { unlimited, tier } = planMessages[language];
  const size =
    order.data_mb === null ? `${unlimited} ${tier[order.tier]}`.trim() : formatMegabytes(language, order.data_mb);
  return `${size} · ${formatDays(language, order.days)}`;
}

export function planLine(order: TellableOrder, language: Language): string {
  return `${placeName(order, language)} · ${planSize(order, language)}`;
}
