import './callout.css';
import { h, type Child } from './dom.ts';
import { icon, type IconName } from './icon.ts';

/** A sentence that must not be missed, where it matters. */
export function callout(tone: 'quiet' | 'good' | 'warning' | 'bad', iconName: IconName, text: Child): HTMLElement {
  return h('div', { class: `callout callout--${tone}` }, icon(iconName), h('p', null, text));
}
