import './destination.css';
import { signal } from '@preact/signals-core';
import type { Destination, Plan, PlansAnswer } from '../../../lib/contract/catalogue.ts';
import { destinationName } from '../../../lib/i18n/destination-name.ts';
import { formatDateTime, formatDays, formatNumber, formatStars } from '../../../lib/i18n/format.ts';
import { checkoutPath } from '../../checkout-path.ts';
import { planSize } from '../../plan-words.ts';
import { rememberDestination } from '../../recent-destinations.ts';
import type { ScreenContext } from '../../screen.ts';
import { haptic } from '../../telegram.ts';
import { accordion } from '../../ui/accordion.ts';
import { card } from '../../ui/card.ts';
import { chips, segmented } from '../../ui/choice.ts';
import { each, h, swap, type Child } from '../../ui/dom.ts';
import { faces } from '../../ui/faces.ts';
import { flag } from '../../ui/flag.ts';
import { list, listRow } from '../../ui/list-row.ts';
import { mainButton } from '../../ui/main-button.ts';
import { notice } from '../../ui/notice.ts';
import { price, usd, withStars } from '../../ui/price.ts';
import { skeletonList } from '../../ui/skeleton.ts';
import { createDestinationOffer, type DestinationOffer } from './controller.ts';
import { destinationMessages } from './messages.ts';
import { unlimitedWords } from './unlimited-words.ts';

export function render(context: ScreenContext): HTMLElement {
  const { language, params, router, track } = context;
  const code = (params['code'] ?? '').toUpperCase();
  const controller = createDestinationOffer(context, { code });
  const messages = destinationMessages[language];
  controller.start();
  rememberDestination(code);
  track('destination', { code });

  mainButton(() => {
    if (controller.offer.state.value.kind !== 'ready' || controller.plans.value.length === 0) return null;
    const plan = controller.chosen.value;
    if (!plan) return { text: messages.choose, isEnabled: false, onPress: () => {} };
    return {
      text: messages.next(formatStars(language, plan.price_stars)),
      onPress: () => router.navigate(checkoutPath(plan.id, code)),
    };
  });

  return h(
    'div',
    { class: 'destination' },
    h(
      'header',
      { class: 'destination__header' },
      flag(code, { isLarge: true }),
      h(
        'div',
        { class: 'destination__names' },
        h('h1', { class: 'screen__title' }, destinationName(code, language)),
        h('p', { class: 'hint' }, () => factsLine(controller, context)),
      ),
    ),
    faces(controller.offer, context, {
      loading: () => skeletonList(6, 'card'),
      ready: (answer) =>
        swap(
          () => controller.kinds.value.length > 0,
          (hasPlans) => (hasPlans ? renderOffer(controller, context, answer) : renderEmpty(context)),
        ),
    }),
  );
}

function factsLine(controller: DestinationOffer, { language }: ScreenContext): string {
  const messages = destinationMessages[language];
  const state = controller.offer.state.value;
  const [plan] = state.kind === 'ready' ? state.value.plans : [];
  if (state.kind !== 'ready' || !plan) return '\u00a0';
  const fastest = [...plan.speeds]
    .sort((one, other) => other.localeCompare(one))
    .slice(0, 2)
    .join('/');
  const { iso } = state.value.destination;
  const facts = [
    fastest,
    iso.length > 1 ? messages.worksIn(iso.length) : '',
    plan.autostart ? messages.startsAtFirstUse : messages.startsAtPurchase,
    controller.canTopUp.value ? messages.canTopUp : '',
  ];
  // The dot stays with what it follows.
  return facts.filter((fact) => fact !== '').join('\u00a0· ');
}

function renderEmpty({ language, router }: ScreenContext): HTMLElement {
  const { title, text, action } = destinationMessages[language].empty;
  return notice({ icon: 'globe', title, text, action: { text: action, onPress: () => router.replace('/') } });
}

