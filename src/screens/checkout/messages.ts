import type { Language } from '../../../lib/contract/session.ts';

const en = {
  title: 'Your order',
  youBuy: 'You are buying',
  youTopUp: 'You are topping up',
  left: (data: string) => `${data} left`,
  lookAlike: (here: string, others: readonly string[]) =>
    `This is ${here}. Not to be confused with: ${others.join(', ')}.`,
  important: 'Good to know',
  facts: {
    dataOnly: 'Internet only, no phone number. Your own number keeps working.',
    firstUse: 'The days count from the first connection there, not from today.',
    install: 'Install it before you fly, over Wi-Fi.',
  },
  device: {
    question: 'Does your phone support eSIM?',
    known: 'Your phone supports eSIM',
  },
  email: {
    label: 'A copy by e-mail, if you like',
    note: 'Used once, for this eSIM, and not stored after that.',
    wrong: 'This does not look like an address. Correct it or leave it empty.',
  },
  price: 'Price',
  changed: (was: string, now: string) =>
    `The price has changed: it was ${was}, it is ${now}. You have not been charged.`,
  whatAreStars: {
    question: 'What are Stars?',
  },
  terms: (deadline: string, isTopUp: boolean) =>
    `If the ${isTopUp ? 'data is not added' : 'eSIM does not arrive'} within ${deadline}, all Stars come back by themselves. By paying you accept the`,
  termsLink: 'terms of sale',
  pay: (stars: string) => `Pay ${stars}`,
  cancelled: 'The payment was closed. You have not been charged.',
  failed:
    'The payment did not go through. You have not been charged. Too few Stars? Buy some in Telegram: Settings → My Stars.',
  notCharged: 'You have not been charged.',
  asNew: 'Buy it as a new eSIM',
  toUnpaid: 'To unpaid orders',
  otherPlans: 'Choose another plan',
  others: (place: string, stars: string) => `There are others for ${place}, from ${stars}`,
};

const ru: typeof en = {
  title: 'Ваш заказ',
  youBuy: 'Вы покупаете',
  youTopUp: 'Вы пополняете',
  left: (data) => `осталось ${data}`,
  lookAlike: (here, others) =>
    `Это ${here}. Не перепутайте с ${others.length > 1 ? 'другими направлениями' : 'другим направлением'}: ${others.join(', ')}.`,
  important: 'Важно',
  facts: {
    dataOnly: 'Только интернет, без номера. Ваш номер продолжит работать.',
    firstUse: 'Дни считаются с первого подключения на месте, а не с сегодня.',
    install: 'Установите до вылета, по Wi-Fi.',
  },
  device: {
    question: 'Телефон поддерживает eSIM?',
    known: 'Телефон поддерживает eSIM',
  },
  email: {
    label: 'Копия на почту, если хотите',
    note: 'Адрес нужен один раз, для этого eSIM. Потом мы его не храним.',
    wrong: 'Это не похоже на адрес. Исправьте или оставьте поле пустым.',
  },
  price: 'Цена',
  changed: (was, now) => `Цена изменилась: была ${was}, стала ${now}. Звёзды не списаны.`,
  whatAreStars: {
    question: 'Что такое Stars?',
  },
  terms: (deadline, isTopUp) =>
    `Если ${isTopUp ? 'интернет не добавится' : 'eSIM не придёт'} за ${deadline}, все звёзды вернутся сами. Оплачивая, вы принимаете`,
  termsLink: 'условия продажи',
  pay: (stars) => `Оплатить ${stars}`,
  cancelled: 'Оплата закрыта. Звёзды не списаны.',
  failed: 'Оплата не прошла. Звёзды не списаны. Не хватило? Пополните их в Telegram: Настройки → Мои звёзды.',
  notCharged: 'Звёзды не списаны.',
  asNew: 'Купить новым eSIM',
  toUnpaid: 'К неоплаченным',
  otherPlans: 'Выбрать другой тариф',
  others: (place, stars) => `Есть другие: ${place}, от ${stars}`,
};

export const checkoutMessages: Record<Language, typeof en> = { en, ru };
