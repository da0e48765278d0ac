import './rename-sheet.css';
import { signal } from '@preact/signals-core';
import type { Esim } from '../../../lib/contract/esim.ts';
import type { Language } from '../../../lib/contract/session.ts';
import { placeName } from '../../plan-words.ts';
import { problemMessages } from '../../problems.ts';
import { button } from '../../ui/button.ts';
import { card } from '../../ui/card.ts';
import { h } from '../../ui/dom.ts';
import { showSheet } from '../../ui/sheet.ts';
import type { CurrentEsim } from './controller.ts';

const MAX_NAME = 40;

const en = {
  rename: 'Rename',
  close: 'Close',
  name: 'Name',
  placeholder: 'For example, Mum’s phone',
  save: 'Save',
};

const ru: typeof en = {
  rename: 'Переименовать',
  close: 'Закрыть',
  name: 'Название',
  placeholder: 'Например, мамин телефон',
  save: 'Сохранить',
};

const MESSAGES: Record<Language, typeof en> = { en, ru };

/** An empty name gives it back its country's. */
export function showRename(esim: Esim, controller: CurrentEsim, language: Language): void {
  const messages = MESSAGES[language];
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
