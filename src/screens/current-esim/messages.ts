import type { Language } from '../../../lib/contract/session.ts';
import { formatCount, type PluralForms } from '../../../lib/i18n/format.ts';

const MORE: Record<Language, PluralForms> = {
  en: { one: 'more plan waits', other: 'more plans wait' },
  ru: { one: 'пакет ждёт', few: 'пакета ждут', many: 'пакетов ждут', other: 'пакета ждут' },
};

const en = {
  of: (total: string) => `of ${total}`,
  left: 'left',
  unknownUsage: { big: '…', small: 'asking the operator' },
  noLimit: 'no limit of data',
  notStarted: 'Starts at the first connection',
  endedRing: { big: '0', small: 'the time is up' },
  until: (date: string) => `until ${date}`,
  queued: (count: number) => `${formatCount('en', count, MORE.en)} in the queue`,
  asOf: (ago: string) => `Updated ${ago}`,
  stale: 'This is what was seen here last. The QR code works without a network too.',
  main: { activate: 'Activate', topUp: 'Top up', newEsim: 'Choose a new eSIM', contact: 'Write to us' },
};

const ru: typeof en = {
  of: (total) => `из ${total}`,
  left: 'осталось',
  unknownUsage: { big: '…', small: 'спрашиваем оператора' },
  noLimit: 'без ограничения по объёму',
  notStarted: 'Начнётся с первого подключения',
  endedRing: { big: '0', small: 'срок истёк' },
  until: (date) => `до ${date}`,
  queued: (count) => `Ещё ${formatCount('ru', count, MORE.ru)} в очереди`,
  asOf: (ago) => `Обновлено ${ago}`,
  stale: 'Показываем то, что было здесь в последний раз. QR-код работает и без сети.',
  main: { activate: 'Активировать', topUp: 'Пополнить', newEsim: 'Выбрать новый eSIM', contact: 'Написать нам' },
};

export const currentEsimMessages: Record<Language, typeof en> = { en, ru };
