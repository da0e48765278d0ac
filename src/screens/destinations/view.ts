import './destinations.css';
import { signal } from '@preact/signals-core';
import type { ScreenContext } from '../../screen.ts';
import { formatCount, formatDate } from '../../../lib/i18n/format.ts';
import type { Destination } from '../../../lib/contract/catalogue.ts';
import type { EsimSummary } from '../../../lib/contract/esim.ts';
import type { Order } from '../../../lib/contract/order.ts';
import { asOfWords, dataLeft, esimName, isBeforeUse, ringTone, shareLeft, stateName } from '../../esim-words.ts';
import { movingWords } from '../../order-words.ts';
import { placeName, planLine } from '../../plan-words.ts';
import { createSeenEsims } from '../../seen-esims.ts';
import { haptic, initData } from '../../telegram.ts';
import { callout } from '../../ui/callout.ts';
import { section } from '../../ui/card.ts';
import { segmented } from '../../ui/choice.ts';
import { each, h, swap, type Child } from '../../ui/dom.ts';
import { faces } from '../../ui/faces.ts';
import { flag } from '../../ui/flag.ts';
import { icon, type IconName } from '../../ui/icon.ts';
import { list, listRow } from '../../ui/list-row.ts';
import { notice } from '../../ui/notice.ts';
import { price } from '../../ui/price.ts';
import { ring } from '../../ui/ring.ts';
import { searchField } from '../../ui/search-field.ts';
import { skeletonList } from '../../ui/skeleton.ts';
import {
  createDestinations,
  placesOfKind,
  type Destinations,
  type Letter,
  type Place,
  type SearchFace,
} from './controller.ts';
import { destinationsMessages } from './messages.ts';

/** Soon enough for a scroll that is restored. */
const IDLE_WITHIN_MS = 200;

export function render(context: ScreenContext): HTMLElement {
  const controller = createDestinations({ ...context, seen: createSeenEsims(initData) });
  controller.start();
  const messages = destinationsMessages[context.language];
  const isSearching = () => controller.query.value.trim() !== '';
  return h(
    'div',
    { class: 'destinations' },
    controller.isFirstVisit
      ? h(
          'header',
          { class: 'destinations__intro' },
          h('h1', { class: 'screen__title' }, messages.title),
          h('p', { class: 'hint' }, messages.intro),
        )
      : h('h1', { class: 'visually-hidden' }, messages.title),
    renderSearch(controller, context),
    // Above what is loaded: it needs no price list, and no network.
    h('div', { hidden: isSearching }, renderOwn(controller, context)),
    faces(controller.list, context, {
      loading: () => skeletonList(12),
      ready: (places) => [
        // Hidden rather than taken away: some two hundred rows are too much for the first letter typed.
        h('div', { hidden: isSearching }, renderBrowse(controller, context, places)),
        swap(isSearching, (isOn) => (isOn ? renderFound(controller, context) : null)),
      ],
    }),
  );
}

function renderSearch(controller: Destinations, { language, router }: ScreenContext): HTMLElement {
  const messages = destinationsMessages[language];
  return searchField(controller.query, {
    label: messages.search,
    clearLabel: messages.clear,
    onFocus: () => void controller.prepareSearch().catch(() => {}),
    onSubmit: () => {
      const { places = [], isGuess = true } = controller.found.value ?? {};
      if (!isGuess && places[0]) router.navigate(`/to/${places[0].code}`);
    },
  });
}

