import { computed, signal, type ReadonlySignal, type Signal } from '@preact/signals-core';
import type { Destination, Plan, PlansAnswer } from '../../../lib/contract/catalogue.ts';
import type { ESIMGoClient } from '../../esimgo-client.ts';
import { createResource, valueOf, type Resource } from '../../resource.ts';
import { liveEffect } from '../../ui/scope.ts';

export type PlanKind = 'data' | 'unlimited';

export interface DestinationOffer {
  offer: Resource<PlansAnswer>;
  kinds: ReadonlySignal<PlanKind[]>;
  kind: Signal<PlanKind>;
  /** The lengths that unlimited plans come in. */
  dayChoices: ReadonlySignal<number[]>;
  days: Signal<number>;
  /** What is offered under the chosen kind and length. */
  plans: ReadonlySignal<Plan[]>;
  chosenId: Signal<string | null>;
  chosen: ReadonlySignal<Plan | null>;
  /** The plan whose gigabyte costs least, where there is a choice. */
  bestId: ReadonlySignal<string | null>;
  /** Whether the eSIM can be topped up later: so says what is chosen, or else everything that is shown. */
  canTopUp: ReadonlySignal<boolean>;
  /** A region that covers this country and starts at a lower price. */
  cheaper: ReadonlySignal<Destination | null>;
  start(): void;
}

const USUAL_DAYS = 7;

interface Choice {
  kind: PlanKind;
  days: number;
  chosenId: string | null;
}

/** What was chosen for each destination outlives the screen: back from the checkout another plan is one tap away. */
const choices = new Map<string, Choice>();

export function createDestinationOffer(
  {
    client,
  }: { client: Pick<ESIMGoClient, 'getProducts' | 'getDestinations' | 'knownDestinations' | 'areDestinationsFresh'> },
  { code }: { code: string },
): DestinationOffer {
  const offer = createResource(() => client.getProducts(code));
  const sold = computed(() => valueOf(offer)?.plans ?? []);
  const ofKind = (kind: PlanKind) => sold.value.filter((plan) => plan.unlimited === (kind === 'unlimited'));
  const kinds = computed(() => (['data', 'unlimited'] as const).filter((kind) => ofKind(kind).length > 0));

  const left = choices.get(code) ?? { kind: 'data', days: USUAL_DAYS, chosenId: null };
  // Set again whenever the choices change, so that what is chosen is always among them.
  const kind = signal<PlanKind>(left.kind);
  liveEffect(() => settle(kind, kinds.value));
  const dayChoices = computed(() => [...new Set(ofKind('unlimited').map(({ days }) => days))].sort((a, b) => a - b));
  const days = signal(left.days);
  liveEffect(() => settle(days, dayChoices.value));
  const plans = computed(() =>
    kind.value === 'data' ? ofKind('data') : ofKind('unlimited').filter((plan) => plan.days === days.value),
  );
  const chosenId = signal<string | null>(left.chosenId);
  liveEffect(() => void choices.set(code, { kind: kind.value, days: days.value, chosenId: chosenId.value }));
  const chosen = computed(() => plans.value.find(({ id }) => id === chosenId.value) ?? null);
  const regions = signal<readonly Destination[]>(client.knownDestinations ?? []);

  return {
    offer,
    kinds,
    kind,
    dayChoices,
    days,
    plans,
    chosenId,
    chosen,
    bestId: computed(() => (kind.value === 'data' ? cheapestPerGb(plans.value) : null)),
    canTopUp: computed(() => (chosen.value ? [chosen.value] : plans.value).every((plan) => plan.can_top_up)),
    cheaper: computed(() => {
      const here = valueOf(offer)?.destination;
      if (!here || here.kind !== 'country') return null;
      const covering = regions.value.filter(
        (place) => place.kind !== 'country' && place.from_stars < here.from_stars && place.iso.includes(here.code),
      );
      return covering.sort((one, other) => one.from_stars - other.from_stars)[0] ?? null;
    }),
    start() {
      void offer.reload();
      if (client.areDestinationsFresh) return;
      client.getDestinations().then(
        (list) => (regions.value = list),
        // Only the hint to a cheaper region is lost.
        () => {},
      );
    },
  };
}

function settle<Value>(chosen: Signal<Value>, choices: readonly Value[]): void {
  const [first] = choices;
  if (first !== undefined && !choices.includes(chosen.peek())) chosen.value = first;
}

function cheapestPerGb(plans: readonly Plan[]): string | null {
  if (plans.length < 3) return null;
  const perMb = (plan: Plan) => plan.price_stars / (plan.data_mb ?? 1);
  const [best, second] = [...plans].sort((one, other) => perMb(one) - perMb(other));
  return best && second && perMb(best) < perMb(second) ? best.id : null;
}
