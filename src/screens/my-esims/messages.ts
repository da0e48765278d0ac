import type { Language } from '../../../lib/contract/session.ts';

const en = {
  title: 'My eSIMs',
  of: (total: string) => `of ${total}`,
  topUp: 'Top up',
  paused: 'The operator has paused it. Write to us, and we will find out why.',
  contact: 'Write to us',
  continuePayment: 'Continue payment',
  past: (count: number) => `Past · ${count}`,
  noUsage: 'The operator has not told us yet',
  stale: 'This is what we know so far; it may have changed.',
  another: { title: 'One more eSIM', text: 'For another country or another phone' },
  empty: {
    title: 'No eSIMs yet',
    text: 'Choose where you are going. The eSIM will be here seconds after the payment.',
    action: 'Choose a destination',
  },
};

const ru: typeof en = {
  title: 'Мои eSIM',
  of: (total) => `из ${total}`,
  topUp: 'Пополнить',
  paused: 'Оператор приостановил его. Напишите нам, и мы выясним почему.',
  contact: 'Написать нам',
  continuePayment: 'Продолжить оплату',
  past: (count) => `Прошлые · ${count}`,
  noUsage: 'Оператор ещё не сообщил остаток',
  stale: 'Показываем последнее, что знаем: могло измениться.',
  another: { title: 'Ещё один eSIM', text: 'Для другой страны или другого телефона' },
  empty: {
    title: 'eSIM пока нет',
    text: 'Выберите, куда едете. eSIM появится здесь через несколько секунд после оплаты.',
    action: 'Выбрать направление',
  },
};

export const myEsimsMessages: Record<Language, typeof en> = { en, ru };