function renderFound(controller: Destinations, context: ScreenContext): Child {
  const messages = destinationsMessages[context.language];
  const found = () => controller.found.value;
  const places = () => found()?.places ?? [];
  const rows = (title: string | null, list: () => readonly Place[]) =>
    swap(
      () => list().length > 0,
      (hasAny) => {
        if (!hasAny) return null;
        return title === null ? placeRows(list, context) : section({ title }, placeRows(list, context));
      },
    );
  return h(
    'div',
    { class: 'destinations__groups', role: 'status' },
    swap(
      () => found()?.unsold ?? null,
      (name) => (name === null ? null : callout('quiet', 'info', messages.unsold(name))),
    ),
    swap(
      () => faceOf(found()),
      (face) => {
        switch (face) {
          case 'hits':
            return rows(null, places);
          case 'guess':
            return rows(messages.nearest, places);
          case 'nothing':
            return [
              notice({ icon: 'search', ...messages.nothing }),
              rows(messages.popular, () => controller.popular.value),
            ];
          case 'unsold':
            return rows(messages.popular, () => controller.popular.value);
          case 'covered':
            return null;
        }
      },
    ),
    swap(
      () => found()?.places.length === 0,
      (isAll) => rows(messages.covering(isAll), () => found()?.covering ?? []),
    ),
  );
}

/** Whatever was typed leads on to something. */
function faceOf(found: SearchFace | null): 'hits' | 'guess' | 'nothing' | 'unsold' | 'covered' {
  if (!found || found.places.length > 0) return found?.isGuess ? 'guess' : 'hits';
  if (found.covering.length > 0) return 'covered';
  return found.unsold === null ? 'nothing' : 'unsold';
}

function renderBrowse(
  controller: Destinations,
  context: ScreenContext,
  destinations: () => readonly Destination[],
): Child {
  const messages = destinationsMessages[context.language];
  if (destinations().length === 0) {
    const action = { text: messages.empty.action, onPress: () => void controller.list.reload() };
    return notice({ icon: 'globe', title: messages.empty.title, text: messages.empty.text, action });
  }
  return h(
    'div',
    { class: 'destinations__groups' },
    segmented(
      messages.kinds,
      (['country', 'region', 'global'] as const).map((value) => ({ value, text: messages.kind[value] })),
      controller.kind,
    ),
    swap(
      () => controller.kind.value,
      (kind) =>
        kind === 'country'
          ? renderCountries(controller, context)
          : placeRows(() => placesOfKind(controller.places.value, kind), context),
    ),
  );
}

function renderOwn(controller: Destinations, context: ScreenContext): HTMLElement {
  return h(
    'div',
    { class: 'destinations__groups' },
    swap(
      () => controller.moving.value.length > 0,
      (hasAny) =>
        hasAny
          ? list(
              each(
                () => controller.moving.value,
                ({ id }) => id,
                (order) => movingRow(order, context),
              ),
            )
          : null,
    ),
    swap(
      () => controller.ownEsim.value,
      (esim) => (esim ? renderOwnEsim(esim, controller, context) : null),
    ),
    renderLinks(context),
  );
}

function renderLinks({ language, router }: ScreenContext): HTMLElement {
  const { links } = destinationsMessages[language];
  const link = (iconName: IconName, text: string, path: string) =>
    h(
      'button',
      { class: 'quick-links__link', type: 'button', on: { click: () => router.navigate(path) } },
      icon(iconName),
      text,
    );
  return h(
    'nav',
    { class: 'quick-links' },
    link('sim', links.esims, '/esims'),
    link('history', links.history, '/history'),
    link('help', links.help, '/help'),
  );
}

/** What is paid for, or waits to be, is not lost when the app is closed and opened again. */
function movingRow(order: () => Order, { language, router }: ScreenContext): HTMLElement {
  return listRow({
    leading: flag(order().country_code),
    title: h('span', { class: 'own-esim__title' }, () => `eSIM · ${placeName(order(), language)}`),
    subtitle: () => `${movingWords(order(), language)} · ${planLine(order(), language)}`,
    onPress: () => router.navigate(`/orders/${order().id}`),
  });
}

function renderOwnEsim(
  esim: EsimSummary,
  { isOwnKept }: Destinations,
  { language, router }: ScreenContext,
): HTMLElement {
  const { own } = destinationsMessages[language];
  const { usage, state } = esim;
  const until = usage?.ends_at ? own.until(formatDate(language, new Date(usage.ends_at))) : null;
  const words = isBeforeUse(state) ? [stateName(state, language)] : [dataLeft(usage, language), until];
  return list(
    listRow({
      leading: h(
        'span',
        { class: `own-esim__ring own-esim__ring--${ringTone(esim)}` },
        ring(() => shareLeft(usage)),
      ),
      title: h('span', { class: 'own-esim__title' }, own.title(esimName(esim, language))),
      subtitle: () =>
        [...words, isOwnKept.value && esim.as_of ? asOfWords(esim.as_of, Date.now(), language) : null]
          .filter((word) => word !== null)
          .join(' · '),
      onPress: () => router.navigate(`/esims/${esim.id}`),
    }),
  );
}

