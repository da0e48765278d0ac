import type { ShopDeps } from '../deps.ts';
import { qrPng } from '../esims/qr.ts';
import { MailRefusedError } from '../mail/errors.ts';
import { emailPurpose } from '../orders/order-row.ts';
import { readyMail, topUpMail } from './ready-mail.ts';
import { readReady } from './read-ready.ts';

/** The copy by e-mail for who asked for one. The address is opened here alone, and erased once it has served. */
export async function mailReady(
  { mailer, ...deps }: Pick<ShopDeps, 'db' | 'keyring' | 'config' | 'log' | 'mailer'>,
  orderId: string,
): Promise<void> {
  const ready = await readReady(deps, orderId);
  if (mailer !== null && ready !== null && ready.emailSealed !== null) {
    const to = deps.keyring.open(ready.emailSealed, emailPurpose(orderId));
    const { shopName } = deps.config;
    const mail =
      ready.kind === 'esim'
        ? readyMail(ready.esim, await qrPng(ready.esim.lpaString), shopName)
        : topUpMail(ready.topUp, shopName);
    try {
      await mailer.send({ to, ...mail });
    } catch (error) {
      // A mailbox that does not exist stays so; the eSIM is in the app and in the chat.
      if (!(error instanceof MailRefusedError)) throw error;
      deps.log.warn('mail_refused', { orderId, status: error.status });
    }
  }
  await deps.db.query(`UPDATE orders SET email_sealed = NULL WHERE id = $1`, [orderId]);
}
