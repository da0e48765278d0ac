import type { Order } from '../lib/contract/order.ts';
import type { Language } from '../lib/contract/session.ts';
import { isInDoubt } from './reported-payments.ts';

const WHILE_ISSUING_MS = 3_000;
const WHILE_IN_DOUBT_MS = 15_000;

const en = {
  processing: 'Being issued',
  topUp: 'Data is being added',
  pending: 'Waits for payment',
  doubt: {
    chip: 'Checking the payment',
    title: 'We do not see the payment yet',
    text: 'We are asking Telegram, it takes about a minute. If the Stars have left your balance, do nothing: we will find them.',
  },
};

const ru: typeof en = {
  processing: 'Выпускаем',
  topUp: 'Добавляем интернет',
  pending: 'Ждёт оплаты',
  doubt: {
    chip: 'Проверяем оплату',
    title: 'Оплату ещё не видим',
    text: 'Сверяемся с Telegram, это займёт около минуты. Если звёзды списались, ничего не делайте: мы найдём оплату сами.',
  },
};

export const orderWords: Record<Language, typeof en> = { en, ru };

/** An order that is not an eSIM yet: to be paid, looked for, or being issued. */
export function isMoving(order: Order, now: number): boolean {
  if (order.status === 'processing' || isInDoubt(order)) return true;
  return order.status === 'pending' && Date.parse(order.expires_at) > now;
}

/** Null when nothing here changes by itself. */
export function nextLookAtOrdersMs(orders: readonly Order[]): number | null {
  if (orders.some(({ status }) => status === 'processing')) return WHILE_ISSUING_MS;
  return orders.some(isInDoubt) ? WHILE_IN_DOUBT_MS : null;
}

export function movingWords(order: Order, language: Language): string {
  const words = orderWords[language];
  if (isInDoubt(order)) return words.doubt.chip;
  if (order.status === 'pending') return words.pending;
  return order.kind === 'top_up' ? words.topUp : words.processing;
}
