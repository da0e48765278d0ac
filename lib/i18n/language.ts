import type { Language } from '../contract/session.ts';

/** Where Russian is the second language of most, and more widely read than English. */
const READS_RUSSIAN = new Set(['ru', 'be', 'uk', 'kk', 'ky', 'uz', 'tg', 'tk', 'hy', 'az', 'tt', 'ba']);

/** What the person chose wins; then what Telegram says (an IETF tag such as `pt-br`); else English. */
export function languageOf(chosen: Language | null | undefined, languageCode: string | null | undefined): Language {
  if (chosen) return chosen;
  const primary = languageCode?.toLowerCase().split(/[-_]/)[0] ?? '';
  return READS_RUSSIAN.has(primary) ? 'ru' : 'en';
}
