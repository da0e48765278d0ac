import './freshness.css';
import type { Language } from '../../lib/contract/session.ts';
import { asOfWords, timeAgo } from '../esim-words.ts';
import { haptic } from '../telegram.ts';
import { h } from './dom.ts';
import { icon } from './icon.ts';

export interface FreshnessOptions {
  /** When the operator said what is shown. */
  asOf: () => string | null;
  /** True while a newer word that was asked for has not come. */
  isStale: () => boolean;
  now: () => number;
  isBusy: () => boolean;
  refresh: () => void;
}

const en = {
  refresh: 'Update',
  updated: (ago: string) => `Updated ${ago}`,
};

const ru: typeof en = {
  refresh: 'Обновить',
  updated: (ago) => `Обновлено ${ago}`,
};

const NO_BREAK_SPACE = '\u00a0';
const MESSAGES: Record<Language, typeof en> = { en, ru };

/** How old is what is shown, and the way to newer. Without a connection nothing is called updated. */
export function freshness(options: FreshnessOptions, language: Language): HTMLElement {
  const messages = MESSAGES[language];
  const words = () => {
    const asOf = options.asOf();
    if (asOf === null) return '';
    return options.isStale()
      ? asOfWords(asOf, options.now(), language)
      : messages.updated(timeAgo(asOf, options.now(), language).replaceAll(' ', NO_BREAK_SPACE));
  };
  return h(
    'div',
    { class: 'freshness' },
    h('span', { class: 'caption freshness__words', role: 'status' }, words),
    h(
      'button',
      {
        class: 'freshness__button',
        type: 'button',
        'aria-label': messages.refresh,
        'aria-busy': options.isBusy,
        on: {
          click: () => {
            haptic.tap();
            options.refresh();
          },
        },
      },
      icon('refresh'),
    ),
  );
}
