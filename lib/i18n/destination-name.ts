import type { Language } from '../contract/session.ts';

interface Name {
  name: string;
  /** Where room is scarce; left out when the name is short. */
  short?: string;
}

/** Places that Intl does not know, or names otherwise than people who travel there do. */
const OWN_NAMES: Readonly<Record<string, Record<Language, Name>>> = {
  'US-HI': { en: { name: 'Hawaii' }, ru: { name: 'Гавайи' } },
  CYP: { en: { name: 'Northern Cyprus' }, ru: { name: 'Северный Кипр' } },
  IC: { en: { name: 'Canary Islands' }, ru: { name: 'Канарские острова', short: 'Канары' } },
  // Intl takes the withdrawn code for Curaçao, which is sold under its own.
  AN: {
    en: { name: 'Netherlands Antilles', short: 'Antilles' },
    ru: { name: 'Нидерландские Антилы', short: 'Антилы' },
  },
  XK: { en: { name: 'Kosovo' }, ru: { name: 'Косово' } },
  HK: { en: { name: 'Hong Kong' }, ru: { name: 'Гонконг' } },
  MO: { en: { name: 'Macao' }, ru: { name: 'Макао' } },
  US: { en: { name: 'United States', short: 'USA' }, ru: { name: 'США' } },
  KR: { en: { name: 'South Korea' }, ru: { name: 'Южная Корея' } },
  GB: { en: { name: 'United Kingdom', short: 'UK' }, ru: { name: 'Великобритания', short: 'Британия' } },
  AE: { en: { name: 'United Arab Emirates', short: 'UAE' }, ru: { name: 'ОАЭ' } },
  ZA: { en: { name: 'South Africa' }, ru: { name: 'Южная Африка', short: 'ЮАР' } },
  CF: {
    en: { name: 'Central African Republic', short: 'CAR' },
    ru: { name: 'Центральноафриканская Республика', short: 'ЦАР' },
  },
  CD: { en: { name: 'DR Congo' }, ru: { name: 'ДР Конго' } },
  CG: { en: { name: 'Congo' }, ru: { name: 'Конго' } },
  DO: { en: { name: 'Dominican Republic', short: 'Dominican R.' }, ru: { name: 'Доминикана' } },
  PS: { en: { name: 'Palestine' }, ru: { name: 'Палестина' } },
  BA: { en: { name: 'Bosnia & Herzegovina', short: 'Bosnia' }, ru: { name: 'Босния и Герцеговина', short: 'Босния' } },
  BQ: {
    en: { name: 'Caribbean Netherlands', short: 'Bonaire' },
    ru: { name: 'Бонэйр, Синт-Эстатиус и Саба', short: 'Бонэйр' },
  },
  VG: {
    en: { name: 'British Virgin Islands', short: 'Virgin I. UK' },
    ru: { name: 'Британские Виргинские острова', short: 'Виргинские' },
  },
  VI: {
    en: { name: 'US Virgin Islands', short: 'Virgin I. US' },
    ru: { name: 'Виргинские острова (США)', short: 'Виргин. США' },
  },

  // As Intl names them. It loads its names when it is first asked, and the first screen, which shows these, would wait.
  TR: { en: { name: 'Türkiye' }, ru: { name: 'Турция' } },
  TH: { en: { name: 'Thailand' }, ru: { name: 'Таиланд' } },
  EG: { en: { name: 'Egypt' }, ru: { name: 'Египет' } },
  CN: { en: { name: 'China' }, ru: { name: 'Китай' } },
  VN: { en: { name: 'Vietnam' }, ru: { name: 'Вьетнам' } },
  GE: { en: { name: 'Georgia' }, ru: { name: 'Грузия' } },
  ID: { en: { name: 'Indonesia' }, ru: { name: 'Индонезия' } },
  JP: { en: { name: 'Japan' }, ru: { name: 'Япония' } },
  ES: { en: { name: 'Spain' }, ru: { name: 'Испания' } },
  IT: { en: { name: 'Italy' }, ru: { name: 'Италия' } },
  FR: { en: { name: 'France' }, ru: { name: 'Франция' } },

  RAF: { en: { name: 'Africa' }, ru: { name: 'Африка' } },
  RAS: { en: { name: 'Asia' }, ru: { name: 'Азия' } },
  RBK: { en: { name: 'Balkans' }, ru: { name: 'Балканы' } },
  RCA: { en: { name: 'Caribbean' }, ru: { name: 'Карибы' } },
  RCE: {
    en: { name: 'Central America', short: 'C. America' },
    ru: { name: 'Центральная Америка', short: 'Ц. Америка' },
  },
  RCI: { en: { name: 'CIS countries', short: 'CIS' }, ru: { name: 'Страны СНГ', short: 'СНГ' } },
  REUP: { en: { name: 'Europe+' }, ru: { name: 'Европа+' } },
  REUL: { en: { name: 'Europe Lite' }, ru: { name: 'Европа Лайт', short: 'Европа Л' } },
  RGB: { en: { name: 'Global' }, ru: { name: 'Весь мир' } },
  RLA: { en: { name: 'Americas' }, ru: { name: 'Америка' } },
  RME: {
    en: { name: 'Middle East & Africa', short: 'ME & Africa' },
    ru: { name: 'Ближний Восток и Африка', short: 'БВ и Африка' },
  },
  RMENA: {
    en: { name: 'Middle East & North Africa', short: 'MENA' },
    ru: { name: 'Ближний Восток и Северная Африка', short: 'БВ, С. Африка' },
  },
  RNA: { en: { name: 'North America', short: 'N. America' }, ru: { name: 'Северная Америка', short: 'С. Америка' } },
  ROC: { en: { name: 'Oceania' }, ru: { name: 'Океания' } },
  RGBL: { en: { name: 'Global Light' }, ru: { name: 'Весь мир Лайт', short: 'Мир Лайт' } },
  RGBS: { en: { name: 'Global Standard' }, ru: { name: 'Весь мир Стандарт', short: 'Мир Стандарт' } },
  RGBM: { en: { name: 'Global Max' }, ru: { name: 'Весь мир Макс', short: 'Мир Макс' } },
  REUS: { en: { name: 'Europe & USA' }, ru: { name: 'Европа и США' } },
  RBH: {
    en: { name: 'Europe, USA & business hubs', short: 'Business hubs' },
    ru: { name: 'Европа, США и деловые центры', short: 'Бизнес-хабы' },
  },
};

