import { describe, expect, it } from 'vitest';
import { retryAfterMsOf, retryDelayMs, type Failure, type Repeat } from '../../../lib/esim-go/retry.ts';

const status = (code: number, retryAfterMs: number | null = null): Failure => ({
  kind: 'status',
  status: code,
  retryAfterMs,
});
const NO_ANSWER: Failure = { kind: 'no_answer' };
const UNREADABLE: Failure = { kind: 'unreadable' };
const half = () => 0.5;

describe('retryDelayMs', () => {
  it.each<[Repeat, number, string, Failure, number | null]>([
    ['safe', 1, 'no answer', NO_ANSWER, 125],
    ['safe', 2, 'no answer', NO_ANSWER, 250],
    ['safe', 3, 'no answer', NO_ANSWER, null],
    ['idempotent', 1, 'no answer', NO_ANSWER, 125],
    ['safe', 1, 'status 500', status(500), 125],
    ['safe', 1, 'status 408', status(408), 125],
    ['safe', 1, 'status 503 with Retry-After 2 s', status(503, 2_000), 2_000],
    ['safe', 1, 'status 429 with Retry-After 1 s', status(429, 1_000), 1_000],
    ['safe', 1, 'status 429 without Retry-After', status(429), 125],
    ['safe', 1, 'status 429 with Retry-After 10 s', status(429, 10_000), 10_000],
    ['safe', 1, 'status 429 with Retry-After 11 s', status(429, 11_000), null],
    ['safe', 1, 'status 400', status(400), null],
    ['safe', 1, 'status 403', status(403), null],
    ['safe', 1, 'status 404', status(404), null],
    ['safe', 1, 'status 410', status(410), null],
    ['safe', 1, 'an unreadable answer', UNREADABLE, null],
    ['never', 1, 'no answer', NO_ANSWER, null],
    ['never', 1, 'status 429', status(429, 1_000), null],
    ['never', 1, 'status 500', status(500), null],
    ['never', 1, 'status 503', status(503, 1_000), null],
  ])('for a %s request after try %i with %s', (repeat, attempt, _what, failure, delayMs) => {
    expect(retryDelayMs(repeat, attempt, failure, half)).toBe(delayMs);
  });

  it('draws the delay from the whole range, so that clients do not return together', () => {
    expect(retryDelayMs('safe', 2, NO_ANSWER, () => 0)).toBe(0);
    expect(retryDelayMs('safe', 2, NO_ANSWER, () => 0.999)).toBe(499);
  });
});

describe('retryAfterMsOf', () => {
  it.each([
    [{ 'retry-after': '3' }, 3_000],
    [{ 'retry-after': '0.5' }, 500],
    [{ 'retry-after': 'Mon, 05 Jan 2026 10:00:05 GMT', date: 'Mon, 05 Jan 2026 10:00:00 GMT' }, 5_000],
    [{ 'retry-after': 'Mon, 05 Jan 2026 10:00:00 GMT', date: 'Mon, 05 Jan 2026 10:00:05 GMT' }, 0],
    [{ 'retry-after': 'soon' }, null],
    [{}, null],
  ])('reads %o', (headers, delayMs) => {
    expect(retryAfterMsOf(new Headers(headers), 0)).toBe(delayMs);
  });
});
