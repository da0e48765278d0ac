import type { Tier } from '../contract/catalogue.ts';
import type { Language } from '../contract/session.ts';
import { formatCount, formatMegabytes, formatSpeed, type PluralForms } from './format.ts';

const COUNTRIES: Record<Language, PluralForms> = {
  en: { one: 'country', other: 'countries' },
  ru: { one: 'стране', few: 'странах', many: 'странах', other: 'странах' },
};

const en = {
  unlimited: 'Unlimited',
  /** What tells unlimited plans apart; empty where nothing does. */
  tier: { fixed: '', long: '', lite: 'Lite', essential: 'Essential', plus: 'Plus', other: '' } satisfies Record<
    Tier,
    string
  >,
  daysShort: (days: number) => `${days}\u00a0d`,
  esimFor: (place: string) => `eSIM for travel: ${place}.`,
  fairUse: (fullSpeedMbPerDay: number, thenKbitPerS: number) =>
    `${formatMegabytes('en', fullSpeedMbPerDay)} a day at full speed, then ${formatSpeed('en', thenKbitPerS)}`,
  worksIn: (countries: number) => `Works in ${formatCount('en', countries, COUNTRIES.en)}.`,
  startsAtFirstUse: 'The days count from the first connection there.',
  startsAtPurchase: 'The days count from the purchase.',
  dataOnly: 'Data only, no phone number.',
};

const ru: typeof en = {
  unlimited: 'Безлимит',
  tier: { fixed: '', long: '', lite: 'Lite', essential: 'Essential', plus: 'Plus', other: '' },
  daysShort: (days) => `${days}\u00a0дн.`,
  esimFor: (place) => `eSIM для поездки: ${place}.`,
  fairUse: (fullSpeedMbPerDay, thenKbitPerS) =>
    `${formatMegabytes('ru', fullSpeedMbPerDay)} в день на полной скорости, дальше ${formatSpeed('ru', thenKbitPerS)}`,
  worksIn: (countries) => `Работает в ${formatCount('ru', countries, COUNTRIES.ru)}.`,
  startsAtFirstUse: 'Дни считаются с первого подключения на месте.',
  startsAtPurchase: 'Дни считаются с покупки.',
  dataOnly: 'Только интернет, без номера.',
};

export const planMessages = { en, ru };
