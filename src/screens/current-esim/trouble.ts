import type { Advice, EsimState } from '../../../lib/contract/esim.ts';

export type Question = 'place' | 'roaming';
export type Place = 'there' | 'not_yet' | 'elsewhere';
export type Cause =
  | 'install'
  | 'not_there_yet'
  | 'elsewhere'
  | 'turn_on_roaming'
  | 'choose_network'
  | 'check_phone'
  | 'connected'
  | 'data_used_up'
  | 'plan_ended'
  | 'wait'
  | 'suspended'
  | 'new_esim'
  | 'unknown';
export type TroubleStep = { kind: 'question'; question: Question } | { kind: 'cause'; cause: Cause };

export interface Answers {
  place?: Place;
  roaming?: boolean;
  /** What was advised before the person did it and had it checked; from then on nothing is asked. */
  before?: Advice;
}

/** What the state seen last means when the server cannot be asked. */
export const ADVICE_OF_STATE: Record<EsimState, Advice> = {
  not_installed: 'install_first',
  installed: 'turn_on_and_roam',
  live: 'works',
  used_up: 'data_used_up',
  ended: 'plan_ended',
  suspended: 'suspended',
  deactivated: 'needs_new_esim',
  unavailable: 'needs_new_esim',
};

/** At most two questions, and only those that the state of the eSIM leaves open. */
export function nextStep(advice: Advice, answers: Answers): TroubleStep {
  switch (advice) {
    case 'works':
    case 'turn_on_and_roam':
      return askOnTheSpot(advice, answers);
    case 'install_first':
      return { kind: 'cause', cause: 'install' };
    case 'out_of_coverage':
      return { kind: 'cause', cause: 'elsewhere' };
    case 'wait_for_issue':
      return { kind: 'cause', cause: 'wait' };
    case 'needs_new_esim':
      return { kind: 'cause', cause: 'new_esim' };
    case 'data_used_up':
    case 'plan_ended':
    case 'suspended':
    case 'unknown':
      return { kind: 'cause', cause: advice };
  }
}

function askOnTheSpot(advice: 'works' | 'turn_on_and_roam', { place, roaming, before }: Answers): TroubleStep {
  if (before === undefined) {
    if (place === undefined) return { kind: 'question', question: 'place' };
    if (place === 'not_yet') return { kind: 'cause', cause: 'not_there_yet' };
    if (place === 'elsewhere') return { kind: 'cause', cause: 'elsewhere' };
    if (roaming === undefined) return { kind: 'question', question: 'roaming' };
    if (!roaming) return { kind: 'cause', cause: 'turn_on_roaming' };
  }
  if (advice === 'turn_on_and_roam') return { kind: 'cause', cause: 'choose_network' };
  // Seen in a network since: that is news. One that had been seen before may still have its fault in the phone.
  return { kind: 'cause', cause: before === 'turn_on_and_roam' ? 'connected' : 'check_phone' };
}
