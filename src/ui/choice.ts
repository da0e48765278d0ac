import './choice.css';
import type { Signal } from '@preact/signals-core';
import { haptic } from '../telegram.ts';
import { h } from './dom.ts';

export interface Option<Value extends string | number> {
  value: Value;
  text: string;
}

let groups = 0;

/** Two to four views of one thing, side by side. */
export function segmented<Value extends string | number>(
  label: string,
  options: readonly Option<Value>[],
  chosen: Signal<Value>,
): HTMLElement {
  return choice('segmented', label, options, chosen);
}

/** Values of one kind, all in sight. */
export function chips<Value extends string | number>(
  label: string,
  options: readonly Option<Value>[],
  chosen: Signal<Value>,
): HTMLElement {
  return choice('chips', label, options, chosen);
}

/** Radio buttons under the skin, so keys and screen readers need nothing more. */
function choice<Value extends string | number>(
  look: 'segmented' | 'chips',
  label: string,
  options: readonly Option<Value>[],
  chosen: Signal<Value>,
): HTMLElement {
  const name = `choice-${(groups += 1)}`;
  return h(
    'fieldset',
    { class: look },
    h('legend', { class: 'visually-hidden' }, label),
    options.map(({ value, text }) =>
      h(
        'label',
        { class: `${look}__option` },
        h('input', {
          class: `${look}__input`,
          type: 'radio',
          name,
          checked: () => chosen.value === value,
          on: {
            change: () => {
              haptic.select();
              chosen.value = value;
            },
          },
        }),
        h('span', { class: `${look}__text` }, text),
      ),
    ),
  );
}
