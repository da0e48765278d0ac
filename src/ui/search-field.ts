import './search-field.css';
import type { Signal } from '@preact/signals-core';
import { h } from './dom.ts';
import { icon } from './icon.ts';

export interface SearchFieldOptions {
  /** What can be searched for; it is the placeholder too. */
  label: string;
  clearLabel: string;
  onFocus?: () => void;
  /** After the keyboard's own key, with the keyboard gone. */
  onSubmit?: () => void;
}

/** Stays in sight while what it finds is scrolled. */
export function searchField(query: Signal<string>, options: SearchFieldOptions): HTMLElement {
  const { label, clearLabel, onFocus, onSubmit } = options;
  const input = h('input', {
    class: 'search-field__input',
    type: 'search',
    'aria-label': label,
    placeholder: label,
    enterkeyhint: 'search',
    autocomplete: 'off',
    autocapitalize: 'off',
    spellcheck: 'false',
    value: () => query.value,
    on: {
      focus: () => onFocus?.(),
      input: () => (query.value = input.value),
    },
  });
  const submit = (event: Event) => {
    event.preventDefault();
    input.blur();
    onSubmit?.();
  };
  const clear = () => {
    query.value = '';
    input.focus();
  };
  return h(
    'form',
    { class: 'search-field', role: 'search', on: { submit } },
    icon('search'),
    input,
    h(
      'button',
      {
        class: 'search-field__clear',
        type: 'button',
        'aria-label': clearLabel,
        hidden: () => query.value === '',
        on: { click: clear },
      },
      icon('close'),
    ),
  );
}
