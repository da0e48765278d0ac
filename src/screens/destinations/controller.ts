import { computed, signal, type ReadonlySignal, type Signal } from '@preact/signals-core';
import type { Destination, DestinationKind } from '../../../lib/contract/catalogue.ts';
import type { EsimSummary } from '../../../lib/contract/esim.ts';
import type { Order } from '../../../lib/contract/order.ts';
import type { Language } from '../../../lib/contract/session.ts';
import { destinationName } from '../../../lib/i18n/destination-name.ts';
import { isBeforeUse } from '../../esim-words.ts';
import type { ESIMGoClient } from '../../esimgo-client.ts';
import { isStringList, keep, readKept } from '../../kept-values.ts';
import { isMoving, nextLookAtOrdersMs } from '../../order-words.ts';
import { recentDestinations } from '../../recent-destinations.ts';
import { refreshWhileVisible } from '../../refresh-while-visible.ts';
import { createResource, valueOf, type Resource } from '../../resource.ts';
import { createSearch, type Knowledge, type Search } from '../../search/search.ts';
import type { SeenEsims } from '../../seen-esims.ts';
import { liveEffect } from '../../ui/scope.ts';

export interface Place extends Destination {
  name: string;
}

export interface SearchFace {
  places: Place[];
  /** Regions and the like that cover the best hit, or the country that is not sold. */
  covering: Place[];
  isGuess: boolean;
  /** The name of a country that was meant, and is not sold. */
  unsold: string | null;
}

export interface Letter {
  letter: string;
  places: Place[];
}

export interface Destinations {
  list: Resource<readonly Destination[]>;
  /** All of them, named and sorted; the two cost a slow phone more than the rest of the first screen. */
  places: ReadonlySignal<readonly Place[]>;
  kind: Signal<DestinationKind>;
  query: Signal<string>;
  /** Null while nothing is searched for. */
  found: ReadonlySignal<SearchFace | null>;
  popular: ReadonlySignal<Place[]>;
  recent: ReadonlySignal<Place[]>;
  letters: ReadonlySignal<Letter[]>;
  /** Of the user's eSIMs the one that matters now: in use, else still to be used. */
  ownEsim: ReadonlySignal<EsimSummary | null>;
  /** Until the server has answered. */
  isOwnKept: ReadonlySignal<boolean>;
  /** The newest orders that are not an eSIM yet. */
  moving: ReadonlySignal<Order[]>;
  isFirstVisit: boolean;
  /** Loads what makes the search know cities; called when somebody is about to type. */
  prepareSearch(): Promise<void>;
  start(): void;
}

/** Where most travellers of each language go. */
const POPULAR: Record<Language, readonly string[]> = {
  ru: ['TR', 'TH', 'AE', 'EG', 'CN', 'VN', 'GE', 'ID'],
  en: ['US', 'TR', 'TH', 'JP', 'GB', 'ES', 'IT', 'FR'],
};
/** Further ones are asked for by another letter sooner than by scrolling; each row costs a slow phone a keystroke. */
const MAX_FOUND = 15;
const MAX_COVERING = 4;
const MAX_MOVING = 2;
const KIND = 'destinations-kind';
const VISITED = 'visited';

/** A search outlives the screen: coming back from a destination finds it as it was left. */
const query = signal('');

