/** What is wrong, as a sentence, and what to do about it. */
export interface Problem {
  sentence: string;
  cure: string;
}

/** Ends the command: what follows cannot be looked at without it. */
export class VerifyError extends Error {
  override name = 'VerifyError';
}
