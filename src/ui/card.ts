import './card.css';
import { h, type Child } from './dom.ts';

export function card(...children: Child[]): HTMLElement {
  return h('div', { class: 'card' }, ...children);
}

export function paddedCard(...children: Child[]): HTMLElement {
  return h('div', { class: 'card card--padded' }, ...children);
}

/** A card under its heading, with a note below where one is needed. */
export function section(options: { title?: string; note?: Child }, ...children: Child[]): HTMLElement {
  return h(
    'section',
    { class: 'section' },
    options.title === undefined ? null : h('h2', { class: 'section__title' }, options.title),
    ...children,
    options.note === undefined ? null : h('p', { class: 'section__note' }, options.note),
  );
}
