import type { Esim } from '../../../lib/contract/esim.ts';
import type { Language } from '../../../lib/contract/session.ts';
import { accordion } from '../../ui/accordion.ts';
import { card } from '../../ui/card.ts';
import { copyField } from '../../ui/copy-field.ts';
import { h, type Child } from '../../ui/dom.ts';
import { icon, type IconName } from '../../ui/icon.ts';
import { installKind } from '../../install-kind.ts';
import { installHelpMessages } from '../ready/install-help-messages.ts';
import { installHelp } from '../ready/install-help.ts';
import { qrCard } from '../ready/qr-card.ts';
import { ladderMessages } from './ladder-messages.ts';

/** The code to scan, the codes to type, and what to know before the trip. */
export function renderLadder(esim: () => Esim, language: Language): Child {
  const messages = ladderMessages[language];
  return [
    qrCard(esim().install.qr_code, language),
    installHelp(esim().install.activation_code, language, installKind()),
    card(
      accordion(messages.trip.title, () => renderTrip(language)),
      accordion(messages.newPhone.title, () => h('p', null, messages.newPhone.unused)),
    ),
  ];
}

/** For one that is in a phone: how to use it there, and its code out of the way. */
export function renderArrival(esim: () => Esim, language: Language): Child {
  const { trip, newPhone } = ladderMessages[language];
  return card(
    accordion(trip.title, () => renderTrip(language, 1), { isOpen: true }),
    accordion(newPhone.title, () => [
      h('p', null, newPhone.used),
      qrCard(esim().install.qr_code, language, true),
      copyField(installHelpMessages[language].full, esim().install.activation_code, language),
    ]),
  );
}

function renderTrip(language: Language, from = 0): HTMLElement {
  const icons = (['wifi', 'globe', 'sim', 'plane'] satisfies IconName[]).slice(from);
  const steps = ladderMessages[language].trip.steps.slice(from);
  return h(
    'ol',
    { class: 'install-steps' },
    steps.map((text, index) =>
      h('li', { class: 'install-steps__step' }, icon(icons[index] ?? 'check'), h('span', null, text)),
    ),
  );
}
