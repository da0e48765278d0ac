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
    const sending = signal<typeof import('../../send-to-chat.ts') | null>(null);
    import('../../send-to-chat.ts').then(
      (module) => (sending.value = module),
      // Without a network nothing could be sent.
      () => {},
    );
    return [
      qrCard(esim.install.qr_code, language, isInPhone(esim.state)),
      card(copyField(messages.code, esim.install.activation_code, language)),
      swap(
        () => sending.value,
        (module) => module && list(module.sendToChatRow(esim.id, context)),
      ),
    ];
  });
}
