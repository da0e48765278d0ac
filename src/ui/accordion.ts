import './accordion.css';
import { h, type Child } from './dom.ts';
import { icon } from './icon.ts';

export function accordion(title: Child, content: () => Child, options: { isOpen?: boolean } = {}): HTMLElement {
  const body = h('div', { class: 'accordion__body' }, content());
  return h(
    'details',
    { class: 'accordion', open: options.isOpen ?? false },
    h('summary', { class: 'accordion__summary' }, h('span', null, title), icon('chevron')),
    body,
  );
}
