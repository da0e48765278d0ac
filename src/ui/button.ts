import './button.css';
import { h, type Child } from './dom.ts';

/** An action inside the content. The one primary action of a screen is Telegram's main button (`mainButton`). */
export function button(text: Child, onPress: () => void, look: 'plain' | 'tinted' = 'tinted'): HTMLButtonElement {
  return h('button', { class: `button button--${look}`, type: 'button', on: { click: onPress } }, text);
}