function renderOffer(controller: DestinationOffer, context: ScreenContext, answer: () => PlansAnswer): Child {
  const messages = destinationMessages[context.language];
  const place = () => answer().destination;
  return h(
    'div',
    { class: 'destination__offer' },
    swap(
      () => controller.cheaper.value,
      (region) => (region ? renderCheaper(region, context) : null),
    ),
    swap(
      () => controller.kinds.value.length > 1,
      (hasBoth) =>
        hasBoth
          ? segmented(
              messages.kinds,
              controller.kinds.value.map((value) => ({ value, text: messages.kind[value] })),
              controller.kind,
            )
          : null,
    ),
    swap(
      () => (controller.kind.value === 'unlimited' ? controller.dayChoices.value : null),
      (choices) =>
        choices
          ? chips(
              messages.days,
              choices.map((value) => ({ value, text: formatDays(context.language, value) })),
              controller.days,
            )
          : null,
    ),
    h(
      'fieldset',
      { class: 'plans' },
      h('legend', { class: 'visually-hidden' }, messages.plans),
      each(
        () => controller.plans.value,
        ({ id }) => id,
        (plan) => renderPlan(plan(), controller, context),
      ),
    ),
    swap(
      () => (place().iso.length > 1 ? place().iso : null),
      (countries) => (countries ? renderCoverage(countries, context) : null),
    ),
    h('p', { class: 'caption number' }, () =>
      messages.asOf(formatDateTime(context.language, new Date(answer().updated_at))),
    ),
  );
}

function renderPlan(plan: Plan, controller: DestinationOffer, context: ScreenContext): HTMLElement {
  const { language, track } = context;
  const messages = destinationMessages[language];
  const choose = () => {
    haptic.select();
    controller.chosenId.value = plan.id;
    track('plan', { id: plan.id, stars: plan.price_stars });
  };
  const per = plan.data_mb === null ? plan.price_stars / plan.days : (plan.price_stars * 1000) / plan.data_mb;
  const isWorthSaying = plan.data_mb === null ? plan.days > 1 : plan.data_mb !== 1000;
  return h(
    'label',
    { class: 'plan' },
    h('input', {
      class: 'plan__input',
      type: 'radio',
      name: 'plan',
      value: plan.id,
      checked: () => controller.chosenId.value === plan.id,
      on: { change: choose },
    }),
    h(
      'span',
      { class: 'plan__body' },
      h(
        'span',
        { class: 'plan__line' },
        h('span', { class: 'plan__size' }, planSize(plan, language)),
        // The length of an unlimited plan is what was chosen above.
        plan.unlimited ? null : h('span', { class: 'plan__days' }, formatDays(language, plan.days)),
        h('span', { class: 'plan__price' }, price(plan.price_stars, language)),
      ),
      plan.unlimited ? h('span', { class: 'plan__words' }, unlimitedWords(plan, language)) : null,
      h(
        'span',
        { class: 'plan__line caption' },
        h(
          'span',
          { class: 'number' },
          usd(plan.price_usd, language),
          isWorthSaying
            ? [
                ' · ',
                withStars(`${formatNumber(language, Math.round(per))}\u00a0⭐`, language),
                ` ${plan.data_mb === null ? messages.perDay : messages.perGb}`,
              ]
            : null,
        ),
        () => (controller.bestId.value === plan.id ? h('span', { class: 'plan__hint' }, messages.best) : null),
      ),
    ),
  );
}

function renderCheaper(region: Destination, { language, router }: ScreenContext): HTMLElement {
  const { cheaper } = destinationMessages[language];
  return list(
    listRow({
      leading: flag(region.code),
      title: destinationName(region.code, language),
      subtitle: withStars(cheaper(formatStars(language, region.from_stars)), language),
      onPress: () => router.navigate(`/to/${region.code}`),
    }),
  );
}

function renderCoverage(countries: readonly string[], { language }: ScreenContext): HTMLElement {
  const messages = destinationMessages[language];
  const { compare } = new Intl.Collator(language);
  const named = signal(
    countries.map((code) => ({ code, name: destinationName(code, language) })).sort((a, b) => compare(a.name, b.name)),
  );
  return card(
    accordion(messages.coverage, () =>
      h(
        'ul',
        { class: 'coverage' },
        each(
          () => named.value,
          ({ code }) => code,
          (country) => h('li', { class: 'coverage__country' }, flag(country().code), () => country().name),
        ),
      ),
    ),
  );
}
