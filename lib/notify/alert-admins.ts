import type { ShopDeps } from '../deps.ts';
import { isUserUnreachable } from '../telegram/errors.ts';
import { languageOfUser } from '../users/remember-user.ts';
import { adminAlert, isAlertCode } from './admin-alert.ts';

// Nobody in particular reads a chat; the shop's owner speaks Russian first.
const CHAT_LANGUAGE = 'ru';

/** Order flags that mean the same to an admin as one of the alerts. */
const CODE_OF_FLAG: Readonly<Record<string, Parameters<typeof adminAlert>[0]['code']>> = {
  orphan: 'orphan_order',
  balance_low: 'supplier_balance_low',
  install_details_missing: 'paid_not_delivered',
  late_and_not_provable: 'needs_human',
  supplier_says_failed: 'needs_human',
  charged_back_under_way: 'needs_human',
};

/** To the admin chat or, without one, to each admin in person; the log has the alert in any case. */
export async function alertAdmins(
  { db, telegram, config, log }: Pick<ShopDeps, 'db' | 'telegram' | 'config' | 'log'>,
  flag: string,
  subjectId: string,
): Promise<void> {
  const code = isAlertCode(flag) ? flag : CODE_OF_FLAG[flag];
  log.error('alert', { code: code ?? flag, subjectId });
  if (code === undefined) return;
  const order = subjectId.startsWith('ord_') ? { orderId: subjectId } : {};
  if (config.admin.chatId !== null) {
    await telegram.sendMessage(config.admin.chatId, adminAlert({ code, language: CHAT_LANGUAGE, ...order }));
    return;
  }
  for (const adminId of config.admin.telegramIds) {
    const language = await languageOfUser(db, adminId);
    try {
      await telegram.sendMessage(adminId, adminAlert({ code, language, ...order }));
    } catch (error) {
      // An admin who never started the bot must not keep the others from hearing it.
      if (!isUserUnreachable(error)) throw error;
      log.warn('admin_unreachable');
    }
  }
}
