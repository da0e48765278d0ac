import { AppError, type ErrorCode } from '../contract/error-codes.ts';
import type { Problem } from '../contract/problem.ts';

const STATUS: Record<ErrorCode, number> = {
  bad_request: 400,
  init_data_missing: 401,
  init_data_invalid: 401,
  init_data_expired: 401,
  unauthorized: 401,
  forbidden: 403,
  not_found: 404,
  unknown_bundle: 404,
  method_not_allowed: 405,
  idempotency_conflict: 409,
  price_changed: 409,
  too_many_open_orders: 409,
  not_compatible: 409,
  payload_too_large: 413,
  unsupported_media_type: 415,
  rate_limited: 429,
  internal: 500,
  temporarily_unavailable: 503,
};
const RETRY_AFTER_S = 5;

export function statusOf(code: ErrorCode): number {
  return STATUS[code];
}

/** The only place that decides what a client learns of a failure: its code, never its text. */
export function problemResponse(error: unknown, requestId: string): Response {
  const { code, details } = error instanceof AppError ? error : new AppError('internal');
  const problem: Problem = { error: { code, request_id: requestId, ...(details === undefined ? {} : { details }) } };
  const headers: Record<string, string> = { 'cache-control': 'no-store' };
  if (code === 'temporarily_unavailable' || code === 'rate_limited') {
    const retryAfterS = details?.retry_after_s;
    headers['retry-after'] = String(typeof retryAfterS === 'number' ? retryAfterS : RETRY_AFTER_S);
  }
  return Response.json(problem, { status: STATUS[code], headers });
}
