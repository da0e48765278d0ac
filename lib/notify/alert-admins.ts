import type { ShopDeps } from '../deps.ts';
import { adminAlert, isAlertCode } from './admin-alert.ts';

/** Order flags that mean the same to an admin as one of the alerts. */
const CODE_OF_FLAG: Readonly<Record<string, Parameters<typeof adminAlert>[0]['code']>> = {
  orphan: 'orphan_order',
  balance_low: 'supplier_balance_low',
  install_details_missing: 'paid_not_delivered',
  late_and_not_provable: 'needs_human',
  supplier_says_failed: 'needs_human',
  charged_back_under_way: 'needs_human',
};

/** One message to the admin chat, if there is one; the log has the alert in any case. */
export async function alertAdmins(
  { telegram, config, log }: Pick<ShopDeps, 'telegram' | 'config' | 'log'>,
  flag: string,
  subjectId: string,
): Promise<void> {
  const code = isAlertCode(flag) ? flag : CODE_OF_FLAG[flag];
  log.error('alert', { code: code ?? flag, subjectId });
  if (config.admin.chatId === null || code === undefined) return;
  await telegram.sendMessage(
    config.admin.chatId,
    adminAlert({ code, language: 'ru', ...(subjectId.startsWith('ord_') ? { orderId: subjectId } : {}) }),
  );
}
