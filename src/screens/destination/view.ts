import './destination.css';
import { signal } from '@preact/signals-core';
import type { Destination, PlansAnswer } from '../../../lib/contract/catalogue.ts';
import { destinationName } from '../../../lib/i18n/destination-name.ts';
import { formatDateTime, formatStars } from '../../../lib/i18n/format.ts';
import { checkoutPath } from '../../checkout-path.ts';
import { rememberDestination } from '../../recent-destinations.ts';
import type { ScreenContext } from '../../screen.ts';
import { accordion } from '../../ui/accordion.ts';
import { card } from '../../ui/card.ts';
import { each, h, swap, type Child } from '../../ui/dom.ts';
import { faces } from '../../ui/faces.ts';
import { flag } from '../../ui/flag.ts';
import { list, listRow } from '../../ui/list-row.ts';
import { notice } from '../../ui/notice.ts';
import { planButton, planChoice } from '../../ui/plan-choice.ts';
import { withStars } from '../../ui/price.ts';
import { skeletonList } from '../../ui/skeleton.ts';
import { createDestinationOffer, type DestinationOffer } from './controller.ts';
import { destinationMessages } from './messages.ts';

export function render(context: ScreenContext): HTMLElement {
  const { language, params, track } = context;
  const code = (params['code'] ?? '').toUpperCase();
  const controller = createDestinationOffer(context, { code });
  controller.start();
  rememberDestination(code);
  track('destination', { code });

  planButton(controller, (plan) => checkoutPath(plan.id, code), context);

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
    planChoice(controller, context),
    swap(
      () => (place().iso.length > 1 ? place().iso : null),
      (countries) => (countries ? renderCoverage(countries, context) : null),
    ),
    h('p', { class: 'caption number' }, () =>
      messages.asOf(formatDateTime(context.language, new Date(answer().updated_at))),
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
