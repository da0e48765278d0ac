import type { EsimSummary } from '../../../lib/contract/esim.ts';
import type { Language } from '../../../lib/contract/session.ts';
import { esimName } from '../../esim-words.ts';
import { h, type Child } from '../../ui/dom.ts';

/** What a page about one eSIM is for, and below it which eSIM that is, as soon as it is known. */
export function esimHeader(title: Child, esim: () => EsimSummary | null | undefined, language: Language): HTMLElement {
  return h(
    'header',
    null,
    h('h1', { class: 'screen__title' }, title),
    h('p', { class: 'hint' }, () => {
      const known = esim();
      return known ? esimName(known, language) : '\u00a0';
    }),
  );
}
