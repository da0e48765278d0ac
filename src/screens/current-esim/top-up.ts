import type { Plan } from '../../../lib/contract/catalogue.ts';
import type { Esim } from '../../../lib/contract/esim.ts';
import { isBeforeUse } from '../../esim-words.ts';

/** When a top-up begins; the supplier lets the plan in use run out first. */
export function startOfTopUp({ state }: Pick<Esim, 'state'>): 'queued' | 'queuedBehindNew' | 'now' {
  if (isBeforeUse(state)) return 'queuedBehindNew';
  return state === 'live' ? 'queued' : 'now';
}

export function plansForTopUp(plans: readonly Plan[]): Plan[] {
  return plans.filter((plan) => plan.can_top_up);
}
