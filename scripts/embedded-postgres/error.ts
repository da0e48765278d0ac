/** The message is one sentence that says what is wrong and what to do; a command prints it without a stack. */
export class EmbeddedPostgresError extends Error {
  override name = 'EmbeddedPostgresError';
}
