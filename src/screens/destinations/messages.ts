import type { Language } from '../../../lib/contract/session.ts';
import type { PluralForms } from '../../../lib/i18n/format.ts';

const countries: Record<Language, PluralForms> = {
  en: { one: 'country', other: 'countries' },
  ru: { one: 'страна', few: 'страны', many: 'стран', other: 'страны' },
};

const en = {
  title: 'Internet for your trip',
  intro: 'Choose a country, pay with Stars, and the eSIM is here in seconds.',
  search: 'Country, city or resort',
  clear: 'Clear',
  kinds: 'What to show',
  kind: { country: 'Countries', region: 'Regions', global: 'Worldwide' },
  popular: 'Popular',
  recent: 'You looked at',
  all: 'All countries',
  alphabet: 'Alphabet',
  nothing: { title: 'Nothing found', text: 'Try the name of the country.' },
  unsold: (country: string) => `${country}: no eSIM for this country yet.`,
  nearest: 'Maybe you mean',
  covering: (isAll: boolean): string => (isAll ? 'Work there' : 'Also work there'),
  empty: {
    title: 'No plans yet',
    text: 'The price list is on its way. Come back in a few minutes.',
    action: 'Try again',
  },
  links: { esims: 'My eSIMs', history: 'Purchases', help: 'Help' },
  own: {
    title: (place: string) => `Your eSIM · ${place}`,
    until: (date: string) => `until ${date}`,
  },
  countries: countries.en,
};

const ru: typeof en = {
  title: 'Интернет в поездке',
  intro: 'Выберите страну, оплатите звёздами, и через несколько секунд eSIM у вас.',
  search: 'Страна, город или курорт',
  clear: 'Очистить',
  kinds: 'Что показать',
  kind: { country: 'Страны', region: 'Регионы', global: 'Весь мир' },
  popular: 'Популярные',
  recent: 'Вы смотрели',
  all: 'Все страны',
  alphabet: 'Алфавит',
  nothing: { title: 'Ничего не нашлось', text: 'Попробуйте название страны.' },
  unsold: (country) => `${country}: eSIM для этой страны пока нет.`,
  nearest: 'Возможно, вы ищете',
  covering: (isAll) => (isAll ? 'Работают там' : 'Тоже работают там'),
  empty: {
    title: 'Тарифов пока нет',
    text: 'Прайс-лист уже в пути. Загляните через несколько минут.',
    action: 'Повторить',
  },
  links: { esims: 'Мои eSIM', history: 'Покупки', help: 'Помощь' },
  own: {
    title: (place) => `Ваш eSIM · ${place}`,
    until: (date) => `до ${date}`,
  },
  countries: countries.ru,
};

export const destinationsMessages: Record<Language, typeof en> = { en, ru };
