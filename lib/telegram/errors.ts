/** Telegram answered no. Repeating the same call will not help, except after `retryAfterMs`. */
export class TelegramRefusedError extends Error {
  override readonly name = 'TelegramRefusedError';
  readonly method: string;
  readonly status: number;
  /** Telegram's own words; for decisions only where no code says the same. */
  readonly description: string;
  readonly retryAfterMs: number | null;

  constructor(facts: { method: string; status: number; description: string; retryAfterMs: number | null }) {
    super(`Telegram refused ${facts.method} with ${facts.status}: ${facts.description}`);
    this.method = facts.method;
    this.status = facts.status;
    this.description = facts.description;
    this.retryAfterMs = facts.retryAfterMs;
  }
}

/**
 * `not_sent`: the connection never stood. `timed_out` and `cut_off`: the call may have arrived, its answer did not.
 * `server_error`: a 5xx, which says nothing about what was done. `unreadable`: an answer in an unknown form.
 */
export type TelegramUnreachableReason = 'not_sent' | 'timed_out' | 'cut_off' | 'server_error' | 'unreadable';

/** Carries no cause: the token is part of every URL, and errors of the network layer quote URLs. */
export class TelegramUnreachableError extends Error {
  override readonly name = 'TelegramUnreachableError';
  readonly method: string;
  readonly reason: TelegramUnreachableReason;
  readonly mayHaveBeenApplied: boolean;
  /** The system's error code, such as `ECONNRESET`, or what was wrong with the answer. */
  readonly detail: string | null;

  constructor(facts: {
    method: string;
    reason: TelegramUnreachableReason;
    mayHaveBeenApplied: boolean;
    detail?: string | null;
  }) {
    const detail = facts.detail ?? null;
    super(`Telegram gave no usable answer to ${facts.method}: ${facts.reason}${detail === null ? '' : ` (${detail})`}`);
    this.method = facts.method;
    this.reason = facts.reason;
    this.mayHaveBeenApplied = facts.mayHaveBeenApplied;
    this.detail = detail;
  }
}

export type TelegramError = TelegramRefusedError | TelegramUnreachableError;

export function isTelegramError(error: unknown): error is TelegramError {
  return error instanceof TelegramRefusedError || error instanceof TelegramUnreachableError;
}

/** The person blocked the bot, never started it, or is gone: no message will arrive, so nobody should try again. */
export function isUserUnreachable(error: unknown): boolean {
  if (!(error instanceof TelegramRefusedError)) return false;
  return (
    error.status === 403 ||
    (error.status === 400 && /chat not found|user not found|PEER_ID_INVALID/i.test(error.description))
  );
}
