/** What an error may carry about a call: never the key, a full ICCID, an activation code or a response body. */
interface CallFacts {
  readonly method: string;
  /** Without the query, and with every ICCID cut to its last four digits. */
  readonly path: string;
  /** The vendor's clock when it answered, from its `Date` header. */
  readonly vendorTime: Date | null;
}

/** They answered no: repeating the same request will not help (429 excepted, see `retryAfterMs`). */
export class EsimGoRefusedError extends Error {
  override readonly name = 'EsimGoRefusedError';
  readonly method: string;
  readonly path: string;
  readonly vendorTime: Date | null;
  readonly status: number;
  /** For logs only; the texts are not a contract. */
  readonly vendorMessage: string;
  readonly retryAfterMs: number | null;

  constructor(facts: CallFacts & { status: number; vendorMessage: string; retryAfterMs: number | null }) {
    super(`eSIM Go refused ${facts.method} ${facts.path} with ${facts.status}`);
    this.method = facts.method;
    this.path = facts.path;
    this.vendorTime = facts.vendorTime;
    this.status = facts.status;
    this.vendorMessage = facts.vendorMessage;
    this.retryAfterMs = facts.retryAfterMs;
  }
}

/**
 * `not_sent`: the connection never stood, so nothing reached eSIM Go. `timed_out` and `cut_off`: the request may have
 * arrived, its answer did not. `server_error`: they answered with 5xx, which says nothing about what was done.
 */
export type UnreachableReason = 'not_sent' | 'timed_out' | 'cut_off' | 'server_error';

export class EsimGoUnreachableError extends Error {
  override readonly name = 'EsimGoUnreachableError';
  readonly method: string;
  readonly path: string;
  readonly vendorTime: Date | null;
  readonly reason: UnreachableReason;
  /** False only when the request has no effect or is known not to have been sent. */
  readonly mayHaveBeenApplied: boolean;
  readonly status: number | null;
  readonly retryAfterMs: number | null;
  /** The system's or undici's error code, such as `ECONNRESET`. */
  readonly causeCode: string | null;

  constructor(
    facts: CallFacts & {
      reason: UnreachableReason;
      mayHaveBeenApplied: boolean;
      status?: number;
      retryAfterMs?: number | null;
      causeCode?: string | null;
    },
  ) {
    const detail = facts.status ?? facts.causeCode ?? null;
    super(
      `eSIM Go gave no usable answer to ${facts.method} ${facts.path}: ${facts.reason}${detail ? ` (${detail})` : ''}`,
    );
    this.method = facts.method;
    this.path = facts.path;
    this.vendorTime = facts.vendorTime;
    this.reason = facts.reason;
    this.mayHaveBeenApplied = facts.mayHaveBeenApplied;
    this.status = facts.status ?? null;
    this.retryAfterMs = facts.retryAfterMs ?? null;
    this.causeCode = facts.causeCode ?? null;
  }
}

/** They answered, but not in the promised form. */
export class EsimGoShapeError extends Error {
  override readonly name = 'EsimGoShapeError';
  readonly method: string;
  readonly path: string;
  readonly vendorTime: Date | null;
  /** Where and how the answer differs, without its values. */
  readonly issues: readonly string[];
  readonly mayHaveBeenApplied: boolean;

  constructor(facts: CallFacts & { issues: readonly string[]; mayHaveBeenApplied: boolean }) {
    super(`eSIM Go answered ${facts.method} ${facts.path} in an unknown form: ${facts.issues.slice(0, 3).join('; ')}`);
    this.method = facts.method;
    this.path = facts.path;
    this.vendorTime = facts.vendorTime;
    this.issues = facts.issues;
    this.mayHaveBeenApplied = facts.mayHaveBeenApplied;
  }
}

export type EsimGoError = EsimGoRefusedError | EsimGoUnreachableError | EsimGoShapeError;

export function isEsimGoError(error: unknown): error is EsimGoError {
  return (
    error instanceof EsimGoRefusedError || error instanceof EsimGoUnreachableError || error instanceof EsimGoShapeError
  );
}
