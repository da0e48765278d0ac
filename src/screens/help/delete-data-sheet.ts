import './delete-data-sheet.css';
import { signal } from '@preact/signals-core';
import type { Language } from '../../../lib/contract/session.ts';
import { codeOf, type ESIMGoClient } from '../../esimgo-client.ts';
import { problemMessages } from '../../problems.ts';
import { close as closeApp, haptic } from '../../telegram.ts';
import { button } from '../../ui/button.ts';
import { callout } from '../../ui/callout.ts';
import { h, swap } from '../../ui/dom.ts';
import { showSheet } from '../../ui/sheet.ts';

const en = {
  title: 'Delete my data',
  close: 'Close',
  goes: 'What goes: your language, e-mail address, purchase history, and your eSIMs in the shop with their names, QR codes, activation codes and usage. Also what this device has kept of them.',
  works:
    'An installed eSIM goes on working in the phone, but the shop can no longer show it, add data to it or help with it.',
  warning:
    'An eSIM that is not installed yet can then only be installed from a message that is still in the chat with the bot.',
  stays:
    'What the books must keep: your Telegram id, what was bought and when, the amounts and the numbers of payments and eSIMs.',
  confirm: 'Delete for good',
  done: 'Your data is deleted. If you open the shop again, it starts anew.',
  deferred:
    'A payment or a paid order is still under way. As soon as it is settled, everything is deleted by itself, and the bot writes to you. An eSIM that arrives meanwhile stays for at least a day, so that you can install it.',
  leave: 'Close the shop',
};

const ru: typeof en = {
  title: 'Удалить мои данные',
  close: 'Закрыть',
  goes: 'Исчезнут: язык, адрес почты, история покупок и ваши eSIM в магазине — с названиями, QR-кодами, кодами активации и расходом. А также то, что сохранено на этом устройстве.',
  works:
    'Установленный eSIM продолжит работать в телефоне, но магазин больше не сможет его показать, пополнить или помочь с ним.',
  warning:
    'eSIM, который ещё не установлен, потом можно будет установить только из сообщения, оставшегося в чате с ботом.',
  stays: 'Для учёта останутся: ваш id в Telegram, что и когда куплено, суммы и номера платежей и eSIM.',
  confirm: 'Удалить навсегда',
  done: 'Ваши данные удалены. Если откроете магазин снова, он начнёт с чистого листа.',
  deferred:
    'Оплата или оплаченный заказ ещё в пути. Как только всё завершится, данные удалятся сами, и бот вам напишет. eSIM, который придёт за это время, останется хотя бы на сутки, чтобы вы успели его установить.',
  leave: 'Закрыть магазин',
};

const MESSAGES: Record<Language, typeof en> = { en, ru };

type Step = 'asking' | 'busy' | 'done' | 'deferred';

/** Says what is lost before it is; nothing is deleted but by the button in it. */
export function showDeleteData(client: Pick<ESIMGoClient, 'deleteData'>, language: Language): void {
  const messages = MESSAGES[language];
  const step = signal<Step>('asking');
  const problem = signal('');
  const confirm = async () => {
    if (step.value !== 'asking') return;
    step.value = 'busy';
    problem.value = '';
    try {
      step.value = (await client.deleteData()).erasure;
      haptic.success();
    } catch (error) {
      problem.value = problemMessages[language][codeOf(error)].text;
      step.value = 'asking';
      haptic.error();
    }
  };
  void showSheet(messages.title, messages.close, () =>
    h(
      'div',
      { class: 'delete-data', 'aria-live': 'polite', 'aria-busy': () => step.value === 'busy' },
      swap(
        () => step.value === 'done' || step.value === 'deferred',
        (isOver) =>
          isOver
            ? h(
                'div',
                { class: 'delete-data' },
                callout('good', 'check', messages[step.value === 'deferred' ? 'deferred' : 'done']),
                button(messages.leave, closeApp),
              )
            : h(
                'div',
                { class: 'delete-data' },
                h('p', null, messages.goes),
                h('p', null, messages.works),
                callout('warning', 'warning', messages.warning),
                h('p', { class: 'caption' }, messages.stays),
                h('p', { class: 'delete-data__problem', role: 'status' }, () => problem.value),
                h(
                  'button',
                  {
                    class: 'button button--tinted delete-data__confirm',
                    type: 'button',
                    disabled: () => step.value === 'busy',
                    on: { click: () => void confirm() },
                  },
                  messages.confirm,
                ),
              ),
      ),
    ),
  );
}
