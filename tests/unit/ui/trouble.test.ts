import { describe, expect, it } from 'vitest';
import { adviceSchema, esimStateSchema } from '../../../lib/contract/esim.ts';
import { adviceFor } from '../../../lib/esims/esim-state.ts';
import {
  ADVICE_OF_STATE,
  nextStep,
  type Answers,
  type Cause,
  type Place,
} from '../../../src/screens/current-esim/trouble.ts';

const PLACES: readonly Place[] = ['there', 'not_yet', 'elsewhere'];

function causeOf(...args: Parameters<typeof nextStep>): Cause {
  const step = nextStep(...args);
  if (step.kind !== 'cause') throw new Error(`asks about ${step.question}`);
  return step.cause;
}

describe('nextStep', () => {
  it('names one cause after at most two questions, whatever is answered', () => {
    for (const advice of adviceSchema.options) {
      for (const place of PLACES) {
        for (const roaming of [true, false]) {
          const asked: string[] = [];
          let answers: Answers = {};
          let step = nextStep(advice, answers);
          while (step.kind === 'question' && asked.length < 5) {
            asked.push(step.question);
            answers = step.question === 'place' ? { ...answers, place } : { ...answers, roaming };
            step = nextStep(advice, answers);
          }
          expect(asked.length).toBeLessThanOrEqual(2);
          expect(new Set(asked).size).toBe(asked.length);
          expect(step.kind).toBe('cause');
        }
      }
    }
  });

  it('asks nothing where the state says it all', () => {
    expect(causeOf('data_used_up', {})).toBe('data_used_up');
    expect(causeOf('install_first', {})).toBe('install');
  });

  it('sells nothing to who has not arrived yet', () => {
    expect(causeOf('turn_on_and_roam', { place: 'not_yet' })).toBe('not_there_yet');
    expect(causeOf('works', { place: 'not_yet' })).toBe('not_there_yet');
    expect(causeOf('works', { place: 'elsewhere' })).toBe('elsewhere');
  });

  it('looks for the fault in the phone where the operator sees none', () => {
    expect(causeOf('works', { place: 'there', roaming: true })).toBe('check_phone');
    expect(causeOf('turn_on_and_roam', { place: 'there', roaming: true })).toBe('choose_network');
  });

  it('asks nothing again of who has done what was advised', () => {
    const given: Answers = { place: 'there', roaming: false };
    expect(causeOf('works', { ...given, before: 'turn_on_and_roam' })).toBe('connected');
    expect(causeOf('works', { ...given, before: 'works' })).toBe('check_phone');
    expect(causeOf('turn_on_and_roam', { ...given, before: 'turn_on_and_roam' })).toBe('choose_network');
    expect(causeOf('data_used_up', { ...given, before: 'works' })).toBe('data_used_up');
  });
});

describe('the advice without an answer', () => {
  it('is the one that the server would give for the state seen last', () => {
    const never = { profile_status: '', vendor_state: null, installed_at: null, attached_at: null };
    for (const state of esimStateSchema.options) expect(ADVICE_OF_STATE[state]).toBe(adviceFor(state, never));
  });
});
