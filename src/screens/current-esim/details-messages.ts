import type { EsimState } from '../../../lib/contract/esim.ts';
import type { Language } from '../../../lib/contract/session.ts';

const en = {
  sentence: {
    not_installed: 'Install it on your phone while you are on Wi-Fi. The days do not count yet.',
    installed:
      'It is in the phone and starts at the first connection there. On arrival, turn the line and its roaming on.',
    live: null,
    used_up: 'All the data is used. Top up, and it goes on at once.',
    ended: 'The days are over. Top up, and the same eSIM works again.',
    suspended: 'The operator has paused this eSIM: it gets no data now. Write to us, and we will find out why.',
    deactivated: 'The operator has turned this eSIM off for good. Write to us if data was left on it.',
    unavailable: 'The operator does not serve this eSIM any more. Write to us and we will find out what can be done.',
  } satisfies Record<EsimState, string | null>,
  actions: {
    title: 'Actions',
    topUp: 'Top up',
    qr: 'Show the QR code',
    turnOn: 'How to turn it on',
    newEsim: 'Choose a new eSIM',
    trouble: 'Not working?',
    rename: 'Rename',
  },
  number: (digits: string) => `eSIM number ends in ${digits}`,
  title: 'Plans',
  notStarted: 'Starts when it connects there',
  afterPrevious: 'Starts when the one before ends',
  until: (date: string) => `until ${date}`,
  state: {
    processing: 'Being added',
    active: 'Works',
    depleted: 'Used up',
    expired: 'Ended',
    lapsed: 'Not used in time',
    revoked: 'Cancelled',
  },
  unknown: 'State not known yet',
  stopped: 'Stopped',
};

const ru: typeof en = {
  sentence: {
    not_installed: 'Установите его в телефон, пока есть Wi-Fi. Дни ещё не считаются.',
    installed: 'Он уже в телефоне и начнётся с подключения на месте. По прилёте включите линию и роуминг для неё.',
    live: null,
    used_up: 'Весь интернет израсходован. Пополните, и он сразу продолжит работать.',
    ended: 'Дни закончились. Пополните, и тот же eSIM снова заработает.',
    suspended: 'Оператор приостановил этот eSIM. Напишите нам, и мы выясним почему.',
    deactivated: 'Оператор отключил этот eSIM насовсем. Если на нём оставался интернет, напишите нам.',
    unavailable: 'Оператор больше не обслуживает этот eSIM. Напишите нам, и мы выясним, что можно сделать.',
  },
  actions: {
    title: 'Действия',
    topUp: 'Пополнить',
    qr: 'Показать QR',
    turnOn: 'Как включить',
    newEsim: 'Выбрать новый eSIM',
    trouble: 'Не работает?',
    rename: 'Переименовать',
  },
  number: (digits) => `Номер eSIM заканчивается на ${digits}`,
  title: 'Тарифы',
  notStarted: 'Начнётся с подключения на месте',
  afterPrevious: 'Начнётся, когда закончится предыдущий',
  until: (date) => `до ${date}`,
  state: {
    processing: 'Добавляем',
    active: 'Работает',
    depleted: 'Израсходован',
    expired: 'Срок истёк',
    lapsed: 'Не использован в срок',
    revoked: 'Отменён',
  },
  unknown: 'Состояние пока неизвестно',
  stopped: 'Остановлен',
};

export const detailsMessages: Record<Language, typeof en> = { en, ru };
