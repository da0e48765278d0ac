import './sheets.css';
import { signal } from '@preact/signals-core';
import type { Esim } from '../../../lib/contract/esim.ts';
import type { Language } from '../../../lib/contract/session.ts';
import { esimName } from '../../esim-words.ts';
import { placeName } from '../../plan-words.ts';
import type { ScreenContext } from '../../screen.ts';
import { problemMessages } from '../../problems.ts';
import { sendToChatRow } from '../../send-to-chat.ts';
import { card } from '../../ui/card.ts';
import { copyField } from '../../ui/copy-field.ts';
import { button } from '../../ui/button.ts';
import { h } from '../../ui/dom.ts';
import { list } from '../../ui/list-row.ts';
import { showSheet } from '../../ui/sheet.ts';
import { qrCard } from '../ready/install-details.ts';
import type { CurrentEsim } from './controller.ts';
import { sheetMessages } from './sheet-messages.ts';

const MAX_NAME = 40;

/** Works without a network: the code is kept with the eSIM. */
export function showQr(esim: Esim, context: ScreenContext): void {
  const { language } = context;
  const messages = sheetMessages[language];
  void showSheet(esimName(esim, language), messages.close, () => [
    qrCard(esim.install.qr_code, language),
    card(copyField(messages.code, esim.install.activation_code, language)),
    list(sendToChatRow(esim.id, context)),
  ]);
}

/** An empty name gives it back its country's. */
export function showRename(esim: Esim, controller: CurrentEsim, language: Language): void {
  const messages = sheetMessages[language];
  void showSheet(messages.rename, messages.close, (close) => {
    const problem = signal('');
    const input = h('input', {
      class: 'rename__input',
      type: 'text',
      maxlength: MAX_NAME,
      value: esim.name ?? '',
      placeholder: placeName(esim, language),
      'aria-label': messages.name,
      autocomplete: 'off',
      enterkeyhint: 'done',
    });
    const save = async () => {
      if (await controller.rename(input.value)) return close();
      const code = controller.problem.value;
      if (code !== null) problem.value = problemMessages[language][code].text;
    };
    return h(
      'form',
      {
        class: 'rename',
        on: {
          submit: (event) => {
            event.preventDefault();
            void save();
          },
        },
      },
      card(input),
      h('p', { class: 'caption rename__note', role: 'status' }, () => problem.value || messages.placeholder),
      button(messages.save, () => void save()),
    );
  });
}
