import type { EsimState } from '../../../lib/contract/esim.ts';
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
  refresh: 'Update',
  stale: 'This is what was seen here last. The QR code works without a network too.',
  state: {
    not_installed: 'Put it into your phone while you are on Wi-Fi. The days do not count yet.',
    installed:
      'It is in the phone and waits for its first network there. On arrival, turn the line and its roaming on.',
    live: null,
    used_up: 'All the data is used. Top up, and it goes on at once.',
    ended: 'The days are over. Top up, and the same eSIM works again.',
    suspended: 'The operator has paused this eSIM. Write to us and we will find out why.',
    deactivated: 'The operator has turned this eSIM off. It cannot be used any more; a new one works.',
    unavailable: 'The operator does not serve this eSIM any more. Write to us, or take a new one.',
  } satisfies Record<EsimState, string | null>,
  main: { activate: 'Activate', topUp: 'Top up', newEsim: 'Choose a new eSIM', contact: 'Write to us' },
  actions: {
    title: 'Actions',
    topUp: 'Top up',
    qr: 'Show the QR code',
    install: 'How to install',
    trouble: 'Not working?',
    rename: 'Rename',
  },
  plans: 'Plans',
  bundle: {
    processing: 'Being added',
    queued: 'In the queue',
    active: 'Works',
    depleted: 'Used up',
    expired: 'Ended',
  } satisfies Record<string, string>,
  number: (digits: string) => `eSIM number ends in ${digits}`,
  sheet: {
    close: 'Close',
    name: 'Name',
    placeholder: 'For example, Mum’s phone',
    save: 'Save',
    code: 'Everything in one line',
  },
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
  refresh: 'Обновить',
  stale: 'Показываем то, что было здесь в последний раз. QR-код работает и без сети.',
  state: {
    not_installed: 'Установите его в телефон, пока есть Wi-Fi. Дни ещё не считаются.',
    installed: 'Он уже в телефоне и ждёт первой сети на месте. По прилёте включите линию и роуминг для неё.',
    live: null,
    used_up: 'Весь интернет израсходован. Пополните, и он сразу продолжит работать.',
    ended: 'Дни закончились. Пополните, и тот же eSIM снова заработает.',
    suspended: 'Оператор приостановил этот eSIM. Напишите нам, и мы выясним почему.',
    deactivated: 'Оператор отключил этот eSIM. Пользоваться им больше нельзя, поможет новый.',
    unavailable: 'Оператор больше не обслуживает этот eSIM. Напишите нам или возьмите новый.',
  },
  main: { activate: 'Активировать', topUp: 'Пополнить', newEsim: 'Выбрать новый eSIM', contact: 'Написать нам' },
  actions: {
    title: 'Действия',
    topUp: 'Пополнить',
    qr: 'Показать QR',
    install: 'Как установить',
    trouble: 'Не работает?',
    rename: 'Переименовать',
  },
  plans: 'Тариф',
  bundle: {
    processing: 'Добавляем',
    queued: 'В очереди',
    active: 'Работает',
    depleted: 'Израсходован',
    expired: 'Срок истёк',
  },
  number: (digits) => `Номер eSIM заканчивается на ${digits}`,
  sheet: {
    close: 'Закрыть',
    name: 'Название',
    placeholder: 'Например, мамин телефон',
    save: 'Сохранить',
    code: 'Всё одной строкой',
  },
};

export const currentEsimMessages: Record<Language, typeof en> = { en, ru };
