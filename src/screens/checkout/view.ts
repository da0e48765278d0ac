import './checkout.css';
import { destinationName } from '../../../lib/i18n/destination-name.ts';
import { formatDays, formatStars, formatUsd } from '../../../lib/i18n/format.ts';
import { checkoutPath } from '../../checkout-path.ts';
import { deadlineWords } from '../../deadline-words.ts';
import { planSize } from '../../plan-words.ts';
import { problemMessages, wayOnMessages } from '../../problems.ts';
import { valueOf } from '../../resource.ts';
import type { ScreenContext } from '../../screen.ts';
import { close, haptic, openInvoice, setClosingConfirmation } from '../../telegram.ts';
import { accordion } from '../../ui/accordion.ts';
import { button } from '../../ui/button.ts';
import { callout } from '../../ui/callout.ts';
import { card, section } from '../../ui/card.ts';
import { h, swap, type Child } from '../../ui/dom.ts';
import { faces } from '../../ui/faces.ts';
import { flag } from '../../ui/flag.ts';
import { icon, type IconName } from '../../ui/icon.ts';
import { mainButton } from '../../ui/main-button.ts';
import { price, withStars } from '../../ui/price.ts';
import { liveEffect } from '../../ui/scope.ts';
import { skeletonBlock } from '../../ui/skeleton.ts';
import { createCheckout, type Checkout, type Offer } from './controller.ts';
import { checkoutMessages } from './messages.ts';

export function render(context: ScreenContext): HTMLElement {
  const { language, params, query } = context;
  const esimId = query.get('esim');
  const controller = createCheckout(
    { ...context, telegram: { openInvoice, setClosingConfirmation, haptic } },
    { bundleId: params['bundle'] ?? '', destination: query.get('to'), esimId },
  );
  const messages = checkoutMessages[language];
  controller.start();

  mainButton(() => {
    const stars = controller.stars.value;
    if (stars === null || controller.offer.state.value.kind !== 'ready') return null;
    const setback = controller.setback.value;
    // Telegram vouches anew only at the next opening: until then no other button could do anything.
    if (setback?.kind === 'problem' && problemMessages[language][setback.code].way === 'reopen') {
      return { text: wayOnMessages[language].reopen, onPress: close };
    }
    const text = controller.priceChange.value === null ? messages.pay : messages.payNew;
    return {
      text: text(formatStars(language, stars)),
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
        h(
          'div',
          { class: 'checkout__parts' },
          renderLookAlike(controller, offer, context),
          renderSetback(controller, context),
          renderPurchase(offer(), context, esimId !== null),
          renderFacts(offer(), context, esimId !== null),
          esimId === null ? renderDevice(controller, context) : null,
          esimId === null ? renderEmail(controller, context) : null,
          renderPrice(controller, offer, context),
          renderTerms(context),
        ),
    }),
  );
}

function renderLookAlike(controller: Checkout, offer: () => Offer, { language }: ScreenContext): Child {
  const messages = checkoutMessages[language];
  return swap(
    () => controller.lookAlikes.value,
    (codes) => {
      if (codes.length === 0) return null;
      const others = codes.map((code) => destinationName(code, language));
      return callout(
        'warning',
        'warning',
        messages.lookAlike(destinationName(offer().destination.code, language), others),
      );
    },
  );
}

function renderSetback(controller: Checkout, { language, router }: ScreenContext): Child {
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
        if (setback.kind !== 'problem') return callout('quiet', 'info', messages[setback.kind]);
        const { title, text } = problemMessages[language][setback.code];
        const offer = valueOf(controller.offer);
        const path = offer && checkoutPath(offer.plan.id, offer.destination.code);
        return [
          callout('bad', 'warning', `${title}. ${text} ${messages.notCharged}`),
          setback.code === 'not_compatible' && path ? button(messages.asNew, () => router.replace(path)) : null,
        ];
      },
    ),
  );
  // The button is below and may have been pressed with this out of sight.
  liveEffect(() => {
    if (controller.setback.value || controller.priceChange.value) place.scrollIntoView({ block: 'center' });
  });
  return place;
}

function renderPurchase({ plan, destination }: Offer, { language }: ScreenContext, isTopUp: boolean): HTMLElement {
  const messages = checkoutMessages[language];
  return section(
    { title: isTopUp ? messages.youTopUp : messages.youBuy },
    h(
      'div',
      { class: 'card purchase' },
      flag(destination.code, { isLarge: true }),
      h(
        'div',
        { class: 'purchase__text' },
        h('p', { class: 'purchase__place' }, destinationName(destination.code, language)),
        h('p', { class: 'purchase__plan' }, `${planSize(plan, language)} · ${formatDays(language, plan.days)}`),
        plan.coverage.length > 1 ? h('p', { class: 'caption' }, messages.worksIn(plan.coverage.length)) : null,
      ),
    ),
  );
}

function renderFacts({ plan }: Offer, { language }: ScreenContext, isTopUp: boolean): HTMLElement {
  const { important, facts } = checkoutMessages[language];
  const fact = (iconName: IconName, text: string) =>
    h('li', { class: 'facts__fact' }, icon(iconName), h('span', null, text));
  return section(
    { title: important },
    h(
      'ul',
      { class: 'card card--padded facts' },
      fact('globe', facts.dataOnly),
      fact('clock', plan.autostart ? facts.firstUse : facts.purchase),
      isTopUp ? fact('sim', facts.topUp) : fact('wifi', facts.install),
    ),
  );
}

function renderDevice(controller: Checkout, { language }: ScreenContext): HTMLElement {
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
          () => [
            h('p', { class: 'selectable' }, device.how),
            h('p', null, device.models),
            h('p', null, device.locked),
            isKnown ? null : button(device.yes, confirm),
          ],
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

function renderPrice(controller: Checkout, offer: () => Offer, { language }: ScreenContext): HTMLElement {
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
        // The dollars belong to the price that the catalogue named; for a newer one there is none yet.
        h('span', { class: 'hint number' }, () =>
          controller.priceChange.value === null ? messages.dollars(formatUsd(language, offer().plan.price_usd)) : null,
        ),
      ),
    ),
    accordion(messages.whatAreStars.question, () => h('p', null, withStars(messages.whatAreStars.answer, language))),
  );
}

function renderTerms({ language, router, session }: ScreenContext): HTMLElement {
  const messages = checkoutMessages[language];
  return h(
    'p',
    { class: 'caption checkout__terms' },
    () => `${messages.terms(deadlineWords(session.value, language))} `,
    h(
      'button',
      { class: 'checkout__link', type: 'button', on: { click: () => router.navigate('/help?topic=terms') } },
      messages.termsLink,
    ),
    '.',
  );
}
