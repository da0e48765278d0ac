import { describe, expect, it } from 'vitest';
import { answerMessage } from '../../../lib/notify/answer-message.ts';
import { questionTime, replyTo, type ReplyContext } from '../../../lib/notify/reply-to.ts';
import { TelegramRefusedError } from '../../../lib/telegram/errors.ts';

const CONTEXT: ReplyContext = {
  language: 'en',
  appUrl: 'https://shop.test',
  shopName: 'Roam & Co <eSIM>',
  supportContact: '@roam_help',
  deliveryDeadlineS: 900,
  now: new Date('2026-07-01T12:00:00Z'),
};
const textOf = (text: string, context: Partial<ReplyContext> = {}) =>
  replyTo({ text, isPrivate: true }, { ...CONTEXT, ...context })?.html.replaceAll('\u00a0', ' ');
const OPEN_SHOP = { text: 'Open the shop', web_app: { url: 'https://shop.test' } };

describe('replyTo', () => {
  it('greets with a button that opens the Mini App', () => {
    const reply = replyTo({ text: '/start', isPrivate: true }, CONTEXT);
    expect(reply?.html).toContain('<b>Roam &amp; Co &lt;eSIM&gt;</b>');
    expect(reply?.buttons).toEqual([[OPEN_SHOP]]);
  });

  it('answers in the language of the user', () => {
    expect(textOf('/start', { language: 'ru' })).toContain('Мобильный интернет');
    expect(textOf('/start', { language: 'en' })).toContain('Mobile internet');
  });

  it.each(['/start promo', '/start <b>x</b>', '/START', '/start@roam_bot', '/start@roam_bot x', '/start\nx'])(
    'takes nothing from what follows the command in %j',
    (text) => {
      expect(textOf(text)).toBe(textOf('/start'));
    },
  );

  it.each([
    ['/help', 'How it works'],
    ['/support', 'Write to us: @roam_help'],
    ['/paysupport', 'does not arrive within 15 minutes, all the Stars come back'],
    ['/paysupport', 'Write to us: @roam_help'],
    ['/terms', 'not delivered within 15 minutes'],
    ['/terms', 'Roam &amp; Co &lt;eSIM&gt; sells'],
    ['/privacy', 'What we keep about you'],
  ])('answers %s with "%s"', (command, expected) => {
    expect(textOf(command)).toContain(expected);
  });

  it('says the deadline that is set', () => {
    expect(textOf('/terms', { deliveryDeadlineS: 60, language: 'ru' })).toContain('не придёт за 1 минуту');
    expect(textOf('/terms', { deliveryDeadlineS: 1290, language: 'ru' })).toContain('не придёт за 22 минуты');
  });

  it('says in every language that an e-mail address is stored encrypted and erased after its letter', () => {
    expect(textOf('/privacy')).toMatch(/encrypted.+e-mail address.+erased once the letter is sent/);
    expect(textOf('/privacy', { language: 'ru' })).toMatch(/зашифрованными.+Адрес почты.+стирается, когда письмо/);
  });

  it('asks before it deletes, with a button that knows when it asked', () => {
    const reply = replyTo({ text: '/deletedata', isPrivate: true }, CONTEXT);
    expect(reply?.html).toContain('Delete your data?');
    const data = `delete_data:${CONTEXT.now.getTime() / 1_000}`;
    expect(reply?.buttons).toEqual([[{ text: 'Delete my data', callback_data: data }]]);
    expect(questionTime(data)).toEqual(CONTEXT.now);
  });

  it.each([
    ['delete_data', new Date(0)],
    ['delete_data:1790000000', new Date(1_790_000_000_000)],
    ['delete_data:', null],
    ['delete_data:-1', null],
    ['delete_data:1:2', null],
    ['delete_data:1e9', null],
    ['delete_data:999999999999', null],
    ['xdelete_data:1', null],
    ['', null],
    [null, null],
  ])('takes %j for a button of the time %s', (data, time) => {
    expect(questionTime(data)).toEqual(time);
  });

  it('sends people to the app when no contact is set', () => {
    expect(textOf('/support', { supportContact: null })).toContain('Open the app, section “Help”');
  });

  it.each(['hello', '/unknown', '/starting', '/ start', 'see /start', '', '/'])(
    'hints at the button for %j',
    (text) => {
      expect(replyTo({ text, isPrivate: true }, CONTEXT)).toMatchObject({ buttons: [[OPEN_SHOP]] });
      expect(textOf(text)).toContain('I understand buttons and commands only');
    },
  );

  it('stays silent in groups and about messages without text', () => {
    expect(replyTo({ text: '/start', isPrivate: false }, CONTEXT)).toBeNull();
    expect(replyTo({ text: null, isPrivate: true }, CONTEXT)).toBeNull();
  });
});

describe('answerMessage', () => {
  const message = { text: '/start', isPrivate: true, chatId: 5 };
  const refusing = (status: number) => ({
    sendMessage: () =>
      Promise.reject(
        new TelegramRefusedError({ method: 'sendMessage', status, description: 'no', retryAfterMs: null }),
      ),
  });

  it('sends the reply to the chat of the message', async () => {
    const chats: unknown[] = [];
    const telegram = {
      sendMessage: async (chatId: number | string) => {
        chats.push(chatId);
        return 1;
      },
    };
    await expect(answerMessage(telegram, message, CONTEXT)).resolves.toBe('answered');
    await expect(answerMessage(telegram, { ...message, isPrivate: false }, CONTEXT)).resolves.toBe('silent');
    expect(chats).toEqual([5]);
  });

  it('reports a user who cannot be reached and throws everything else', async () => {
    await expect(answerMessage(refusing(403), message, CONTEXT)).resolves.toBe('unreachable');
    await expect(answerMessage(refusing(429), message, CONTEXT)).rejects.toBeInstanceOf(TelegramRefusedError);
  });
});
