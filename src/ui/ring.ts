import './ring.css';
import { h, s, type Child } from './dom.ts';

/** How much is left, from 0 to 1, with words in the middle. The words say it; the ring only shows it. */
export function ring(share: () => number, ...center: Child[]): HTMLElement {
  return h(
    'div',
    { class: 'ring' },
    s(
      'svg',
      { class: 'ring__drawing', viewBox: '0 0 36 36', 'aria-hidden': 'true' },
      s('circle', { class: 'ring__track', cx: 18, cy: 18, r: 16 }),
      s('circle', {
        class: 'ring__share',
        cx: 18,
        cy: 18,
        r: 16,
        pathLength: 100,
        vars: { '--ring-share': () => Math.round(100 * Math.min(1, Math.max(0, share()))) },
      }),
    ),
    center.length > 0 ? h('div', { class: 'ring__center' }, ...center) : null,
  );
}
