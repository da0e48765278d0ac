import { describe, expect, it } from 'vitest';
import { newId, type IdPrefix } from '../../../lib/ids.ts';

const PREFIXES: readonly IdPrefix[] = ['ord', 'pay', 'esim', 'req'];

describe('newId', () => {
  it.each(PREFIXES)('makes %s_ with twenty letters and digits', (prefix) => {
    expect(newId(prefix)).toMatch(new RegExp(`^${prefix}_[A-Za-z0-9]{20}$`));
  });

  it('never makes the same one again', () => {
    const ids = Array.from({ length: 10_000 }, () => newId('ord'));
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('uses every character of its alphabet', () => {
    const seen = new Set(Array.from({ length: 1_000 }, () => newId('pay').slice(4)).join(''));
    expect(seen.size).toBe(62);
  });
});
