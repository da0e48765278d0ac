import type { OrderStatus } from '../../../lib/contract/order.ts';
import type { Language } from '../../../lib/contract/session.ts';

const en = {
  title: 'Purchases',
  status: {
    pending: 'Waits for payment',
    processing: 'Being issued',
    ready: 'Ready',
    active: 'Activated',
    failed: 'Did not work out',
    refunded: 'Stars returned',
    expired: 'Not paid',
  } satisfies Record<OrderStatus, string>,
  refundedOn: (date: string) => `Refunded ${date}`,
  topUp: 'Top-up',
  bought: (date: string) => `Ordered ${date}`,
  refundDue: 'The Stars are on their way back to you.',
  refunded: (date: string) => `The Stars came back on ${date}.`,
  refundedNoDate: 'The Stars came back.',
  failed: 'It could not be issued. The Stars come back by themselves.',
  expired: 'It was not paid in time. You have not been charged.',
  pending: (time: string) => `You have not been charged. The price is yours until ${time}.`,
  pendingOver: 'You have not been charged.',
  number: (id: string) => `Order ${id}`,
  actions: {
    continue: 'Continue payment',
    progress: 'See how it goes',
    esim: 'Open the eSIM',
    again: 'Buy again',
    choose: 'Choose a plan',
  },
  more: 'Show more',
  empty: {
    title: 'No purchases yet',
    text: 'Every order will be here, with its price in Stars and what became of it.',
    action: 'Choose a destination',
  },
};

const ru: typeof en = {
  title: 'Покупки',
  status: {
    pending: 'Ждёт оплаты',
    processing: 'Выпускаем',
    ready: 'Готов',
    active: 'Активирован',
    failed: 'Не получилось',
    refunded: 'Звёзды вернулись',
    expired: 'Не оплачен',
  },
  refundedOn: (date) => `Возврат ${date}`,
  topUp: 'Пополнение',
  bought: (date) => `Заказ от ${date}`,
  refundDue: 'Звёзды уже возвращаются к вам.',
  refunded: (date) => `Звёзды вернулись ${date}.`,
  refundedNoDate: 'Звёзды вернулись.',
  failed: 'Выпустить не удалось. Звёзды вернутся сами.',
  expired: 'Его не оплатили вовремя. Звёзды не списаны.',
  pending: (time) => `Звёзды не списаны. Цена держится до ${time}.`,
  pendingOver: 'Звёзды не списаны.',
  number: (id) => `Номер заказа ${id}`,
  actions: {
    continue: 'Продолжить оплату',
    progress: 'Посмотреть, как идёт',
    esim: 'Открыть eSIM',
    again: 'Купить снова',
    choose: 'Выбрать тариф',
  },
  more: 'Показать ещё',
  empty: {
    title: 'Покупок пока нет',
    text: 'Здесь будет каждый заказ: цена в звёздах и чем он закончился.',
    action: 'Выбрать направление',
  },
};

export const historyMessages: Record<Language, typeof en> = { en, ru };
