import './checkout.css';
import type { Plan } from '../../../lib/contract/catalogue.ts';
import type { Esim } from '../../../lib/contract/esim.ts';
import { destinationName } from '../../../lib/i18n/destination-name.ts';
import { formatStars } from '../../../lib/i18n/format.ts';
import { planMessages } from '../../../lib/i18n/plan-messages.ts';
import { checkoutPath } from '../../checkout-path.ts';
import { openContact } from '../../contact.ts';
import { deadlineWords } from '../../deadline-words.ts';
import { dataLeft, esimName, stateName, stateTone } from '../../esim-words.ts';
import type { ClientErrorCode } from '../../esimgo-client.ts';
import { planLine } from '../../plan-words.ts';
import { problemMessages, wayOnMessages } from '../../problems.ts';
import type { ScreenContext } from '../../screen.ts';
import {
  canBotWrite,
  close,
  haptic,
  openInvoice,
  requestWriteAccess,
  setClosingConfirmation,
  type BottomButton,
} from '../../telegram.ts';
import { accordion } from '../../ui/accordion.ts';
import { callout } from '../../ui/callout.ts';
import { card, section } from '../../ui/card.ts';
import { h, swap, type Child } from '../../ui/dom.ts';
import { faces } from '../../ui/faces.ts';
import { flag } from '../../ui/flag.ts';
import { icon, type IconName } from '../../ui/icon.ts';
import { lazy } from '../../ui/lazy.ts';
import { mainButton } from '../../ui/main-button.ts';
import { notice } from '../../ui/notice.ts';
import { price, usd, withStars } from '../../ui/price.ts';
import { liveEffect } from '../../ui/scope.ts';
import { skeletonBlock } from '../../ui/skeleton.ts';
import { stateChip } from '../../ui/state-chip.ts';
import { topUpWords } from '../current-esim/top-up-words.ts';
import { createCheckout, type Checkout, type Gone, type Offer } from './controller.ts';
import { lookAlikesOf } from './look-alikes.ts';
import { checkoutMessages } from './messages.ts';

export function render(context: ScreenContext): HTMLElement {
  const { language, params, query } = context;
  const esimId = query.get('esim');
  const telegram = { openInvoice, setClosingConfirmation, canBotWrite, requestWriteAccess, haptic };
  const controller = createCheckout(
    { ...context, telegram },
    { bundleId: params['bundle'] ?? '', destination: query.get('to'), esimId },
  );
  const messages = checkoutMessages[language];
  controller.start();

  mainButton(() => {
    const offer = controller.sold.value;
    const stars = controller.stars.value;
    if (!offer || stars === null) return null;
    const setback = controller.setback.value;
    const otherWay = setback?.kind === 'problem' ? wayOnFrom(setback.code, offer, context) : null;
    if (otherWay) return otherWay;
    return {
      text: messages.pay(formatStars(language, stars)),
      isBusy: controller.step.value !== 'idle',
      onPress: () => void controller.pay(),
    };
  });

  return h(
    'div',
    { class: 'checkout' },
    h('h1', { class: 'screen__title' }, messages.title),
    faces(controller.offer, context, {
      loading: () => h('div', { class: 'checkout__parts' }, skeletonBlock(112), skeletonBlock(150), skeletonBlock(48)),
      ready: (offer) =>
        swap(offer, (current) =>
          current.kind === 'gone'
            ? renderGone(current, controller, esimId, context)
            : renderOffer(current, controller, context),
        ),
    }),
  );
}

/** Where to go instead when paying again could only be refused again; null where it may work. */
function wayOnFrom(
  code: ClientErrorCode,
  { plan, destination }: Offer,
  { language, router, session }: ScreenContext,
): BottomButton | null {
  const messages = checkoutMessages[language];
  if (code === 'not_compatible') {
    return { text: messages.asNew, onPress: () => router.replace(checkoutPath(plan.id, destination.code)) };
  }
  if (code === 'too_many_open_orders') return { text: messages.toUnpaid, onPress: () => router.navigate('/esims') };
  const { way } = problemMessages[language][code];
  if (way === 'retry') return null;
  // Telegram vouches anew only at the next opening.
  if (way === 'reopen') return { text: wayOnMessages[language].reopen, onPress: close };
  if (code === 'forbidden')
    return { text: wayOnMessages[language].support, onPress: () => openContact(session.peek()) };
  return { text: messages.otherPlans, onPress: () => router.replace(`/to/${destination.code}`) };
}

