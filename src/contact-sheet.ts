import type { Language } from '../lib/contract/session.ts';
import { language } from './language.ts';
import { close as closeShop } from './telegram.ts';
import { button } from './ui/button.ts';
import { h } from './ui/dom.ts';
import { showSheet } from './ui/sheet.ts';

const en = {
  title: 'Write to us',
  close: 'Close',
  text: 'We read what you write to the bot that you opened the shop from. Close the shop and write to it there. Any Wi-Fi will do.',
  action: 'Close the shop',
};

const ru: typeof en = {
  title: 'Написать нам',
  close: 'Закрыть',
  text: 'Мы читаем то, что пишут боту, из которого вы открыли магазин. Закройте магазин и напишите ему. Хватит любого Wi-Fi.',
  action: 'Закрыть магазин',
};

const MESSAGES: Record<Language, typeof en> = { en, ru };

/** For who has never had an answer from the server on this device, so that the bot's name is not known. */
export function showContact(): void {
  const { title, close, text, action } = MESSAGES[language.value];
  void showSheet(title, close, () => [h('p', null, text), button(action, closeShop)]);
}
