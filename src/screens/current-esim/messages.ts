import type { Language } from '../../../lib/contract/session.ts';

const en = {
  of: (total: string) => `of ${total}`,
  left: 'left',
  unknownUsage: { big: '…', small: 'asking the operator' },
  noLimit: 'no limit of data',
  notStarted: 'Starts at the first connection',
  endedRing: { big: '0', small: 'the time is up' },
  until: (date: string) => `until ${date}`,
  stale: 'This is what we know so far.',
};

const ru: typeof en = {
  of: (total) => `из ${total}`,
  left: 'осталось',
  unknownUsage: { big: '…', small: 'спрашиваем оператора' },
  noLimit: 'без ограничения по объёму',
  notStarted: 'Начнётся с первого подключения',
  endedRing: { big: '0', small: 'срок истёк' },
  until: (date) => `до ${date}`,
  stale: 'Показываем последнее, что знаем.',
};

export const currentEsimMessages: Record<Language, typeof en> = { en, ru };
