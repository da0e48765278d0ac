import { computed, signal, type ReadonlySignal, type Signal } from '@preact/signals-core';
import type { Plan } from '../lib/contract/catalogue.ts';
import { liveEffect } from './ui/scope.ts';

export type PlanKind = 'data' | 'unlimited';

export interface PlanChoice {
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
}

const USUAL_DAYS = 7;

interface Chosen {
  kind: PlanKind;
  days: number;
  chosenId: string | null;
}

/** What was chosen outlives the screen: back from the checkout another plan is one tap away. */
const choices = new Map<string, Chosen>();

/** `key` names what the plans are for: a destination, or an eSIM that is topped up. */
export function createPlanChoice(sold: () => readonly Plan[], key: string): PlanChoice {
  const ofKind = (kind: PlanKind) => sold().filter((plan) => plan.unlimited === (kind === 'unlimited'));
  const kinds = computed(() => (['data', 'unlimited'] as const).filter((kind) => ofKind(kind).length > 0));

  const left = choices.get(key) ?? { kind: 'data', days: USUAL_DAYS, chosenId: null };
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
  liveEffect(() => void choices.set(key, { kind: kind.value, days: days.value, chosenId: chosenId.value }));
  return {
    kinds,
    kind,
    dayChoices,
    days,
    plans,
    chosenId,
    chosen: computed(() => plans.value.find(({ id }) => id === chosenId.value) ?? null),
    bestId: computed(() => (kind.value === 'data' ? cheapestPerGb(plans.value) : null)),
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
