import type { Language } from '../../../lib/contract/session.ts';

const en = {
  title: 'Top up',
  asNew: { title: 'Buy as a new eSIM', text: 'If none of these fits, or for another phone' },
  empty: {
    title: 'This eSIM takes no more plans',
    text: 'The operator sells none that fit it. A new eSIM works beside the old one.',
    action: 'Choose a new eSIM',
  },
};

const ru: typeof en = {
  title: 'Пополнить',
  asNew: { title: 'Купить новым eSIM', text: 'Если ничего не подошло или для другого телефона' },
  empty: {
    title: 'Этот eSIM пополнить нельзя',
    text: 'У оператора нет тарифов, которые к нему подходят. Новый eSIM работает рядом со старым.',
    action: 'Выбрать новый eSIM',
  },
};

export const topUpMessages: Record<Language, typeof en> = { en, ru };
