import type { Language } from '../../../lib/contract/session.ts';

const en = {
  titles: {
    checking: 'Checking the payment',
    unpaid: 'Waiting for payment',
    issuing: 'Issuing your eSIM',
    failed: 'It did not work out',
    refunded: 'The Stars are back',
    expired: 'The order has expired',
    topped: 'Topped up',
  },
  steps: { paid: 'Payment received', issuing: 'Issuing the eSIM', adding: 'Adding the data', ready: 'Ready' },
  usual: {
    canWrite: 'Usually 5–20 seconds. You can close this: we will send it to the chat.',
    cannotWrite: 'Usually 5–20 seconds. It will also be under “My eSIMs”.',
  },
  late: (time: string) => `Longer than usual. If it does not work out by ${time}, the Stars come back by themselves.`,
  lateNoTime: 'Longer than usual. If it does not work out, the Stars come back by themselves.',
  checking: 'Telegram is telling us about the payment. It takes a few seconds.',
  unpaid: (time: string) => `You have not been charged. The price is yours until ${time}.`,
  continuePayment: (stars: string) => `Continue payment · ${stars}`,
  failed: (stars: string) => `We could not issue this eSIM. ${stars} come back to you by themselves within minutes.`,
  refunded: (stars: string) => `${stars} are on your balance again. You can choose another plan.`,
  expired: 'It was not paid in time. You have not been charged.',
  topped: (plan: string) => `${plan} added. Nothing to install.`,
  chooseAgain: 'Choose a plan',
  toEsim: 'Open the eSIM',
  toEsims: 'To my eSIMs',
  notCharged: 'No Stars were taken: pay',
  allowMessages: 'Allow us to send the eSIM to the chat',
  cancelled: 'The payment was closed. You have not been charged.',
};

const ru: typeof en = {
  titles: {
    checking: 'Проверяем оплату',
    unpaid: 'Ждём оплату',
    issuing: 'Выпускаем ваш eSIM',
    failed: 'Не получилось',
    refunded: 'Звёзды вернулись',
    expired: 'Срок заказа истёк',
    topped: 'Пополнено',
  },
  steps: { paid: 'Оплата получена', issuing: 'Выпускаем eSIM', adding: 'Добавляем интернет', ready: 'Готово' },
  usual: {
    canWrite: 'Обычно 5–20 секунд. Можно закрыть: пришлём в чат.',
    cannotWrite: 'Обычно 5–20 секунд. Он появится и в «Моих eSIM».',
  },
  late: (time) => `Дольше обычного. Если не получится до ${time}, звёзды вернутся сами.`,
  lateNoTime: 'Дольше обычного. Если не получится, звёзды вернутся сами.',
  checking: 'Telegram сообщает нам об оплате. Это займёт несколько секунд.',
  unpaid: (time) => `Звёзды не списаны. Цена держится до ${time}.`,
  continuePayment: (stars) => `Продолжить оплату · ${stars}`,
  failed: (stars) => `Этот eSIM выпустить не удалось. ${stars} вернутся сами в течение нескольких минут.`,
  refunded: (stars) => `${stars} снова на вашем балансе. Можно выбрать другой тариф.`,
  expired: 'Его не оплатили вовремя. Звёзды не списаны.',
  topped: (plan) => `Добавлено: ${plan}. Устанавливать ничего не нужно.`,
  chooseAgain: 'Выбрать тариф',
  toEsim: 'Открыть eSIM',
  toEsims: 'К моим eSIM',
  notCharged: 'Звёзды не списались: оплатить',
  allowMessages: 'Разрешить прислать eSIM в чат',
  cancelled: 'Оплата закрыта. Звёзды не списаны.',
};

export const paymentMessages: Record<Language, typeof en> = { en, ru };
