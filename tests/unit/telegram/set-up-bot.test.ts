import { describe, expect, it } from 'vitest';
import type { BotLanguage, MenuButton, TelegramSetupApi, WebhookState } from '../../../lib/telegram/bot-api.ts';
import { checkBot, setUpBot } from '../../../lib/telegram/set-up-bot.ts';

const SETTINGS = { appUrl: 'https://shop.test', shopName: 'Roam', secretToken: 'a'.repeat(32) };

/** Remembers what it is told, as Telegram does. */
function aBot(webhook: Partial<WebhookState> = {}) {
  const texts = new Map<string, unknown>();
  const calls: string[] = [];
  let menuButton: MenuButton | null = null;
  let state: WebhookState = { url: '', pendingUpdates: 0, allowedUpdates: null, lastError: null };
  const text = (what: string, language: BotLanguage) => {
    const kept = texts.get(`${what} ${language}`);
    return typeof kept === 'string' ? kept : '';
  };
  const api: TelegramSetupApi = {
    getMe: async () => ({ id: 7, username: 'roam_bot' }),
    getWebhookInfo: async () => ({ ...state, ...webhook }),
    setWebhook: async ({ url, secretToken, allowedUpdates }) => {
      calls.push(`setWebhook ${secretToken}`);
      state = { ...state, url, allowedUpdates };
    },
    getMyCommands: async (language) => JSON.parse(text('commands', language) || '[]'),
    setMyCommands: async (language, commands) => {
      calls.push('setMyCommands');
      texts.set(`commands ${language}`, JSON.stringify(commands));
    },
    getMyDescription: async (language) => text('description', language),
    setMyDescription: async (language, value) => void texts.set(`description ${language}`, value),
    getMyShortDescription: async (language) => text('short', language),
    setMyShortDescription: async (language, value) => void texts.set(`short ${language}`, value),
    getMenuButton: async () => menuButton,
    setMenuButton: async (button) => {
      menuButton = button;
    },
    getChat: async () => ({ type: 'private' }),
  };
  return { api, calls, state: () => ({ texts: [...texts], menuButton, webhook: state }) };
}

describe('setUpBot', () => {
  it('leaves nothing for the check to find, in any language', async () => {
    const bot = aBot();
    expect((await checkBot(bot.api, SETTINGS)).filter(({ problem }) => problem !== null)).toHaveLength(12);
    await setUpBot(bot.api, SETTINGS);
    expect((await checkBot(bot.api, SETTINGS)).filter(({ problem }) => problem !== null)).toEqual([]);
  });

  it('sets the webhook last, with its secret and the updates the shop acts on', async () => {
    const bot = aBot();
    await setUpBot(bot.api, SETTINGS);
    expect(bot.calls.at(-1)).toBe(`setWebhook ${SETTINGS.secretToken}`);
    expect(bot.state().webhook).toMatchObject({
      url: 'https://shop.test/api/telegram/webhook',
      allowedUpdates: ['message', 'pre_checkout_query', 'callback_query', 'my_chat_member'],
    });
  });

  it('changes nothing the second time', async () => {
    const bot = aBot();
    await setUpBot(bot.api, SETTINGS);
    const first = bot.state();
    await setUpBot(bot.api, SETTINGS);
    expect(bot.state()).toEqual(first);
  });
});

describe('checkBot', () => {
  it('names a webhook of another address, missing updates and a refused secret', async () => {
    const lastError = { at: new Date(0), message: 'Wrong response from the webhook: 401 Unauthorized' };
    const bot = aBot({ url: 'https://old.test/hook', allowedUpdates: ['message'], lastError, pendingUpdates: 3 });
    await setUpBot(bot.api, SETTINGS);
    const problems = (await checkBot(bot.api, SETTINGS)).filter(({ problem }) => problem !== null);
    expect(problems).toMatchObject([
      { what: 'webhook', problem: 'should be: https://shop.test/api/telegram/webhook' },
      { what: 'updates', problem: 'missing: pre_checkout_query, callback_query, my_chat_member' },
      { what: 'last delivery error', problem: 'the secret differs from TELEGRAM_WEBHOOK_SECRET' },
    ]);
  });
});
