import { computed, signal, type ReadonlySignal } from '@preact/signals-core';
import type { Language } from '../lib/contract/session.ts';
import { codeOf, type ClientErrorCode } from './esimgo-client.ts';
import { problemMessages } from './problems.ts';
import type { ScreenContext } from './screen.ts';
import { canBotWrite, canDo, haptic, isWritingRefused, openTelegramLink, requestWriteAccess } from './telegram.ts';
import { button } from './ui/button.ts';
import { callout } from './ui/callout.ts';
import { h } from './ui/dom.ts';
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

interface Words {
  title: string;
  subtitle: string;
  /** Both in one, for a callout with a button below. */
  note: string;
  action: string;
}

export interface ChatCopy {
  words: ReadonlySignal<Words>;
  /** True from the start where the bot could not write, until it was allowed elsewhere. */
  isMissing: ReadonlySignal<boolean>;
  /** Sends, or does what the words say instead. */
  press(): void;
}

/** The eSIM as a message of the bot: has it sent once more, and says what to do if the bot may not. */
export function createChatCopy(
  esimId: string,
  { client, language, session }: Pick<ScreenContext, 'client' | 'language' | 'session'>,
): ChatCopy {
  const words = messages[language];
  const state = signal<State>({ kind: 'idle' });
  const wasMissing = !canBotWrite.peek();
  const openChat = (start: string) => {
    const bot = session.value?.bot_username;
    if (bot !== undefined) openTelegramLink(`https://t.me/${bot}${start}`);
  };

  async function sendNow(): Promise<void> {
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

  const send = (subtitle: string, note = `${subtitle}.`): Words => ({
    title: words.send,
    subtitle,
    note,
    action: words.send,
  });
  const open = (title: string): Words => ({ title, subtitle: words.open, note: `${title}.`, action: words.open });
  const shown = computed((): State => {
    const isStuck = state.value.kind === 'idle' && !canBotWrite.value && isWritingRefused.value;
    return isStuck ? { kind: 'unreachable' } : state.value;
  });
  const text = computed((): Words => {
    const current = shown.value;
    switch (current.kind) {
      case 'idle':
        return send(canBotWrite.value ? words.what : words.notAllowed);
      case 'sending':
        return send(words.sending, words.sending);
      case 'sent':
        return open(words.sent);
      case 'unreachable': {
        const { unreachable: title, start: subtitle, open: action } = words;
        return { title, subtitle, note: `${title}. ${subtitle}.`, action };
      }
      case 'too_often':
        return open(words.tooOften);
      case 'failed':
        return send(problemMessages[language][current.code].title);
    }
  });
  return {
    words: text,
    isMissing: computed(() => wasMissing && !(state.value.kind === 'idle' && canBotWrite.value)),
    press() {
      switch (shown.value.kind) {
        case 'sending':
          return;
        case 'sent':
        case 'too_often':
          return openChat('');
        case 'unreachable':
          state.value = { kind: 'idle' };
          isWritingRefused.value = false;
          return openChat('?start=esim');
        case 'idle':
        case 'failed':
          void sendNow();
      }
    },
  };
}

export function sendToChatRow(...args: Parameters<typeof createChatCopy>): HTMLElement {
  return chatCopyRow(createChatCopy(...args));
}

export function chatCopyRow({ words, press }: ChatCopy): HTMLElement {
  return listRow({
    leading: icon('send'),
    title: () => words.value.title,
    subtitle: () => words.value.subtitle,
    onPress: press,
    props: { 'aria-live': 'polite' },
  });
}

/** The same where the chat has no copy, which should not be missed. */
export function chatCopyCallout({ words, press }: ChatCopy): HTMLElement {
  const note = h('span', { role: 'status' }, () => words.value.note);
  return callout('quiet', 'send', [note, h('br'), button(() => words.value.action, press, 'plain')]);
}
