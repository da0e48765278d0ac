import './skeleton.css';
import { h } from './dom.ts';

/** Rows in the shape of what comes. Unseen for the first 150 ms, so that a fast answer does not flash. */
export function skeletonList(rows: number, look: 'row' | 'card' = 'row'): HTMLElement {
  return h(
    'div',
    { class: `skeleton skeleton--${look}s`, 'aria-hidden': 'true' },
    Array.from({ length: rows }, (_, index) =>
      h(
        'div',
        { class: `skeleton__${look}`, vars: { '--skeleton-width': `${[52, 38, 64, 45, 58][index % 5]}%` } },
        h('span', { class: 'skeleton__tile' }),
        h('span', { class: 'skeleton__line' }),
        h('span', { class: 'skeleton__end' }),
      ),
    ),
  );
}

export function skeletonBlock(height: number): HTMLElement {
  return h('div', {
    class: 'skeleton skeleton--block',
    'aria-hidden': 'true',
    vars: { '--skeleton-height': `${height}px` },
  });
}
