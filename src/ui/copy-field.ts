import './copy-field.css';
import { signal } from '@preact/signals-core';
import type { Language } from '../../lib/contract/session.ts';
import { haptic } from '../telegram.ts';
import { h } from './dom.ts';
import { icon } from './icon.ts';

const MESSAGES: Record<Language, { copy: string; copied: string }> = {
  en: { copy: 'Copy', copied: 'Copied' },
  ru: { copy: 'Скопировать', copied: 'Скопировано' },
};
const SHOWN_FOR_MS = 2_000;

/** A value that has to be typed or pasted elsewhere; the whole field copies it. */
export function copyField(label: string, value: string, language: Language): HTMLElement {
  const messages = MESSAGES[language];
  const isCopied = signal(false);
  const copy = async () => {
    if (!(await copyText(value))) return;
    haptic.tap();
    isCopied.value = true;
    setTimeout(() => (isCopied.value = false), SHOWN_FOR_MS);
  };
  return h(
    'button',
    { class: 'copy-field', type: 'button', on: { click: () => void copy() } },
    h(
      'span',
      { class: 'copy-field__text' },
      h('span', { class: 'caption' }, label),
      h('span', { class: 'copy-field__value selectable' }, value),
    ),
    h(
      'span',
      { class: 'copy-field__action', role: 'status' },
      () => icon(isCopied.value ? 'check' : 'copy'),
      h('span', { class: 'visually-hidden' }, () => (isCopied.value ? messages.copied : messages.copy)),
    ),
  );
}

/** Web clients may forbid the clipboard in a frame; the old way still works within a tap. */
async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const field = h('textarea', { class: 'visually-hidden', readonly: true, value: text });
    document.body.append(field);
    field.select();
    const isCopied = document.execCommand('copy');
    field.remove();
    return isCopied;
  }
}
