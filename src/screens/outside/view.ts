import './outside.css';
import { signal } from '@preact/signals-core';
import type { Language } from '../../../lib/contract/session.ts';
import type { ESIMGoClient } from '../../esimgo-client.ts';
import { startParamOfPath } from '../../router.ts';
import { h, swap } from '../../ui/dom.ts';
import { icon } from '../../ui/icon.ts';
import { outsideMessages } from './messages.ts';

/** In both languages, because an ordinary browser's says little about who came by a forwarded link. */
export function renderOutside(client: Pick<ESIMGoClient, 'getBotUsername'>, language: Language): HTMLElement {
  const botUsername = signal<string | null>(null);
  client.getBotUsername().then(
    (username) => (botUsername.value = username),
    // The words alone still say where the shop is.
    () => {},
  );
  const asked = new URLSearchParams(location.search);
  const start = asked.get('startapp') ?? asked.get('tgWebAppStartParam') ?? startParamOfPath(location.pathname);
  const query = start === null ? '' : `?${new URLSearchParams({ startapp: start })}`;
  // Telegram, which says it elsewhere, is not here.
  document.documentElement.dataset['scheme'] = matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
  const other = language === 'ru' ? 'en' : 'ru';
  const { title, text, open } = outsideMessages[language];
  return h(
    'div',
    { class: 'screen notice outside' },
    h('div', { class: 'notice__icon' }, icon('send')),
    h('h1', { class: 'notice__title' }, title),
    h('p', { class: 'notice__text' }, text),
    swap(
      () => botUsername.value,
      (username) =>
        username === null
          ? null
          : h('a', { class: 'button button--tinted', href: `https://t.me/${username}${query}` }, open),
    ),
    h('p', { class: 'outside__other', lang: other }, `${outsideMessages[other].title}. ${outsideMessages[other].text}`),
  );
}
