import './flag.css';
import { h } from './dom.ts';
import { icon } from './icon.ts';

const COUNTRY = /^[A-Z]{2}$/;
/** Sold apart from the country whose flag they fly. */
const FLAG_OF: Readonly<Record<string, string>> = { 'US-HI': 'US', IC: 'ES' };

/** Decoration beside the name. A region has a tinted tile; so has a country where the system draws no flags. */
export function flag(code: string, options: { isLarge?: boolean } = {}): HTMLElement {
  const size = options.isLarge ? ' flag--large' : '';
  const hidden = { 'aria-hidden': 'true' };
  const country = FLAG_OF[code] ?? code;
  // Only the code of a region is longer than two letters and begins with R.
  if (/^R[A-Z]{2,}$/.test(code)) {
    const letters = code.startsWith('RGB') ? icon('globe') : code.slice(1, 3);
    return h('span', { ...hidden, class: `flag flag--region${size}` }, letters);
  }
  if (!COUNTRY.test(country) || country === 'AN' || !hasFlagEmoji()) {
    return h('span', { ...hidden, class: `flag flag--letters${size}` }, country.slice(0, 2));
  }
  return h(
    'span',
    { ...hidden, class: `flag flag--emoji${size}` },
    h('span', { class: 'flag__emoji' }, flagEmoji(country)),
  );
}

export function flagEmoji(code: string): string {
  return String.fromCodePoint(...[...code].map((letter) => letter.charCodeAt(0) - 65 + 0x1f1e6));
}

let answer: boolean | undefined;

/** Windows draws two letters for a flag; then the pair is as wide as both. */
function hasFlagEmoji(): boolean {
  if (answer === undefined) {
    const pen = document.createElement('canvas').getContext('2d');
    if (!pen) return false;
    pen.font = '32px sans-serif';
    answer = pen.measureText('🇫🇷').width < 1.5 * pen.measureText('🇫').width;
  }
  return answer;
}
