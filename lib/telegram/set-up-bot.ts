import type { Language } from '../contract/session.ts';
import { botMessages } from '../i18n/bot-messages.ts';
import type { AllowedUpdate, BotLanguage, TelegramSetupApi } from './bot-api.ts';

export interface BotSettings {
  appUrl: string;
  shopName: string;
  secretToken: string;
}

/** One thing that Telegram holds about the bot, and what it should be. `problem` is null when all is well. */
export interface BotCheck {
  what: string;
  has: string;
  problem: string | null;
}

export const ALLOWED_UPDATES: readonly AllowedUpdate[] = [
  'message',
  'pre_checkout_query',
  'callback_query',
  'my_chat_member',
];

// Everyone whose language has no texts of its own reads English.
const TEXTS: readonly (readonly [BotLanguage, Language])[] = [
  [null, 'en'],
  ['en', 'en'],
  ['ru', 'ru'],
];

/** Makes Telegram hold what the shop needs. Running it again changes nothing. */
export async function setUpBot(api: TelegramSetupApi, settings: BotSettings): Promise<void> {
  for (const [language, texts] of TEXTS) {
    const { setup } = botMessages[texts];
    await api.setMyCommands(language, commandsIn(texts));
    await api.setMyDescription(language, setup.description(settings.shopName));
    await api.setMyShortDescription(language, setup.shortDescription);
  }
  await api.setMenuButton({ text: botMessages.en.setup.menuButton, url: settings.appUrl });
  // Last: from here on updates arrive, and people see the bot complete.
  await api.setWebhook({
    url: webhookUrl(settings.appUrl),
    secretToken: settings.secretToken,
    allowedUpdates: ALLOWED_UPDATES,
  });
}

/** What Telegram has, without changing it. The secret cannot be read back; a wrong one shows as errors of 401. */
export async function checkBot(api: TelegramSetupApi, settings: Omit<BotSettings, 'secretToken'>): Promise<BotCheck[]> {
  const me = await api.getMe();
  const webhook = await api.getWebhookInfo();
  const menuButton = await api.getMenuButton();
  const missing = ALLOWED_UPDATES.filter((update) => !(webhook.allowedUpdates ?? []).includes(update));
  const checks: BotCheck[] = [
    { what: 'bot', has: `@${me.username} (${me.id})`, problem: null },
    same('webhook', webhook.url, webhookUrl(settings.appUrl)),
    {
      what: 'updates',
      has: webhook.allowedUpdates?.join(', ') ?? '',
      problem: missing.length === 0 ? null : `missing: ${missing.join(', ')}`,
    },
    {
      what: 'last delivery error',
      has: webhook.lastError === null ? 'none' : `${webhook.lastError.at.toISOString()} ${webhook.lastError.message}`,
      // Telegram shows an error long after it was mended; only updates that wait tell that it still stands.
      problem:
        webhook.pendingUpdates > 0 && webhook.lastError?.message.includes('401')
          ? 'the secret differs from TELEGRAM_WEBHOOK_SECRET'
          : null,
    },
    { what: 'waiting updates', has: String(webhook.pendingUpdates), problem: null },
    same('menu button', menuButton?.url ?? '', settings.appUrl),
  ];
  for (const [language, texts] of TEXTS) {
    const { setup } = botMessages[texts];
    const of = (what: string): string => `${what} (${language ?? 'default'})`;
    const commands = await api.getMyCommands(language);
    checks.push(
      same(of('commands'), listed(commands), listed(commandsIn(texts))),
      same(of('description'), await api.getMyDescription(language), setup.description(settings.shopName)),
      same(of('short description'), await api.getMyShortDescription(language), setup.shortDescription),
    );
  }
  return checks;
}

function webhookUrl(appUrl: string): string {
  return `${appUrl}/api/telegram/webhook`;
}

function commandsIn(language: Language): { command: string; description: string }[] {
  return Object.entries(botMessages[language].setup.command).map(([command, description]) => ({
    command,
    description,
  }));
}

function listed(commands: readonly { command: string; description: string }[]): string {
  return commands.map(({ command, description }) => `/${command} ${description}`).join(', ');
}

function same(what: string, has: string, wanted: string): BotCheck {
  return { what, has, problem: has === wanted ? null : `should be: ${wanted}` };
}