export function createDestinations({
  client,
  language,
  seen,
}: {
  client: Pick<
    ESIMGoClient,
    'getDestinations' | 'knownDestinations' | 'areDestinationsFresh' | 'listEsims' | 'listOrders'
  >;
  language: Language;
  seen: SeenEsims;
}): Destinations {
  const named = (one: Destination): Place => ({ ...one, name: destinationName(one.code, language) });
  const list = createResource<readonly Destination[]>(() => client.getDestinations(), client.knownDestinations);
  const kind = signal<DestinationKind>(readKept(KIND, isKind) ?? 'country');
  const isOwnKept = signal(true);
  const ownEsim = signal(chooseOwn(seen.list() ?? []));
  const moving = signal<Order[]>([]);
  const isFirstVisit = readKept(VISITED, isStringList) === null;
  keep(VISITED, ['destinations']);

  const byCode = computed(() => new Map((valueOf(list) ?? []).map((one) => [one.code, one])));
  const places = computed(() => sortByName([...byCode.value.values()].map(named), language));
  const pick = (codes: readonly string[]) =>
    codes.flatMap((code) => {
      const one = byCode.value.get(code);
      return one ? [named(one)] : [];
    });
  const knowledge = signal<Knowledge>({});
  const search = computed<Search>(() => createSearch([...byCode.value.keys()], knowledge.value));

  const found = computed<SearchFace | null>(() => {
    const wanted = query.value.trim();
    if (wanted === '') return null;
    const { codes, isGuess, unsold } = search.value.find(wanted);
    const hits = pick(codes.slice(0, MAX_FOUND));
    const country = unsold ?? (hits[0]?.kind === 'country' && !isGuess && hits.length <= 3 ? hits[0].code : null);
    const isListed = new Set(codes);
    const covering = places.value.filter(
      ({ code, kind: kindOfPlace, iso }) =>
        country !== null && kindOfPlace !== 'country' && !isListed.has(code) && iso.includes(country),
    );
    return {
      places: hits,
      covering: covering.sort(byPrice).slice(0, MAX_COVERING),
      isGuess,
      unsold: unsold === null ? null : destinationName(unsold, language),
    };
  });

  return {
    list,
    places,
    kind,
    query,
    found,
    popular: computed(() => pick(POPULAR[language])),
    recent: computed(() => pick(recentDestinations())),
    letters: computed(() =>
      groupByLetter(
        places.value.filter((place) => place.kind === 'country'),
        language,
      ),
    ),
    ownEsim,
    isOwnKept,
    moving,
    isFirstVisit,
    async prepareSearch() {
      if (knowledge.value.countries) return;
      const { allCountries, placeAliases } = await import('../../search/places.ts');
      knowledge.value = { aliases: placeAliases(), countries: allCountries() };
      // Now, rather than at the first letter.
      search.peek();
    },
    start() {
      if (!client.areDestinationsFresh) void list.reload();
      liveEffect(() => keep(KIND, kind.value));
      refreshWhileVisible(
        async () => {
          // The orders first: what is no order on its way any more is then among the eSIMs.
          const orders = await client.listOrders().then(
            (answer) => answer.orders.filter((order) => isMoving(order, Date.now())).slice(0, MAX_MOVING),
            () => null,
          );
          try {
            ownEsim.value = chooseOwn(await seen.followList(() => client.listEsims()));
            isOwnKept.value = false;
          } catch {
            // The card is an extra; the screen it leads to says what is wrong.
          }
          if (orders !== null) moving.value = orders;
        },
        () => nextLookAtOrdersMs(moving.value),
      );
    },
  };
}

function chooseOwn(esims: readonly EsimSummary[]): EsimSummary | null {
  return esims.find(({ state }) => state === 'live') ?? esims.find(({ state }) => isBeforeUse(state)) ?? null;
}

export function placesOfKind(places: readonly Place[], kind: DestinationKind): Place[] {
  return places.filter((place) => place.kind === kind);
}

function sortByName(places: Place[], language: Language): Place[] {
  const { compare } = new Intl.Collator(language);
  return places.sort((one, other) => compare(one.name, other.name));
}

function groupByLetter(places: readonly Place[], language: Language): Letter[] {
  const groups: Letter[] = [];
  for (const place of places) {
    const letter = firstLetter(place.name, language);
    const last = groups.at(-1);
    if (last?.letter === letter) last.places.push(place);
    else groups.push({ letter, places: [place] });
  }
  return groups;
}

function firstLetter(name: string, language: Language): string {
  const letter = name.charAt(0).toLocaleUpperCase(language);
  return language === 'en' ? letter.normalize('NFD').charAt(0) : letter.replace('Ё', 'Е');
}

function byPrice(one: Place, other: Place): number {
  return one.from_stars - other.from_stars;
}

function isKind(value: unknown): value is DestinationKind {
  return value === 'country' || value === 'region' || value === 'global';
}
