import type { Language } from '../contract/session.ts';

export interface PluralForms {
  one: string;
  /** Russian: 2–4, 22–24 … English has no such form. */
  few?: string;
  /** Russian: 0, 5–20, 25–30 … */
  many?: string;
  other: string;
}

const NO_BREAK_SPACE = '\u00a0';

/** Intl objects are slow to make, so each is made when first needed and kept. */
function kept<Value>(make: (language: Language) => Value): (language: Language) => Value {
  const made = new Map<Language, Value>();
  return (language) => {
    let value = made.get(language);
    if (value === undefined) {
      value = make(language);
      made.set(language, value);
    }
    return value;
  };
}

const numbers = kept((language) => new Intl.NumberFormat(language, { maximumFractionDigits: 2 }));
const dollars = kept((language) => new Intl.NumberFormat(language, { style: 'currency', currency: 'USD' }));
const gigabytes = kept((language) => unitFormat(language, 'gigabyte', 2));
const roundGigabytes = kept((language) => unitFormat(language, 'gigabyte', 1));
const megabytes = kept((language) => unitFormat(language, 'megabyte', 0));
const kilobytes = kept((language) => unitFormat(language, 'kilobyte', 0));
const plurals = kept((language) => new Intl.PluralRules(language));

function unitFormat(language: Language, unit: string, maximumFractionDigits: number): Intl.NumberFormat {
  return new Intl.NumberFormat(language, { style: 'unit', unit, maximumFractionDigits });
}

export function formatNumber(language: Language, value: number): string {
  return numbers(language).format(value);
}

/** `"4.90"` as the API writes it → `$4.90`, `4,90 $`. */
export function formatUsd(language: Language, usd: string): string {
  return dollars(language).format(Number(usd));
}

export function formatStars(language: Language, stars: number): string {
  return `${formatNumber(language, stars)}${NO_BREAK_SPACE}⭐`;
}

/** The size of a plan, exact. A gigabyte is 1000 MB, as the supplier counts. */
export function formatMegabytes(language: Language, mb: number): string {
  return mb >= 1000 ? gigabytes(language).format(mb / 1000) : megabytes(language).format(mb);
}

/** What is used or left, rounded to what a person can act on. */
export function formatBytes(language: Language, bytes: number): string {
  // The unit is chosen after rounding, so that 999.9 MB are 1 GB and never "1,000 MB".
  if (bytes >= 999_500_000) return roundGigabytes(language).format(bytes / 1_000_000_000);
  if (bytes >= 999_500 || bytes === 0) return megabytes(language).format(bytes / 1_000_000);
  return kilobytes(language).format(bytes / 1000);
}

export function formatSpeed(language: Language, kbitPerS: number): string {
  const unit = { en: { kbit: 'kbit/s', mbit: 'Mbit/s' }, ru: { kbit: 'кбит/с', mbit: 'Мбит/с' } }[language];
  return kbitPerS >= 1000
    ? `${formatNumber(language, kbitPerS / 1000)}${NO_BREAK_SPACE}${unit.mbit}`
    : `${formatNumber(language, kbitPerS)}${NO_BREAK_SPACE}${unit.kbit}`;
}

/** The form that goes with the count, without the count. */
export function plural(language: Language, count: number, forms: PluralForms): string {
  switch (plurals(language).select(count)) {
    case 'one':
      return forms.one;
    case 'few':
      return forms.few ?? forms.other;
    case 'many':
      return forms.many ?? forms.other;
    case 'zero':
    case 'two':
    case 'other':
      return forms.other;
  }
}

/** `5 стран`, `21 страна`. */
export function formatCount(language: Language, count: number, forms: PluralForms): string {
  return `${formatNumber(language, count)}${NO_BREAK_SPACE}${plural(language, count, forms)}`;
}

const DAYS: Record<Language, PluralForms> = {
  en: { one: 'day', other: 'days' },
  ru: { one: 'день', few: 'дня', many: 'дней', other: 'дня' },
};

export function formatDays(language: Language, days: number): string {
  return formatCount(language, days, DAYS[language]);
}

const dateFormats = new Map<string, Intl.DateTimeFormat>();

// British order and a 24-hour clock are understood everywhere; American order is not.
const DATE_LOCALES: Record<Language, string> = { en: 'en-GB', ru: 'ru' };

function dateFormat(
  language: Language,
  kind: 'date' | 'dateTime' | 'time',
  timeZone: string | undefined,
): Intl.DateTimeFormat {
  const key = `${language} ${kind} ${timeZone ?? ''}`;
  let format = dateFormats.get(key);
  if (!format) {
    format = new Intl.DateTimeFormat(DATE_LOCALES[language], {
      ...(kind !== 'time' && { day: 'numeric', month: 'short', year: 'numeric' }),
      ...(kind !== 'date' && { hour: '2-digit', minute: '2-digit' }),
      ...(timeZone !== undefined && { timeZone }),
    });
    dateFormats.set(key, format);
  }
  return format;
}

/** Without a time zone: the device's own. A server does not know the reader's and names one, such as `UTC`. */
export function formatDate(language: Language, date: Date, timeZone?: string): string {
  return dateFormat(language, 'date', timeZone).format(date);
}

export function formatDateTime(language: Language, date: Date, timeZone?: string): string {
  return dateFormat(language, 'dateTime', timeZone).format(date);
}

export function formatTime(language: Language, date: Date, timeZone?: string): string {
  return dateFormat(language, 'time', timeZone).format(date);
}
