import { computed, signal, type ReadonlySignal } from '@preact/signals-core';
import type { Destination, PlansAnswer } from '../../../lib/contract/catalogue.ts';
import type { ESIMGoClient } from '../../esimgo-client.ts';
import { createPlanChoice, type PlanChoice } from '../../plan-choice.ts';
import { createResource, valueOf, type Resource } from '../../resource.ts';

export interface DestinationOffer extends PlanChoice {
  offer: Resource<PlansAnswer>;
  /** Whether the eSIM can be topped up later: so says what is chosen, or else everything that is shown. */
  canTopUp: ReadonlySignal<boolean>;
  /** A region that covers this country and starts at a lower price. */
  cheaper: ReadonlySignal<Destination | null>;
  start(): void;
}

export function createDestinationOffer(
  {
    client,
  }: { client: Pick<ESIMGoClient, 'getProducts' | 'getDestinations' | 'knownDestinations' | 'areDestinationsFresh'> },
  { code }: { code: string },
): DestinationOffer {
  const offer = createResource(() => client.getProducts(code));
  const choice = createPlanChoice(() => valueOf(offer)?.plans ?? [], code);
  const { plans, chosen } = choice;
  const regions = signal<readonly Destination[]>(client.knownDestinations ?? []);

  return {
    offer,
    ...choice,
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