function renderCountries(controller: Destinations, context: ScreenContext): Child {
  const messages = destinationsMessages[context.language];
  const known = (title: string, places: () => readonly Place[]) =>
    swap(
      () => places().length > 0,
      (hasAny) => (hasAny ? section({ title }, placeRows(places, context)) : null),
    );
  // What fits the screen first; the other rows, some two hundred, once that is painted.
  const isTimeForAll = signal(false);
  whenIdle(() => (isTimeForAll.value = true));
  const alphabet = () => (isTimeForAll.value ? controller.letters.value : []);
  const letters = h(
    'div',
    { class: 'alphabet' },
    each(
      alphabet,
      ({ letter }) => letter,
      (letter) => renderLetter(letter, context),
    ),
  );
  return [
    known(messages.recent, () => controller.recent.value),
    known(messages.popular, () => controller.popular.value),
    h('section', { class: 'section' }, h('h2', { class: 'section__title' }, messages.all), letters),
    renderRail(alphabet, letters, messages.alphabet),
  ];
}

/** Safari has learned to say when it is idle only lately. */
function whenIdle(run: () => void): void {
  requestAnimationFrame(() => {
    if ('requestIdleCallback' in window) requestIdleCallback(run, { timeout: IDLE_WITHIN_MS });
    else setTimeout(run, IDLE_WITHIN_MS);
  });
}

function renderLetter(letter: () => Letter, context: ScreenContext): HTMLElement {
  return h(
    'section',
    { class: 'alphabet__letter', 'data-letter': letter().letter, vars: { '--rows': () => letter().places.length } },
    h('h3', { class: 'alphabet__name' }, letter().letter),
    placeRows(() => letter().places, context),
  );
}

/** Letters along the edge; a finger may slide over them. Keys and readers have the search. */
function renderRail(alphabet: () => readonly Letter[], letters: HTMLElement, label: string): HTMLElement {
  let last = -1;
  const goTo = (event: PointerEvent) => {
    if (event.buttons === 0) return;
    event.preventDefault();
    const { top, height } = rail.getBoundingClientRect();
    const count = letters.querySelectorAll(':scope > section').length;
    const index = Math.max(0, Math.min(count - 1, Math.floor(((event.clientY - top) / height) * count)));
    if (index === last) return;
    last = index;
    haptic.select();
    letters.children[index]?.scrollIntoView({ block: 'start' });
  };
  const rail = h(
    'div',
    {
      class: 'rail',
      'aria-hidden': 'true',
      title: label,
      on: { pointerdown: goTo, pointermove: goTo, pointerup: () => (last = -1) },
    },
    each(
      alphabet,
      ({ letter }) => letter,
      (letter) => h('span', { class: 'rail__letter' }, () => letter().letter),
    ),
  );
  return rail;
}

function placeRows(places: () => readonly Place[], context: ScreenContext): HTMLElement {
  return list(
    each(
      places,
      // A row is made once for what it says: a new price is a new row.
      ({ code, from_stars: stars }) => `${code} ${stars}`,
      (place) => placeRow(place(), context),
    ),
  );
}

function placeRow(place: Place, { language, router }: ScreenContext): HTMLElement {
  const { countries } = destinationsMessages[language];
  return listRow({
    leading: flag(place.code),
    title: place.name,
    ...(place.kind !== 'country' && { subtitle: formatCount(language, place.iso.length, countries) }),
    trailing: price(place.from_stars, language, { isFrom: true }),
    onPress: () => {
      haptic.tap();
      router.navigate(`/to/${place.code}`);
    },
  });
}
