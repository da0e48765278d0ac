import type { App } from '../../lib/app.ts';
import {
  createTelegramApi,
  type ChatId,
  type TelegramSetupApi,
  type WebhookState,
} from '../../lib/telegram/bot-api.ts';
import { isTelegramError, TelegramRefusedError } from '../../lib/telegram/errors.ts';
import { checkBot } from '../../lib/telegram/set-up-bot.ts';
import { ok, reasonOf, warn, wrong, type Finding } from './finding.ts';

const SECRET_DOUBT_MS = 86_400_000;
const SECRET_TODO =
  'Set the same TELEGRAM_WEBHOOK_SECRET here and in the deployed shop, deploy, then run `npm run setup:bot`.';
const OWN_LINES = new Set(['bot', 'webhook', 'updates', 'last delivery error', 'waiting updates', 'menu button']);

export async function telegramFindings({ deps, secrets }: App): Promise<readonly Finding[]> {
  const { config } = deps;
  const api = createTelegramApi({
    botToken: secrets.get('telegramBotToken'),
    apiUrl: config.telegram.apiUrl,
    ratePerS: config.telegram.ratePerS,
  });
  try {
    const checks = await checkBot(api, { appUrl: config.appUrl, shopName: config.shopName });
    const texts = checks.filter(({ what }) => !OWN_LINES.has(what));
    const stale = texts.filter(({ problem }) => problem !== null).map(({ what }) => what);
    return [
      ...checks
        .filter(({ what }) => OWN_LINES.has(what) && what !== 'last delivery error' && what !== 'waiting updates')
        .map(({ what, has, problem }) =>
          problem === null ? ok(what, has) : wrong(what, has || 'none', `${problem}; run \`npm run setup:bot\`.`),
        ),
      deliveriesFinding(await api.getWebhookInfo(), deps.now()),
      stale.length === 0
        ? ok('bot texts', `${texts.length} commands and descriptions are in place`)
        : wrong('bot texts', `differ: ${stale.join(', ')}`, 'Run `npm run setup:bot`.'),
      await alertFinding(api, config.admin),
    ];
  } catch (error) {
    if (!isTelegramError(error)) throw error;
    const isToken = error instanceof TelegramRefusedError && (error.status === 401 || error.status === 404);
    return [
      wrong(
        'bot',
        reasonOf(error),
        isToken
          ? 'TELEGRAM_BOT_TOKEN is not a bot’s: copy it again from @BotFather.'
          : 'Check TELEGRAM_API_URL and the network.',
      ),
    ];
  }
}

function deliveriesFinding({ pendingUpdates, lastError }: WebhookState, now: Date): Finding {
  const name = 'webhook deliveries';
  if (lastError === null) {
    return pendingUpdates === 0
      ? ok(name, 'no error')
      : warn(name, `${pendingUpdates} wait`, 'Look again in a minute: it should be 0.');
  }
  if (pendingUpdates > 0) {
    return wrong(name, `${pendingUpdates} wait; ${lastError.message}`, todoOf(lastError.message));
  }
  // Telegram shows an error long after it was mended, and drops the question before a payment after minutes: an empty
  // queue proves nothing about the secret.
  const says = `none waits; last error ${lastError.at.toISOString()}`;
  return isOfSecret(lastError.message) && now.getTime() - lastError.at.getTime() < SECRET_DOUBT_MS
    ? warn(name, `${says}: ${lastError.message}`, `If that was after the last \`npm run setup:bot\`: ${SECRET_TODO}`)
    : ok(name, says);
}

/** Whether alerts can arrive where they are sent: the admin chat or, without one, each admin in person. */
async function alertFinding(
  api: TelegramSetupApi,
  { chatId, telegramIds }: App['deps']['config']['admin'],
): Promise<Finding> {
  const name = 'alerts';
  if (chatId !== null) {
    const refusal = await chatRefusal(api, chatId);
    return refusal === null
      ? ok(name, `to chat ${chatId}`)
      : wrong(
          name,
          `not to chat ${chatId}: ${refusal}`,
          'Add the bot to the chat and set its id as ADMIN_CHAT_ID (that of a group begins with -100): alerts stay in the log.',
        );
  }
  if (telegramIds.length === 0) {
    return warn(
      name,
      'neither ADMIN_CHAT_ID nor ADMIN_TELEGRAM_IDS is set',
      'Set your Telegram id, or alerts stay in the log.',
    );
  }
  const refused: number[] = [];
  for (const id of telegramIds) if ((await chatRefusal(api, id)) !== null) refused.push(id);
  return refused.length === 0
    ? ok(name, 'to each admin in person')
    : warn(
        name,
        `not to ${refused.join(', ')}, whom the bot does not know`,
        'Each admin opens the bot and presses Start; or correct ADMIN_TELEGRAM_IDS.',
      );
}

async function chatRefusal(api: TelegramSetupApi, chatId: ChatId): Promise<string | null> {
  try {
    await api.getChat(chatId);
    return null;
  } catch (error) {
    if (error instanceof TelegramRefusedError && (error.status === 400 || error.status === 403)) {
      return error.description;
    }
    throw error;
  }
}

const isOfSecret = (message: string): boolean => message.includes('401');

function todoOf(message: string): string {
  if (isOfSecret(message)) return `Telegram has another secret than the deployed shop. ${SECRET_TODO}`;
  if (/30\d|redirect/i.test(message)) return 'Telegram follows no redirects: APP_URL must be the final address.';
  if (/certificate|SSL/i.test(message)) return 'The certificate of APP_URL is not valid.';
  return 'The shop must answer at APP_URL: look at its log.';
}
