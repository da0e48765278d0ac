import './price.css';
import { formatNumber, formatUsd } from '../../lib/i18n/format.ts';
import type { Language } from '../../lib/contract/session.ts';
import { h, type Child } from './dom.ts';
import { star } from './icon.ts';

const STARS: Record<Language, string> = { en: 'Stars', ru: 'звёзд' };
const FROM: Record<Language, string> = { en: 'from', ru: 'от' };
const ABOUT: Record<Language, string> = { en: 'about', ru: 'примерно' };
const NO_BREAK_SPACE = '\u00a0';

export function price(stars: number, language: Language, options: { isFrom?: boolean } = {}): HTMLElement {
  return h(
    'span',
    { class: 'price' },
    options.isFrom ? `${FROM[language]}${NO_BREAK_SPACE}` : null,
    `${formatNumber(language, stars)}${NO_BREAK_SPACE}`,
    star(STARS[language]),
  );
}

/** `≈ $4.90` */
export function usd(amount: string, language: Language): HTMLElement {
  return h(
    'span',
    { class: 'number' },
    h('span', { 'aria-label': ABOUT[language], role: 'img' }, `≈${NO_BREAK_SPACE}`),
    formatUsd(language, amount),
  );
}

/** A sentence from the catalogue, its ⭐ drawn. A star stays with its number and with the mark that follows. */
export function withStars(text: string, language: Language): Child[] {
  return text.split(/([^ ]*⭐\S*)/).map((part) =>
    part.includes('⭐')
      ? h(
          'span',
          { class: 'price' },
          part.split('⭐').flatMap((words, index) => (index === 0 ? [words] : [star(STARS[language]), words])),
        )
      : part,
  );
}
