import { isLoopback } from '../config/settings.ts';
import { MailRefusedError, MailUnreachableError } from './errors.ts';
import type { Mailer } from './mailer.ts';

// Well within a job's lease and a function's life.
const CONNECT_MAX_MS = 8_000;
const SILENCE_MAX_MS = 15_000;

export interface SmtpSettings {
  /** `smtps://user:password@host:465`, or `smtp://` with STARTTLS; `?from=` names the sender. */
  url: string;
  shopName: string;
  appUrl: string;
}

/** One connection a message: deliveries are rare, and a function sleeps between them. */
export function createSmtpMailer({ url, shopName, appUrl }: SmtpSettings): Mailer {
  const server = new URL(url);
  const user = decodeURIComponent(server.username);
  const from = {
    name: shopName,
    address: server.searchParams.get('from') ?? (user.includes('@') ? user : `no-reply@${new URL(appUrl).hostname}`),
  };
  return {
    async send({ to, subject, text, html, pictures }) {
      const transport = await openTransport(server);
      try {
        await transport.sendMail({
          from,
          to: { name: '', address: to },
          subject,
          text,
          html,
          attachments: pictures.map(({ id, filename, png }) => ({
            cid: id,
            filename,
            content: Buffer.from(png),
            contentType: 'image/png',
            contentDisposition: 'inline' as const,
          })),
        });
      } catch (error) {
        throw withoutAddress(error);
      } finally {
        transport.close();
      }
    },
  };
}

/** Connects and logs in, and sends nothing. Throws `MailUnreachableError`. */
export async function checkSmtp(url: string): Promise<void> {
  const transport = await openTransport(new URL(url));
  try {
    await transport.verify();
  } catch (error) {
    throw withoutAddress(error);
  } finally {
    transport.close();
  }
}

async function openTransport(server: URL) {
  const { createTransport } = await import('nodemailer');
  const user = decodeURIComponent(server.username);
  const isSecure = server.protocol === 'smtps:';
  return createTransport({
    host: server.hostname,
    port: Number(server.port) || (isSecure ? 465 : 587),
    secure: isSecure,
    // The codes must not cross a network that anybody reads; on this machine there is none.
    requireTLS: !isSecure && !isLoopback(server.hostname),
    ...(user === '' ? {} : { auth: { user, pass: decodeURIComponent(server.password) } }),
    connectionTimeout: CONNECT_MAX_MS,
    greetingTimeout: CONNECT_MAX_MS,
    socketTimeout: SILENCE_MAX_MS,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
}

function withoutAddress(error: unknown): Error {
  const { code, responseCode, command } = Object(error) as {
    code?: unknown;
    responseCode?: unknown;
    command?: unknown;
  };
  const status = typeof responseCode === 'number' ? responseCode : null;
  // A wrong password or sender answers 5xx as well, but is the shop's to put right: only these two speak of the message.
  const isOfMessage = command === 'RCPT TO' || command === 'DATA';
  if (isOfMessage && status !== null && status >= 500) return new MailRefusedError(status);
  return new MailUnreachableError(`${String(command)} ${String(code)} ${status ?? ''}`.trim());
}
