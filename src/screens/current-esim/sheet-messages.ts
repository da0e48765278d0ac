import type { Language } from '../../../lib/contract/session.ts';

const en = {
  rename: 'Rename',
  close: 'Close',
  name: 'Name',
  placeholder: 'For example, Mum’s phone',
  save: 'Save',
  code: 'Everything in one line',
};

const ru: typeof en = {
  rename: 'Переименовать',
  close: 'Закрыть',
  name: 'Название',
  placeholder: 'Например, мамин телефон',
  save: 'Сохранить',
  code: 'Всё одной строкой',
};

export const sheetMessages: Record<Language, typeof en> = { en, ru };
