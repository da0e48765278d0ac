import './accordion.css';
import { signal } from '@preact/signals-core';
import { h, swap, type Child } from './dom.ts';
import { icon } from './icon.ts';

/** What it holds is made when it is first opened. */
export function accordion(title: Child, content: () => Child, options: { isOpen?: boolean } = {}): HTMLElement {
  const isMade = signal(options.isOpen ?? false);
  const details: HTMLDetailsElement = h(
    'details',
    {
      class: 'accordion',
      open: options.isOpen ?? false,
      on: { toggle: () => details.open && (isMade.value = true) },
    },
    h('summary', { class: 'accordion__summary' }, h('span', null, title), icon('chevron')),
    h(
      'div',
      { class: 'accordion__body' },
      swap(
        () => isMade.value,
        (isNeeded) => (isNeeded ? content() : null),
      ),
    ),
  );
  return details;
}
