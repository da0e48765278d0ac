import type { Language } from '../contract/session.ts';

const en = {
  foreign: 'This invoice is not from this shop. You have not been charged.',
  wrong_user: 'This invoice was made for another person. You have not been charged.',
  wrong_amount: 'The price of this order has changed. Open the shop for the new one. You have not been charged.',
  already_paid: 'This order is already paid. You have not been charged again.',
  expired: 'This order has expired. Choose the plan again. You have not been charged.',
  not_sold: 'This plan is no longer sold. Choose another one. You have not been charged.',
  price_too_low: 'The price of this plan has changed. Open the shop for the new one. You have not been charged.',
  unavailable: 'We cannot issue eSIMs right now. Try again in a few minutes. You have not been charged.',
};

const ru: typeof en = {
  foreign: 'Этот счёт не из нашего магазина. Звёзды не списаны.',
  wrong_user: 'Этот счёт выставлен другому человеку. Звёзды не списаны.',
  wrong_amount: 'Цена этого заказа изменилась. Новая цена в магазине. Звёзды не списаны.',
  already_paid: 'Этот заказ уже оплачен. Второй раз звёзды не списаны.',
  expired: 'Срок заказа истёк. Выберите тариф ещё раз. Звёзды не списаны.',
  not_sold: 'Этот тариф больше не продаётся. Выберите другой. Звёзды не списаны.',
  price_too_low: 'Цена этого тарифа изменилась. Новая цена в магазине. Звёзды не списаны.',
  unavailable: 'Сейчас не получается выпускать eSIM. Попробуйте через несколько минут. Звёзды не списаны.',
};

/** Why a payment is not let through. */
export type PreCheckoutRefusal = keyof typeof en;

/** What Telegram shows instead of taking the payment. */
export const preCheckoutMessages: Record<Language, typeof en> = { en, ru };
