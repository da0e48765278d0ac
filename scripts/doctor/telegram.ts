import type { App } from '../../lib/app.ts';
import { createTelegramApi } from '../../lib/telegram/bot-api.ts';
import { isTelegramError, TelegramRefusedError } from '../../lib/telegram/errors.ts';
import { checkBot } from '../../lib/telegram/set-up-bot.ts';
import { ok, reasonOf, warn, wrong, type Finding } from './finding.ts';

const OWN_LINES = new Set(['bot', 'webhook', 'updates', 'last delivery error', 'waiting updates', 'menu button']);

export async function telegramFindings({ deps: { config }, secrets }: App): Promise<readonly Finding[]> {
  const api = createTelegramApi({
    botToken: secrets.get('telegramBotToken'),
    apiUrl: config.telegram.apiUrl,
    ratePerS: config.telegram.ratePerS,
  });
  try {
    const checks = await checkBot(api, { appUrl: config.appUrl, shopName: config.shopName });
    const texts = checks.filter(({ what }) => !OWN_LINES.has(what));
    const stale = texts.filter(({ problem }) => problem !== null).map(({ what }) => what);
    const { pendingUpdates, lastError } = await api.getWebhookInfo();
    return [
      ...checks
        .filter(({ what }) => OWN_LINES.has(what) && what !== 'last delivery error' && what !== 'waiting updates')
        .map(({ what, has, problem }) =>
          problem === null ? ok(what, has) : wrong(what, has || 'none', `${problem}; run \`npm run setup:bot\`.`),
        ),
      // Telegram shows an error long after it was mended; only updates that wait tell that it still stands.
      pendingUpdates > 0 && lastError !== null
        ? wrong('webhook deliveries', `${pendingUpdates} wait; ${lastError.message}`, todoOf(lastError.message))
        : pendingUpdates > 0
          ? warn('webhook deliveries', `${pendingUpdates} wait`, 'Look again in a minute: it should be 0.')
          : ok(
              'webhook deliveries',
              lastError === null ? 'no error' : `none waits; last error ${lastError.at.toISOString()}`,
            ),
      stale.length === 0
        ? ok('bot texts', `${texts.length} commands and descriptions are in place`)
        : wrong('bot texts', `differ: ${stale.join(', ')}`, 'Run `npm run setup:bot`.'),
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

function todoOf(message: string): string {
  if (message.includes('401')) return 'The secret differs from TELEGRAM_WEBHOOK_SECRET: run `npm run setup:bot`.';
  if (/30\d|redirect/i.test(message)) return 'Telegram follows no redirects: APP_URL must be the final address.';
  if (/certificate|SSL/i.test(message)) return 'The certificate of APP_URL is not valid.';
  return 'The shop must answer at APP_URL: look at its log.';
}
