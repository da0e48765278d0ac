import './freshness.css';
import type { Language } from '../../lib/contract/session.ts';
import { formatDate, formatDateTime, formatTime } from '../../lib/i18n/format.ts';
import { timeAgo } from '../esim-words.ts';
import { haptic } from '../telegram.ts';
import { h } from './dom.ts';
import { icon } from './icon.ts';

export interface FreshnessOptions {
  /** When the operator said what is shown. */
  asOf: () => string | null;
  /** True when a newer word was asked for and did not come. */
  isStale: () => boolean;
  now: () => number;
  isBusy: () => boolean;
  refresh: () => void;
}

const en = {
  refresh: 'Update',
  updated: (ago: string) => `Updated ${ago}`,
  asOf: (time: string) => `As of ${time}`,
};

const ru: typeof en = {
  refresh: 'Обновить',
  updated: (ago) => `Обновлено ${ago}`,
  asOf: (time) => `Данные на ${time}`,
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
      ? messages.asOf(momentOf(new Date(asOf), new Date(options.now()), language))
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

/** Of today, the time is enough. */
function momentOf(date: Date, now: Date, language: Language): string {
  const isToday = formatDate(language, date) === formatDate(language, now);
  return isToday ? formatTime(language, date) : formatDateTime(language, date);
}
