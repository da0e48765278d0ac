import type { Language } from '../../../lib/contract/session.ts';
import { formatCount, type PluralForms } from '../../../lib/i18n/format.ts';

const IN_COUNTRIES: Record<Language, PluralForms> = {
  en: { one: 'country', other: 'countries' },
  ru: { one: 'стране', few: 'странах', many: 'странах', other: 'странах' },
};

const en = {
  worksIn: (countries: number) => `works in ${formatCount('en', countries, IN_COUNTRIES.en)}`,
  startsAtFirstUse: 'days from the first connection',
  startsAtPurchase: 'days from the purchase',
  canTopUp: 'can be topped up',
  coverage: 'Which countries',
  asOf: (time: string) => `Prices as of ${time}`,
  cheaper: (stars: string) => `Works here too, from ${stars}`,
  empty: {
    title: 'No plans here right now',
    text: 'Choose another destination, or look again later.',
    action: 'See all destinations',
  },
};

const ru: typeof en = {
  worksIn: (countries) => `работает в ${formatCount('ru', countries, IN_COUNTRIES.ru)}`,
  startsAtFirstUse: 'дни с первого подключения',
  startsAtPurchase: 'дни с покупки',
  canTopUp: 'можно пополнять',
  coverage: 'В каких странах',
  asOf: (time) => `Цены на ${time}`,
  cheaper: (stars) => `Здесь тоже работает, от ${stars}`,
  empty: {
    title: 'Сейчас тарифов нет',
    text: 'Выберите другое направление или загляните позже.',
    action: 'Ко всем направлениям',
  },
};

export const destinationMessages: Record<Language, typeof en> = { en, ru };
