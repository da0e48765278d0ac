/**
 * Why a message was not taken. Neither names the address: what mail servers and libraries write quotes it, and these
 * errors are logged.
 */
export class MailRefusedError extends Error {
  override name = 'MailRefusedError';
  readonly status: number;

  constructor(status: number) {
    super(`the mail server refused the recipient or the message: ${status}`);
    this.status = status;
  }
}

export class MailUnreachableError extends Error {
  override name = 'MailUnreachableError';

  readonly reason: string;

  constructor(reason: string) {
    super(`the mail server did not take the message: ${reason}`);
    this.reason = reason;
  }
}
