import { describe, expect, it } from 'vitest';
import type { Esim } from '../../../lib/contract/esim.ts';
import { topUpWords } from '../../../src/screens/current-esim/top-up-words.ts';
import { anEsim } from '../../support/app-samples.ts';

const USAGE = anEsim().usage;

function said(changes: Partial<Esim>, language: 'en' | 'ru' = 'en'): string {
  const { start, days } = topUpWords(anEsim(changes), language);
  return [start, days].filter(Boolean).join(' ');
}

describe('what a top-up does', () => {
  it('waits for the end of the plan in use or of its data, and adds no days to it', () => {
    expect(said({})).toMatch(/after your plan: on 1 Feb 2026, .* or sooner if its data is used up\. It adds no days/);
    expect(said({}, 'ru')).toMatch(/после вашего тарифа: 1 февр\. 2026.* или раньше, .*это не продлит/);
  });

  it('does not speak of data that cannot be used up', () => {
    expect(said({ usage: USAGE && { ...USAGE, unlimited: true } })).not.toContain('sooner');
  });

  it('names no date that nobody knows', () => {
    expect(said({ usage: null })).toContain('after the plan you already have');
  });

  it('waits behind a plan that has not begun', () => {
    expect(said({ state: 'not_installed' })).toContain('after the plan you already have');
  });

  it('starts with the next connection where nothing is left', () => {
    for (const state of ['used_up', 'ended'] as const) {
      expect(said({ state })).toBe('It starts at the next connection there. Its days count from then.');
    }
  });
});
