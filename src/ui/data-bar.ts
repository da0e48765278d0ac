import './data-bar.css';
import { h } from './dom.ts';

/** How much is left, from 0 to 1. The words beside it say it; the bar only shows it. */
export function dataBar(share: () => number): HTMLElement {
  const percent = () => Math.round(100 * Math.min(1, Math.max(0, share())));
  return h(
    'div',
    {
      class: () => `data-bar${percent() < 15 ? ' data-bar--low' : ''}`,
      'aria-hidden': 'true',
    },
    h('div', { class: 'data-bar__share', vars: { '--data-share': () => `${percent()}%` } }),
  );
}
