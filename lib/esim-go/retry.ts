/**
 * `safe`: no effect. `idempotent`: the effect is the same however often it is sent. `never`: a repeat would do it
 * twice (a second eSIM bought, a device thrown off the network again).
 */
export type Repeat = 'safe' | 'idempotent' | 'never';

export type Failure =
  | { readonly kind: 'status'; readonly status: number; readonly retryAfterMs: number | null }
  | { readonly kind: 'no_answer' }
  | { readonly kind: 'unreadable' };

export const MAX_TRIES = 3;
// Longer than this and the caller's own schedule is the better place to wait.
const MAX_RETRY_AFTER_MS = 10_000;
const FIRST_BACKOFF_MS = 250;
const MAX_BACKOFF_MS = 4_000;

/** How long to wait before the next try, or null to give up. `attempt` counts from 1. */
export function retryDelayMs(repeat: Repeat, attempt: number, failure: Failure, random: () => number): number | null {
  if (repeat === 'never' || attempt >= MAX_TRIES || failure.kind === 'unreadable') return null;
  const backoffMs = Math.floor(random() * Math.min(MAX_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** (attempt - 1)));
  if (failure.kind === 'no_answer') return backoffMs;
  if (!isTransientStatus(failure.status)) return null;
  const retryAfterMs = failure.retryAfterMs ?? 0;
  return retryAfterMs > MAX_RETRY_AFTER_MS ? null : Math.max(retryAfterMs, backoffMs);
}

/** 408 is a proxy that lost patience; like a 5xx it says nothing about what was done. */
export function isServerFailure(status: number): boolean {
  return status >= 500 || status === 408;
}

function isTransientStatus(status: number): boolean {
  return status === 429 || isServerFailure(status);
}

/** `Retry-After` in milliseconds: seconds, or a date in the vendor's own time. */
export function retryAfterMsOf(headers: Headers, nowMs: number): number | null {
  const value = headers.get('retry-after')?.trim();
  if (!value) return null;
  if (/^\d+(\.\d+)?$/.test(value)) return Math.ceil(Number(value) * 1000);
  const atMs = Date.parse(value);
  if (Number.isNaN(atMs)) return null;
  const vendorNowMs = Date.parse(headers.get('date') ?? '');
  return Math.max(0, atMs - (Number.isNaN(vendorNowMs) ? nowMs : vendorNowMs));
}
