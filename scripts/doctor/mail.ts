import type { App } from '../../lib/app.ts';
import { MailUnreachableError } from '../../lib/mail/errors.ts';
import { checkSmtp } from '../../lib/mail/smtp.ts';
import { ok, skipped, warn, wrong, type Finding } from './finding.ts';

export async function mailFindings({ secrets }: App): Promise<readonly Finding[]> {
  const name = 'mail';
  const url = secrets.get('smtpUrl');
  if (url === null) return [skipped(name, 'not set: no copies by e-mail')];
  try {
    await checkSmtp(url);
    return [ok(name, 'the server takes the login; nothing was sent')];
  } catch (error) {
    if (!(error instanceof MailUnreachableError)) throw error;
    return [
      error.reason.includes('EAUTH')
        ? wrong(
            name,
            `the login is refused: ${error.reason}`,
            'Copy user and password of SMTP_URL again, special characters as %XX; many providers want a password for apps.',
          )
        : // Where mail leaves from matters: many networks let no machine but a few talk to mail servers.
          warn(
            name,
            `no answer: ${error.reason}`,
            'Check host and port of SMTP_URL (smtps:// is 465, smtp:// 587), and whether this network lets mail out.',
          ),
    ];
  }
}
