import './notice.css';
import type { Language } from '../../lib/contract/session.ts';
import type { ClientErrorCode } from '../esimgo-client.ts';
import { problemMessages, wayOnMessages } from '../problems.ts';
import { close } from '../telegram.ts';
import { button } from './button.ts';
import { h, type Child } from './dom.ts';
import { icon, type IconName } from './icon.ts';

export interface NoticeOptions {
  icon: IconName;
  title: string;
  text?: Child;
  action?: { text: string; onPress(): void };
}

/** A whole face of a screen: nothing here yet, or something went wrong. */
export function notice({ icon: iconName, title, text, action }: NoticeOptions): HTMLElement {
  return h(
    'div',
    { class: 'notice', role: 'status' },
    h('div', { class: 'notice__icon' }, icon(iconName)),
    h('h2', { class: 'notice__title' }, title),
    text === undefined ? null : h('p', { class: 'notice__text' }, text),
    action ? button(action.text, action.onPress) : null,
  );
}

/** What happened, what it means and what to do, for every code there is. */
export function problemNotice(
  code: ClientErrorCode,
  language: Language,
  ways: { retry(): void; home(): void; support?: () => void },
): HTMLElement {
  const { title, text, way } = problemMessages[language][code];
  const act = { retry: ways.retry, home: ways.home, reopen: close, support: ways.support ?? ways.home };
  return notice({
    icon: code === 'offline' ? 'wifi' : code === 'not_found' ? 'search' : 'warning',
    title,
    text,
    action: { text: wayOnMessages[language][way], onPress: act[way] },
  });
}
