import './state-chip.css';
import { h, type Child } from './dom.ts';

/** A state in a word; the colour only repeats it. */
export function stateChip(text: Child, tone: 'quiet' | 'good' | 'warning' | 'bad'): HTMLElement {
  return h('span', { class: `state-chip state-chip--${tone}` }, text);
}
