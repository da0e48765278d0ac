import type { Language, SessionAnswer } from '../lib/contract/session.ts';
import { formatCount, type PluralForms } from '../lib/i18n/format.ts';

const MINUTES: Record<Language, PluralForms> = {
  en: { one: 'minute', other: 'minutes' },
  ru: { one: 'минуту', few: 'минуты', many: 'минут', other: 'минуты' },
};
/** While the server has not said it. */
const PROMISED: Record<Language, string> = { en: 'the promised time', ru: 'обещанное время' };

/** How long an eSIM may take before the Stars go back by themselves, to stand after "within" and «за». */
export function deadlineWords(session: SessionAnswer | null, language: Language): string {
  if (!session) return PROMISED[language];
  return formatMinutes(language, session.delivery_deadline_s / 60);
}

/** Begun ones count, so that "in a minute" is never too early. */
export function formatMinutes(language: Language, minutes: number): string {
  return formatCount(language, Math.ceil(minutes), MINUTES[language]);
}
