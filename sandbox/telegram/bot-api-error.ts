/** A refusal of the Bot API, in Telegram's own wording: clients match on these sentences. */
export class BotApiError extends Error {
  override name = 'BotApiError';
  readonly code: number;
  readonly retryAfterS: number | null;

  constructor(code: number, description: string, retryAfterS: number | null = null) {
    super(description);
    this.code = code;
    this.retryAfterS = retryAfterS;
  }
}

export function badRequest(reason: string): BotApiError {
  return new BotApiError(400, `Bad Request: ${reason}`);
}