/** Others like it, where its name or its link tells what it was for. */
function renderGone(
  { destination }: Gone,
  controller: Checkout,
  esimId: string | null,
  { language, router }: ScreenContext,
): Child {
  const messages = checkoutMessages[language];
  const { title, text } = problemMessages[language].unknown_bundle;
  const others = destination
    ? messages.others(destinationName(destination.code, language), formatStars(language, destination.from_stars))
    : text;
  const path = !destination ? '/' : esimId === null ? `/to/${destination.code}` : `/esims/${esimId}/top-up`;
  return notice({
    icon: 'sim',
    title,
    text: withStars(controller.setback.peek() ? `${messages.notCharged} ${others}` : others, language),
    action: {
      text: destination ? messages.otherPlans : wayOnMessages[language].home,
      onPress: () => router.replace(path),
    },
  });
}

function renderOffer(offer: Offer, controller: Checkout, context: ScreenContext): Child {
  const { esim } = offer;
  return h(
    'div',
    { class: 'checkout__parts' },
    esim ? null : renderLookAlike(offer, context),
    renderSetback(controller, context),
    esim ? renderTopUp(esim, offer, context) : renderPurchase(offer, context),
    renderFacts(offer, context),
    esim ? null : renderDevice(controller, context),
    esim ? null : renderEmail(controller, context),
    renderPrice(controller, context),
    renderTerms(esim !== null, context),
  );
}

function renderLookAlike({ destination }: Offer, { language }: ScreenContext): Child {
  const others = lookAlikesOf(destination.code).map((code) => destinationName(code, language));
  if (others.length === 0) return null;
  const { lookAlike } = checkoutMessages[language];
  return callout('warning', 'warning', lookAlike(destinationName(destination.code, language), others));
}

function renderSetback(controller: Checkout, { language }: ScreenContext): Child {
  const messages = checkoutMessages[language];
  const place = h(
    'div',
    { class: 'checkout__setback', role: 'status' },
    swap(
      () => controller.priceChange.value,
      (change) => {
        if (!change) return null;
        const text = messages.changed(formatStars(language, change.was), formatStars(language, change.now));
        return callout('warning', 'info', withStars(text, language));
      },
    ),
    swap(
      () => controller.setback.value,
      (setback) => {
        if (!setback) return null;
        if (setback.kind === 'cancelled') return callout('quiet', 'info', messages.cancelled);
        if (setback.kind === 'failed') return callout('warning', 'warning', messages.failed);
        const { title, text } = problemMessages[language][setback.code];
        return callout('bad', 'warning', `${title}. ${text} ${messages.notCharged}`);
      },
    ),
  );
  // The button is below and may have been pressed with this out of sight.
  liveEffect(() => {
    if (controller.setback.value || controller.priceChange.value) place.scrollIntoView({ block: 'center' });
  });
  return place;
}

function renderPurchase({ plan, destination }: Offer, { language }: ScreenContext): HTMLElement {
  const messages = checkoutMessages[language];
  return section(
    { title: messages.youBuy },
    h(
      'div',
      { class: 'card purchase' },
      flag(destination.code, { isLarge: true }),
      h(
        'div',
        { class: 'purchase__text' },
        h('p', { class: 'purchase__place' }, destinationName(destination.code, language)),
        renderPlan(plan, language),
        plan.coverage.length > 1
          ? h('p', { class: 'caption' }, planMessages[language].worksIn(plan.coverage.length))
          : null,
      ),
    ),
  );
}

/** Which eSIM it is, in what state, and what comes to it. */
function renderTopUp(esim: Esim, { plan }: Offer, { language }: ScreenContext): HTMLElement {
  const messages = checkoutMessages[language];
  const left = esim.state === 'live' && !esim.usage?.unlimited ? dataLeft(esim.usage, language) : null;
  return section(
    { title: messages.youTopUp },
    card(
      h(
        'div',
        { class: 'purchase' },
        flag(esim.country_code, { isLarge: true }),
        h(
          'div',
          { class: 'purchase__text' },
          h('p', { class: 'purchase__place' }, esimName(esim, language)),
          h('p', { class: 'purchase__state' }, stateChip(stateName(esim.state, language), stateTone(esim.state))),
          h('p', { class: 'caption' }, left && `${messages.left(left)} · `, `eSIM …${esim.iccid_last4}`),
        ),
      ),
      h('div', { class: 'purchase purchase--added' }, icon('plus'), h('div', null, renderPlan(plan, language))),
    ),
  );
}

