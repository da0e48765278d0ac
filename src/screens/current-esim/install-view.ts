import './install.css';
import { signal } from '@preact/signals-core';
import type { Advice, Esim, EsimState } from '../../../lib/contract/esim.ts';
import { problemMessages } from '../../problems.ts';
import { isInPhone } from '../../esim-words.ts';
import { valueOf } from '../../resource.ts';
import type { ScreenContext } from '../../screen.ts';
import { haptic, openLink } from '../../telegram.ts';
import { callout } from '../../ui/callout.ts';
import { h, swap, type Child } from '../../ui/dom.ts';
import { faces } from '../../ui/faces.ts';
import { mainButton, secondaryButton } from '../../ui/main-button.ts';
import { liveEffect } from '../../ui/scope.ts';
import { skeletonBlock } from '../../ui/skeleton.ts';
import { installKind } from '../../install-kind.ts';
import type { CurrentEsim } from './controller.ts';
import { esimHeader } from './esim-header.ts';
import { renderArrival, renderLadder } from './install-ladder.ts';
import { installMessages } from './install-messages.ts';
import { openEsim } from './open-esim.ts';

/** The ways into a phone, the easiest first; then a look whether it worked. */
export function render(context: ScreenContext): HTMLElement {
  const { language, router, track } = context;
  const messages = installMessages[language];
  const controller = openEsim(context);
  const kind = installKind();
  const wasLinkOpened = signal(false);
  /** One tap, where the client can open the link and the code is still to be used. */
  const canInstall = () =>
    kind !== 'other' && !wasLinkOpened.value && valueOf(controller.esim)?.state === 'not_installed';
  const face = () => faceOf(valueOf(controller.esim)?.state);
  // There its state is explained, with what can be done.
  liveEffect(() => {
    if (face() === 'closed') queueMicrotask(() => router.replace(`/esims/${context.params['id'] ?? ''}`));
  });
  const confirm = async () => {
    await controller.confirm();
    if (controller.problem.value !== null) haptic.error();
    else if (isGood(controller.advice.value)) haptic.success();
  };
  const check = () => ({
    text: controller.advice.value !== null ? messages.again : face() === 'inPhone' ? messages.look : messages.done,
    isBusy: controller.isBusy.value,
    onPress: () => void confirm(),
  });

  mainButton(() => {
    const esim = valueOf(controller.esim);
    if (!esim) return null;
    if (isGood(controller.advice.value)) {
      return { text: messages.toEsim, onPress: () => router.replace(`/esims/${esim.id}`) };
    }
    if (!canInstall()) return check();
    const url = kind === 'ios' ? esim.install.apple_install_url : esim.install.android_install_url;
    return {
      text: messages.install,
      onPress: () => {
        // Telegram opens a link only within the tap, so nothing may come before it.
        openLink(url);
        wasLinkOpened.value = true;
        track('install', { platform: kind });
      },
    };
  });
  secondaryButton(() => {
    return canInstall() && !isGood(controller.advice.value) ? { ...check(), position: 'bottom' } : null;
  });

  return h(
    'div',
    { class: 'install' },
    esimHeader(
      () => messages.title[face() === 'inPhone' ? 'inPhone' : 'new'],
      () => valueOf(controller.esim),
      language,
    ),
    faces(controller.esim, context, {
      loading: () => h('div', { class: 'install__parts' }, skeletonBlock(268), skeletonBlock(260)),
      ready: (esim) => renderWays(esim, controller, context),
    }),
  );
}

function renderWays(esim: () => Esim, controller: CurrentEsim, context: ScreenContext): Child {
  return h(
    'div',
    { class: 'install__parts' },
    renderOutcome(esim, controller, context.language),
    swap(
      () => faceOf(esim().state),
      (face) =>
        face === 'inPhone'
          ? renderArrival(esim, context.language)
          : face === 'new'
            ? renderLadder(esim, context.language)
            : null,
    ),
  );
}

function renderOutcome(esim: () => Esim, controller: CurrentEsim, language: ScreenContext['language']): HTMLElement {
  const messages = installMessages[language];
  const place = h(
    'div',
    { role: 'status' },
    swap(
      () => {
        if (controller.isBusy.value) return 'busy' as const;
        return controller.problem.value ?? controller.advice.value ?? faceOf(esim().state);
      },
      () => {
        if (controller.isBusy.value) return callout('quiet', 'clock', messages.checking);
        const code = controller.problem.value;
        if (code !== null) {
          const { title, text } = problemMessages[language][code];
          return callout('warning', 'warning', `${title}. ${text}`);
        }
        const advice = controller.advice.value;
        if (advice !== null) {
          return callout(
            isGood(advice) ? 'good' : 'warning',
            isGood(advice) ? 'check' : 'info',
            messages.advice[advice] ?? '',
          );
        }
        return callout('quiet', 'info', messages.hint[hintFor(esim().state)]);
      },
    ),
  );
  // The button is below and may have been pressed with this out of sight.
  liveEffect(() => {
    if (controller.advice.value ?? controller.problem.value) place.scrollIntoView({ block: 'center' });
  });
  return place;
}

/** What this page can be for: to install, to turn on what is installed, or neither. */
function faceOf(state: EsimState = 'not_installed'): 'new' | 'inPhone' | 'closed' {
  if (state === 'not_installed') return 'new';
  return isInPhone(state) ? 'inPhone' : 'closed';
}

function hintFor(state: EsimState): keyof (typeof installMessages)['en']['hint'] {
  if (isInPhone(state)) return 'inPhone';
  return installKind() === 'other' ? 'elsewhere' : 'here';
}

function isGood(advice: Advice | null): boolean {
  return advice === 'works' || advice === 'turn_on_and_roam';
}