/** Names of Intl that leave no room for amount and days in the title of an invoice. */
const SHORT_NAMES: Readonly<Record<string, Partial<Record<Language, string>>>> = {
  AG: { en: 'Antigua', ru: 'Антигуа' },
  AS: { ru: 'Ам. Самоа' },
  BM: { ru: 'Бермуды' },
  FK: { ru: 'Фолкленды' },
  FM: { ru: 'Микронезия' },
  GF: { ru: 'Фр. Гвиана' },
  GQ: { en: 'Eq. Guinea', ru: 'Экв. Гвинея' },
  KN: { en: 'St. Kitts', ru: 'Сент-Китс' },
  MH: { ru: 'Маршалл. о-ва' },
  MK: { ru: 'Сев. Македония' },
  MP: { en: 'N. Mariana Is.', ru: 'Сев. Марианы' },
  NC: { ru: 'Нов. Каледония' },
  PF: { ru: 'Фр. Полинезия' },
  PG: { ru: 'ПНГ' },
  PM: { en: 'St. Pierre', ru: 'Сен-Пьер' },
  SA: { ru: 'Сауд. Аравия' },
  SB: { ru: 'Соломон. о-ва' },
  SC: { ru: 'Сейшелы' },
  ST: { en: 'São Tomé', ru: 'Сан-Томе' },
  TC: { en: 'Turks & Caicos' },
  TL: { ru: 'Вост. Тимор' },
  TT: { en: 'Trinidad', ru: 'Тринидад' },
  VC: { en: 'St. Vincent', ru: 'Сент-Винсент' },
};

const ISO = /^[A-Z]{2}$/;
const displayNames = new Map<Language, Intl.DisplayNames>();

/** A code that nobody knows is its own name. */
export function destinationName(code: string, language: Language): string {
  const own = Object.hasOwn(OWN_NAMES, code) ? OWN_NAMES[code] : undefined;
  return own?.[language].name ?? intlName(code, language) ?? code;
}

/** The same as the name unless there is a shorter one that people use. */
export function shortDestinationName(code: string, language: Language): string {
  const own = Object.hasOwn(OWN_NAMES, code) ? OWN_NAMES[code] : undefined;
  const short = Object.hasOwn(SHORT_NAMES, code) ? SHORT_NAMES[code] : undefined;
  return own?.[language].short ?? short?.[language] ?? destinationName(code, language);
}

function intlName(code: string, language: Language): string | undefined {
  // Intl throws for what cannot be a region code, and has words for the one that stands for none.
  if (!ISO.test(code) || code === 'ZZ') return undefined;
  let names = displayNames.get(language);
  if (!names) {
    names = new Intl.DisplayNames(language, { type: 'region', fallback: 'none' });
    displayNames.set(language, names);
  }
  return names.of(code);
}
