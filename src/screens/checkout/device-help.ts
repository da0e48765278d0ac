import type { Language } from '../../../lib/contract/session.ts';
import { button } from '../../ui/button.ts';
import { h, type Child } from '../../ui/dom.ts';
import { withStars } from '../../ui/price.ts';

const en = {
  how: 'Dial *#06#. If the list shows an EID, it does.',
  models:
    'Almost every iPhone since XS and XR (2018), Samsung Galaxy since S20, Google Pixel since 4. Not the iPhones made for mainland China.',
  locked: 'The phone must not be locked to one operator.',
  yes: 'Yes, it does',
  stars:
    'Telegram Stars ⭐ are Telegram’s own money. If you do not have enough, Telegram offers to buy them on the next step, by card or in the app store.',
};

const ru: typeof en = {
  how: 'Наберите *#06#. Если в списке есть EID, поддерживает.',
  models:
    'Почти все iPhone начиная с XS и XR (2018), Samsung Galaxy с S20, Google Pixel с 4. Кроме iPhone для материкового Китая.',
  locked: 'Телефон не должен быть привязан к одному оператору.',
  yes: 'Да, поддерживает',
  stars:
    'Telegram Stars ⭐ — внутренние деньги Telegram. Если их не хватит, Telegram предложит купить их на следующем шаге: картой или через магазин приложений.',
};

const messages: Record<Language, typeof en> = { en, ru };

/** How to find out whether a phone takes an eSIM; `confirm` is there until the answer is known. */
export function deviceHelp(language: Language, confirm: (() => void) | null): Child {
  const { how, models, locked, yes } = messages[language];
  return [
    h('p', { class: 'selectable' }, how),
    h('p', null, models),
    h('p', null, locked),
    confirm ? button(yes, confirm) : null,
  ];
}

export function starsHelp(language: Language): Child {
  return h('p', null, withStars(messages[language].stars, language));
}
