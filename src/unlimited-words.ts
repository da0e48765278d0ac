import type { Plan, Tier } from '../lib/contract/catalogue.ts';
import type { Language } from '../lib/contract/session.ts';
import { planMessages } from '../lib/i18n/plan-messages.ts';

const NO_LIMIT: Record<Language, string> = { en: 'No limit of data', ru: 'Без ограничения по объёму' };
const GOOD_FOR: Record<Language, Partial<Record<Tier, string>>> = {
  en: { lite: 'maps and messages', essential: 'music and social networks', plus: 'video calls and films' },
  ru: { lite: 'карты и сообщения', essential: 'музыка и соцсети', plus: 'видеозвонки и фильмы' },
};

/** What "unlimited" means for this plan, and what it is enough for; null for one that is sold by size. */
export function unlimitedWords({ unlimited, fair_use: fairUse, tier }: Plan, language: Language): string | null {
  if (!unlimited) return null;
  if (!fairUse) return NO_LIMIT[language];
  const words = planMessages[language].fairUse(fairUse.full_speed_mb_per_day, fairUse.then_kbit_s);
  const goodFor = GOOD_FOR[language][tier];
  return goodFor === undefined ? words : `${words}: ${goodFor}`;
}
