export interface MailMessage {
  to: string;
  subject: string;
  text: string;
  html: string;
  /** Shown inside the HTML as `cid:<id>`. */
  pictures: readonly { id: string; filename: string; png: Uint8Array }[];
}

export interface Mailer {
  /** Resolves once the server has taken the message; throws what lib/mail/errors.ts names. */
  send(message: MailMessage): Promise<void>;
}
