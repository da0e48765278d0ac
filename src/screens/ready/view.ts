import { signal } from '@preact/signals-core';
import type { Esim } from '../../../lib/contract/esim.ts';
import type { Order } from '../../../lib/contract/order.ts';
import { installKind } from '../../install-kind.ts';
import { placeName, planLine } from '../../plan-words.ts';
import type { ScreenContext } from '../../screen.ts';
import { sendToChatRow } from '../../send-to-chat.ts';
import { createSeenEsims } from '../../seen-esims.ts';
import { initData, openLink } from '../../telegram.ts';
import { h, swap, type Child } from '../../ui/dom.ts';
import { flag } from '../../ui/flag.ts';
import { icon } from '../../ui/icon.ts';
import { list, listRow } from '../../ui/list-row.ts';
import { mainButton } from '../../ui/main-button.ts';
import { installHelp } from './install-help.ts';
import { readyMessages } from './messages.ts';
import { qrCard } from './qr-card.ts';
import './ready.css';

/** What a person holds after paying: the code, one tap to install it, and what to do on arrival. */
export function renderReadyOrder(order: () => Order, context: ScreenContext): Child {
  const { client, language, router, track } = context;
  const messages = readyMessages[language];
  const { esim_id: esimId, activation_code: activationCode, qr_code: qrCode } = order();
  const esimPath = esimId === null ? '/esims' : `/esims/${esimId}`;
  const esim = signal<Esim | null>(null);
  const isInstalled = () => esim.value !== null && esim.value.state !== 'not_installed';
  const kind = () => (isInstalled() ? 'other' : installKind());
  if (esimId !== null) {
    client.getEsim(esimId).then(
      (answer) => {
        createSeenEsims(initData).keepOne(answer);
        esim.value = answer;
      },
      // The code is on the screen either way; only the one tap is missing.
      () => {},
    );
  }

  mainButton(() => {
    const links = esim.value?.install;
    if (!links || kind() === 'other') return { text: messages.openEsim, onPress: () => router.navigate(esimPath) };
    const url = kind() === 'ios' ? links.apple_install_url : links.android_install_url;
    return {
      text: messages.install,
      hasShine: true,
      onPress: () => {
        // Telegram opens a link only within the tap, so nothing may come before it.
        openLink(url);
        track('install', { platform: installKind() });
      },
    };
  });

  return h(
    'div',
    { class: 'ready' },
    h(
      'header',
      { class: 'ready__header' },
      flag(order().country_code, { isLarge: true }),
      h(
        'div',
        null,
        h('h1', { class: 'screen__title' }, () => (isInstalled() ? messages.installed : messages.title)),
        h('p', { class: 'hint' }, `${placeName(order(), language)} · ${planLine(order(), language)}`),
      ),
    ),
    qrCode === null ? null : qrCard(qrCode, language),
    activationCode === null ? null : swap(kind, (current) => installHelp(activationCode, language, current)),
    list(
      esimId === null ? null : sendToChatRow(esimId, context),
      listRow({
        leading: icon('sim'),
        title: messages.details.title,
        subtitle: messages.details.text,
        onPress: () => router.navigate(esimPath),
      }),
    ),
  );
}
