import type { Esim } from '../../../lib/contract/esim.ts';
import type { Language } from '../../../lib/contract/session.ts';
import { accordion } from '../../ui/accordion.ts';
import { card } from '../../ui/card.ts';
import { h, swap, type Child } from '../../ui/dom.ts';
import { icon, type IconName } from '../../ui/icon.ts';
import { installKind } from '../../install-kind.ts';
import { installHelp } from '../ready/install-help.ts';
import { qrCard } from '../ready/qr-card.ts';
import { ladderMessages } from './ladder-messages.ts';

/** The code to scan, the codes to type, and what to know before the trip. */
export function renderLadder(esim: () => Esim, language: Language): Child {
  const messages = ladderMessages[language];
  return [
    qrCard(esim().install.qr_code, language),
    swap(
      () => (esim().state === 'not_installed' ? installKind() : 'other'),
      (kind) => installHelp(esim().install.activation_code, language, kind),
    ),
    card(
      accordion(messages.trip.title, () => renderTrip(language)),
      accordion(messages.newPhone.title, () =>
        h('p', null, () => (esim().state === 'not_installed' ? messages.newPhone.unused : messages.newPhone.used)),
      ),
    ),
  ];
}

function renderTrip(language: Language): HTMLElement {
  const icons: readonly IconName[] = ['wifi', 'globe', 'sim', 'plane'];
  return h(
    'ol',
    { class: 'install-steps' },
    ladderMessages[language].trip.steps.map((text, index) =>
      h('li', { class: 'install-steps__step' }, icon(icons[index] ?? 'check'), h('span', null, text)),
    ),
  );
}