function renderPlan(plan: Plan, language: ScreenContext['language']): Child {
  const { fair_use: fairUse } = plan;
  return [
    h('p', { class: 'purchase__plan' }, planLine(plan, language)),
    fairUse
      ? h('p', { class: 'caption' }, planMessages[language].fairUse(fairUse.full_speed_mb_per_day, fairUse.then_kbit_s))
      : null,
  ];
}

function renderFacts({ plan, esim }: Offer, { language }: ScreenContext): HTMLElement {
  const { important, facts } = checkoutMessages[language];
  const fact = (iconName: IconName, text: string) =>
    h('li', { class: 'facts__fact' }, icon(iconName), h('span', null, text));
  const words = esim && topUpWords(esim, language);
  return section(
    { title: important },
    h(
      'ul',
      { class: 'card card--padded facts' },
      words
        ? [fact('clock', words.start), words.days && fact('info', words.days), fact('sim', words.install)]
        : [
            fact('globe', facts.dataOnly),
            fact('clock', plan.autostart ? facts.firstUse : planMessages[language].startsAtPurchase),
            fact('wifi', facts.install),
          ],
    ),
  );
}

function renderDevice(controller: Checkout, context: ScreenContext): HTMLElement {
  const { language } = context;
  const { device } = checkoutMessages[language];
  const confirm = () => {
    haptic.tap();
    controller.confirmDevice();
  };
  return card(
    swap(
      () => controller.isDeviceKnown.value,
      (isKnown) =>
        accordion(
          h(
            'span',
            { class: 'checkout__device' },
            icon(isKnown ? 'check' : 'phone'),
            isKnown ? device.known : device.question,
          ),
          () =>
            lazy(
              () => import('./device-help.ts'),
              context,
              ({ deviceHelp }) => deviceHelp(language, isKnown ? null : confirm),
            ),
        ),
    ),
  );
}

function renderEmail(controller: Checkout, { language, session }: ScreenContext): Child {
  const { email } = checkoutMessages[language];
  return swap(
    () => session.value?.email_enabled === true,
    (isOffered) => {
      if (!isOffered) return null;
      const input = h('input', {
        class: 'checkout__email',
        type: 'email',
        inputmode: 'email',
        autocomplete: 'email',
        enterkeyhint: 'done',
        maxlength: 254,
        placeholder: 'name@example.com',
        'aria-label': email.label,
        'aria-describedby': 'checkout-email-note',
        'aria-invalid': () => controller.isEmailWrong.value,
        value: controller.email.peek(),
        on: {
          input: () => (controller.email.value = input.value),
          change: () => void controller.checkEmail(),
          keydown: ({ key }) => key === 'Enter' && input.blur(),
        },
      });
      // "Pay" is below, and what it waits for may be out of sight.
      liveEffect(() => {
        if (controller.isEmailWrong.value) input.scrollIntoView({ block: 'center' });
      });
      const note = h(
        'span',
        {
          id: 'checkout-email-note',
          role: 'status',
          class: () => (controller.isEmailWrong.value ? 'checkout__wrong' : ''),
        },
        () => (controller.isEmailWrong.value ? email.wrong : email.note),
      );
      return section({ title: email.label, note }, card(input));
    },
  );
}

function renderPrice(controller: Checkout, context: ScreenContext): HTMLElement {
  const { language } = context;
  const messages = checkoutMessages[language];
  return card(
    h(
      'div',
      { class: 'checkout__price' },
      h('span', null, messages.price),
      h(
        'span',
        { class: 'checkout__amount' },
        h('span', { class: 'checkout__stars' }, () => price(controller.stars.value ?? 0, language)),
        h('span', { class: 'hint number' }, () => {
          const dollars = controller.usd.value;
          return dollars === null ? null : usd(dollars, language);
        }),
      ),
    ),
    accordion(messages.whatAreStars.question, () =>
      lazy(
        () => import('./device-help.ts'),
        context,
        ({ starsHelp }) => starsHelp(language),
      ),
    ),
  );
}

function renderTerms(isTopUp: boolean, { language, router, session }: ScreenContext): HTMLElement {
  const messages = checkoutMessages[language];
  return h(
    'p',
    { class: 'caption checkout__terms' },
    () => `${messages.terms(deadlineWords(session.value, language), isTopUp)} `,
    h(
      'button',
      { class: 'checkout__link', type: 'button', on: { click: () => router.navigate('/help?topic=terms') } },
      messages.termsLink,
    ),
    '.',
  );
}
