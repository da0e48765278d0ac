import './ready.css';
import { computed, signal } from '@preact/signals-core';
import type { Esim } from '../../../lib/contract/esim.ts';
import type { Order } from '../../../lib/contract/order.ts';
import { installKind } from '../../install-kind.ts';
import { placeName, planLine } from '../../plan-words.ts';
import { refreshWhileVisible } from '../../refresh-while-visible.ts';
import type { ScreenContext } from '../../screen.ts';
import { createSeenEsims } from '../../seen-esims.ts';
import { chatCopyCallout, chatCopyRow, createChatCopy } from '../../send-to-chat.ts';
import { shareRows } from '../../share.ts';
import { initData, openLink, type BottomButton } from '../../telegram.ts';
import { callout } from '../../ui/callout.ts';
import { h, swap, type Child } from '../../ui/dom.ts';
import { flag } from '../../ui/flag.ts';
import { icon } from '../../ui/icon.ts';
import { list, listRow } from '../../ui/list-row.ts';
import { mainButton } from '../../ui/main-button.ts';
import { installHelp } from './install-help.ts';
import { readyMessages } from './messages.ts';
import { qrCard } from './qr-card.ts';

/** What a person holds after paying: the code, one tap to install it, and what to do on arrival. */
export function renderReadyOrder(order: () => Order, context: ScreenContext): Child {
  const { client, language, router, track } = context;
  const messages = readyMessages[language];
  const { esim_id: esimId, activation_code: activationCode, qr_code: qrCode } = order();
  const toEsim = () => router.navigate(esimId === null ? '/esims' : `/esims/${esimId}`);
  const seen = createSeenEsims(initData);
  const esim = signal<Esim | null>(esimId === null ? null : seen.one(esimId));
  const state = computed(() => esim.value?.state ?? (order().status === 'active' ? 'live' : 'not_installed'));
  const isInstalled = computed(() => state.value !== 'not_installed');
  const chatCopy = esimId === null ? null : createChatCopy(esimId, context);
  const isCopyMissing = () => chatCopy?.isMissing.value === true;

  if (esimId !== null) {
    // Whoever comes back from the phone's settings may have installed it there.
    refreshWhileVisible(
      () =>
        client.getEsim(esimId).then(
          (answer) => {
            seen.keepOne(answer);
            esim.value = answer;
          },
          // The code is on the screen either way; only the one tap is missing.
          () => {},
        ),
      () => null,
    );
  }

  const oneTap = computed((): BottomButton | null => {
    const links = esim.value?.install;
    const kind = installKind();
    if (!links || isInstalled.value || kind === 'other') return null;
    const url = kind === 'ios' ? links.apple_install_url : links.android_install_url;
    return {
      text: messages.install,
      hasShine: true,
      onPress: () => {
        // Telegram opens a link only within the tap, so nothing may come before it.
        openLink(url);
        track('install', { platform: kind });
      },
    };
  });
  mainButton(() => oneTap.value ?? { text: messages.openEsim, onPress: toEsim });

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
        h('h1', { class: 'screen__title' }, () => (isInstalled.value ? messages.installed : messages.title)),
        h('p', { class: 'hint' }, `${placeName(order(), language)} · ${planLine(order(), language)}`),
      ),
    ),
    swap(
      () => state.value,
      (current) => {
        if (current === 'not_installed') return null;
        return current === 'installed'
          ? callout('quiet', 'plane', messages.arrival)
          : callout('good', 'check', messages.inPhone);
      },
    ),
    swap(
      () => isInstalled.value || qrCode === null,
      (isOver) => (isOver || qrCode === null ? null : qrCard(qrCode, language)),
    ),
    swap(isCopyMissing, (isMissing) => (isMissing && chatCopy ? chatCopyCallout(chatCopy) : null)),
    swap(
      () => isInstalled.value || activationCode === null,
      (isOver) => (isOver || activationCode === null ? null : installHelp(activationCode, language, installKind())),
    ),
    list(
      swap(isCopyMissing, (isMissing) => (isMissing || !chatCopy ? null : chatCopyRow(chatCopy))),
      swap(
        () => !isInstalled.value && qrCode !== null && activationCode !== null,
        (isOffered) =>
          isOffered && qrCode !== null && activationCode !== null
            ? shareRows({ qrCode, activationCode }, language)
            : null,
      ),
      // Where the main button leads there already, one way is enough.
      swap(
        () => oneTap.value !== null,
        (isOffered) =>
          isOffered
            ? listRow({
                leading: icon('sim'),
                title: messages.details.title,
                subtitle: messages.details.text,
                onPress: toEsim,
              })
            : null,
      ),
    ),
  );
}
