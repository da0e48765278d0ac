import { computed, signal } from '@preact/signals-core';
import type { Language } from '../lib/contract/session.ts';
import { codeOf, type ClientErrorCode } from './esimgo-client.ts';
import { problemMessages } from './problems.ts';
import type { ScreenContext } from './screen.ts';
import { canBotWrite, canDo, haptic, openTelegramLink, requestWriteAccess } from './telegram.ts';
import { icon } from './ui/icon.ts';
import { listRow } from './ui/list-row.ts';

type State =
  | { kind: 'idle' | 'sending' | 'sent' | 'unreachable' | 'too_often' }
  | { kind: 'failed'; code: ClientErrorCode };

const en = {
  send: 'Send to the chat',
  what: 'The QR code and the codes, as a message of the bot',
  notAllowed: 'Nothing is in the chat: the bot may not write to you',
  sending: 'Sending…',
  sent: 'Sent to the chat',
  open: 'Open the chat',
  unreachable: 'The bot may not write to you',
  start: 'Open the chat, press “Start”, then send it again',
  tooOften: 'It was sent a moment ago',
};

const ru: typeof en = {
  send: 'Отправить в чат',
  what: 'QR-код и коды сообщением от бота',
  notAllowed: 'В чате ничего нет: бот не может вам писать',
  sending: 'Отправляем…',
  sent: 'Отправлено в чат',
  open: 'Открыть чат',
  unreachable: 'Бот не может вам писать',
  start: 'Откройте чат, нажмите «Старт» и отправьте ещё раз',
  tooOften: 'Только что отправили',
};

const messages: Record<Language, typeof en> = { en, ru };

/** A row that has the bot send the eSIM once more, and says what to do if the bot may not. */
export function sendToChatRow(
  esimId: string,
  { client, language, session }: Pick<ScreenContext, 'client' | 'language' | 'session'>,
): HTMLElement {
  const words = messages[language];
  const state = signal<State>({ kind: 'idle' });
  const openChat = (start: string) => {
    const bot = session.value?.bot_username;
    if (bot !== undefined) openTelegramLink(`https://t.me/${bot}${start}`);
  };

  async function send(): Promise<void> {
    state.value = { kind: 'sending' };
    try {
      if (!canBotWrite.value && canDo('web_app_request_write_access')) await requestWriteAccess();
      state.value = { kind: await client.sendToChat(esimId) };
    } catch (error) {
      const code = codeOf(error);
      state.value = code === 'rate_limited' ? { kind: 'too_often' } : { kind: 'failed', code };
    }
    if (state.value.kind === 'sent') haptic.success();
    else haptic.error();
  }

  function press(): void {
    switch (state.value.kind) {
      case 'sending':
        return;
      case 'sent':
      case 'too_often':
        return openChat('');
      case 'unreachable':
        state.value = { kind: 'idle' };
        return openChat('?start=esim');
      case 'idle':
      case 'failed':
        void send();
    }
  }

  const text = computed((): { title: string; subtitle: string } => {
    const current = state.value;
    switch (current.kind) {
      case 'idle':
        return { title: words.send, subtitle: canBotWrite.value ? words.what : words.notAllowed };
      case 'sending':
        return { title: words.send, subtitle: words.sending };
      case 'sent':
        return { title: words.sent, subtitle: words.open };
      case 'unreachable':
        return { title: words.unreachable, subtitle: words.start };
      case 'too_often':
        return { title: words.tooOften, subtitle: words.open };
      case 'failed':
        return { title: words.send, subtitle: problemMessages[language][current.code].title };
    }
  });
  return listRow({
    leading: icon('send'),
    title: () => text.value.title,
    subtitle: () => text.value.subtitle,
    onPress: press,
    props: { 'aria-live': 'polite' },
  });
}
