import type { Language } from '../../../lib/contract/session.ts';

const en = {
  title: 'Help',
  search: 'What is your question?',
  clear: 'Clear',
  nothing: { title: 'Nothing found', text: 'Try another word, or write to us.', action: 'Write to us' },
  nearest: 'Did you mean',
  mostAsked: 'Often asked',
  /** What else people call the parts of this page. */
  words: { language: 'russian english change', data: 'erase remove account' },
  contact: {
    title: 'Write to us',
    bot: 'In the chat with the bot',
    note: 'Name the country and the day of the purchase. Never send the QR code to anyone.',
  },
  contactTitle: 'Contact',
  language: 'Language',
  data: { title: 'Your data', erase: 'Delete my data' },
};

const ru: typeof en = {
  title: 'Помощь',
  search: 'О чём вопрос?',
  clear: 'Очистить',
  nothing: {
    title: 'Ничего не нашлось',
    text: 'Попробуйте другое слово или напишите нам.',
    action: 'Написать нам',
  },
  nearest: 'Возможно, вы об этом',
  mostAsked: 'Часто спрашивают',
  words: {
    language: 'английский русский сменить language english',
    data: 'стереть аккаунт профиль delete',
  },
  contact: {
    title: 'Написать нам',
    bot: 'В чате с ботом',
    note: 'Назовите страну и день покупки. QR-код никому не отправляйте.',
  },
  contactTitle: 'Связь с нами',
  language: 'Язык',
  data: { title: 'Ваши данные', erase: 'Удалить мои данные' },
};

export const helpMessages: Record<Language, typeof en> = { en, ru };
