/** Every code a client can meet. The Mini App has a sentence and a way on for each, in each language. */
export const ERROR_CODES = [
  'bad_request',
  'init_data_missing',
  'init_data_invalid',
  'init_data_expired',
  'unauthorized',
  'forbidden',
  'not_found',
  'method_not_allowed',
  'payload_too_large',
  'unsupported_media_type',
  'rate_limited',
  'idempotency_conflict',
  'price_changed',
  'too_many_open_orders',
  'not_compatible',
  'unknown_bundle',
  'temporarily_unavailable',
  'internal',
] as const;

export type ErrorCode = (typeof ERROR_CODES)[number];

/** A failure that the caller is told about by its code. `details` reach the client: ids, numbers and field paths only. */
export class AppError extends Error {
  override name = 'AppError';
  readonly code: ErrorCode;
  readonly details: Readonly<Record<string, unknown>> | undefined;

  constructor(code: ErrorCode, options: { details?: Record<string, unknown>; cause?: unknown } = {}) {
    super(code, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.details = options.details;
  }
}
