import { signal } from '@preact/signals-core';
import type { Esim } from '../../../lib/contract/esim.ts';
import type { Language } from '../../../lib/contract/session.ts';
import { esimName, isInPhone } from '../../esim-words.ts';
import type { ScreenContext } from '../../screen.ts';
import { card } from '../../ui/card.ts';
import { copyField } from '../../ui/copy-field.ts';
import { swap } from '../../ui/dom.ts';
import { list } from '../../ui/list-row.ts';
import { showSheet } from '../../ui/sheet.ts';
import { qrCard } from '../ready/qr-card.ts';

const MESSAGES: Record<Language, { close: string; code: string }> = {
  en: { close: 'Close', code: 'Everything in one line' },
  ru: { close: 'Закрыть', code: 'Всё одной строкой' },
};

/** Works without a network: the code is kept with the eSIM. */
export function showQr(esim: Esim, context: ScreenContext): void {
  const { language } = context;
  const messages = MESSAGES[language];
  void showSheet(esimName(esim, language), messages.close, () => {
    const ways = signal<[typeof import('../../share.ts'), typeof import('../../send-to-chat.ts')] | null>(null);
    Promise.all([import('../../share.ts'), import('../../send-to-chat.ts')]).then(
      (modules) => (ways.value = modules),
      // Without a network nothing could be sent.
      () => {},
    );
    return [
      qrCard(esim.install.qr_code, language, isInPhone(esim.state)),
      card(copyField(messages.code, esim.install.activation_code, language)),
      swap(
        () => ways.value,
        (modules) => {
          if (!modules) return null;
          const [{ shareRows }, { sendToChatRow }] = modules;
          const { qr_code: qrCode, activation_code: activationCode } = esim.install;
          const isOfUse = !isInPhone(esim.state);
          return list(isOfUse && shareRows({ qrCode, activationCode }, language), sendToChatRow(esim.id, context));
        },
      ),
    ];
  });
}
