import { describe, expect, it } from 'vitest';
import { createErrorRate } from '../../../lib/http/error-rate.ts';

function setUp() {
  let nowMs = 0;
  const rate = createErrorRate({ nowMs: () => nowMs });
  return {
    pass: (ms: number) => void (nowMs += ms),
    /** How often it spoke up. */
    note: (status: number, times: number) =>
      Array.from({ length: times }, () => rate.note(status)).filter(Boolean).length,
  };
}

describe('createErrorRate', () => {
  it('speaks up once when more than one answer in twenty is 500', () => {
    const rate = setUp();
    expect(rate.note(200, 190)).toBe(0);
    expect(rate.note(500, 10)).toBe(0);
    expect(rate.note(500, 20)).toBe(1);
  });

  it('says nothing of a few, whatever their share', () => {
    const rate = setUp();
    expect(rate.note(500, 9)).toBe(0);
    expect(rate.note(500, 1)).toBe(1);
  });

  it('takes refusals and outages of others for answers', () => {
    const rate = setUp();
    for (const status of [401, 404, 429, 503]) expect(rate.note(status, 100)).toBe(0);
  });

  it('begins anew every five minutes', () => {
    const rate = setUp();
    expect(rate.note(500, 9)).toBe(0);
    rate.pass(300_000);
    expect(rate.note(500, 9)).toBe(0);
    expect(rate.note(500, 1)).toBe(1);
    rate.pass(300_000);
    expect(rate.note(500, 10)).toBe(1);
  });
});
