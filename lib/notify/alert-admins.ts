import type { ShopDeps } from '../deps.ts';
import { isEsimGoError } from '../esim-go/errors.ts';
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
  deps: Pick<ShopDeps, 'db' | 'telegram' | 'config' | 'log' | 'supplier'>,
  flag: string,
  subjectId: string,
): Promise<void> {
  const { db, telegram, config, log } = deps;
  const code = isAlertCode(flag) ? flag : CODE_OF_FLAG[flag];
  log.error('alert', { code: code ?? flag, subjectId });
  if (code === undefined) return;
  const detail = code === 'supplier_balance_low' ? await balanceNow(deps) : null;
  const facts = {
    ...(subjectId.startsWith('ord_') && { orderId: subjectId }),
    ...(detail !== null && { detail }),
  };
  if (config.admin.chatId !== null) {
    await telegram.sendMessage(config.admin.chatId, adminAlert({ code, language: CHAT_LANGUAGE, ...facts }));
    return;
  }
  for (const adminId of config.admin.telegramIds) {
    const language = await languageOfUser(db, adminId);
    try {
      await telegram.sendMessage(adminId, adminAlert({ code, language, ...facts }));
    } catch (error) {
      // An admin who never started the bot must not keep the others from hearing it.
      if (!isUserUnreachable(error)) throw error;
      log.warn('admin_unreachable');
    }
  }
}

/** Whoever had the alert raised may be wrong, so it says what the account itself says; nothing while that is out. */
async function balanceNow({ supplier, log }: Pick<ShopDeps, 'supplier' | 'log'>): Promise<string | null> {
  try {
    const { balanceMilli, currency } = await supplier.getOrganisation();
    return `${(balanceMilli / 1_000).toFixed(2)} ${currency}`;
  } catch (error) {
    if (!isEsimGoError(error)) throw error;
    log.warn('balance_not_read', { error });
    return null;
  }
}
