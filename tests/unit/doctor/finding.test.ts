import { describe, expect, it } from 'vitest';
import { findingsOf, ok, reasonOf, skipped, summaryOf, tableOf, warn, wrong } from '../../../scripts/doctor/finding.ts';
import { nodeFinding } from '../../../scripts/doctor/settings.ts';

const FINDINGS = [
  ok('KV', 'memory'),
  warn('balance', '5.00 USD', 'Top it up.'),
  wrong('bot', 'none', 'Set it.'),
  skipped('live', 'not asked'),
];

describe('tableOf', () => {
  it('lines the columns up and puts what to do below its line', () => {
    expect(tableOf(FINDINGS)).toBe(
      [
        'ok     KV       memory',
        'warn   balance  5.00 USD',
        '                → Top it up.',
        'WRONG  bot      none',
        '                → Set it.',
        '-      live     not asked',
      ].join('\n'),
    );
  });

  it('is summed up in one line', () => {
    expect(summaryOf(FINDINGS)).toBe('1 wrong, 1 to look at, 1 ok, 1 not set or not asked.');
  });
});

describe('findingsOf', () => {
  it('makes a finding of a failure, with its innermost reason', async () => {
    const cause = new AggregateError([new Error('refused ::1'), new Error('refused 127.0.0.1')]);
    const found = await findingsOf('database', 'Look.', async () => {
      throw new TypeError('fetch failed', { cause });
    });
    expect(found).toEqual([wrong('database', 'refused ::1; refused 127.0.0.1', 'Look.')]);
  });

  it('reads what is no error at all', () => {
    expect(reasonOf('text')).toBe('text');
  });
});

describe('nodeFinding', () => {
  it.each([
    ['v20.20.2', 'ok'],
    ['v22.12.0', 'ok'],
    ['v24.0.0', 'ok'],
    ['v18.20.0', 'wrong'],
    ['v23.1.0', 'wrong'],
  ])('judges %s as %s', (version, state) => {
    expect(nodeFinding(version).state).toBe(state);
  });
});
