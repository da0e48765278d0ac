import type { Advice } from '../../../lib/contract/esim.ts';

export type Question = 'there' | 'roaming';
export type Cause =
  | 'install'
  | 'not_there_yet'
  | 'turn_on_roaming'
  | 'choose_network'
  | 'elsewhere'
  | 'data_used_up'
  | 'plan_ended'
  | 'wait'
  | 'suspended'
  | 'new_esim'
  | 'unknown';
export type TroubleStep = { kind: 'question'; question: Question } | { kind: 'cause'; cause: Cause };

export interface Answers {
  there?: boolean;
  roaming?: boolean;
}

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

function askOnTheSpot(advice: 'works' | 'turn_on_and_roam', { there, roaming }: Answers): TroubleStep {
  if (there === undefined) return { kind: 'question', question: 'there' };
  if (!there) return { kind: 'cause', cause: advice === 'works' ? 'elsewhere' : 'not_there_yet' };
  if (roaming === undefined) return { kind: 'question', question: 'roaming' };
  return { kind: 'cause', cause: roaming ? 'choose_network' : 'turn_on_roaming' };
}
