import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { ConfigError, loadConfig } from '../lib/config/config.ts';
import { createTelegramApi } from '../lib/telegram/bot-api.ts';
import { patientSetup } from '../lib/telegram/patient-setup.ts';
import { checkBot, setUpBot, type BotCheck } from '../lib/telegram/set-up-bot.ts';

const USAGE = `npm run setup:bot [-- --check]

Tells Telegram where the shop is: the webhook with its secret, the commands and descriptions in each language, and the
menu button that opens the Mini App. It may be run at any time; run it again after APP_URL, SHOP_NAME or
TELEGRAM_WEBHOOK_SECRET changed. It reads the shop's settings from the environment or from .env. In a preview deployment
it refuses: the bot belongs to the production shop.

  --check   change nothing: print what Telegram has, and what is wrong with it

Exit code: 0 all is well, 1 something is wrong, 2 wrong use or settings.`;

async function main(): Promise<number> {
  const { help, check } = parseArgs({
    options: { help: { type: 'boolean', short: 'h' }, check: { type: 'boolean' } },
  }).values;
  if (help) {
    console.log(USAGE);
    return 0;
  }
  if (existsSync('.env')) process.loadEnvFile('.env');
  const { config, secrets } = loadConfig(process.env);
  if (!config.runsJobs && !check) {
    console.error(
      'This is not the production deployment (see VERCEL_ENV), and the bot belongs to that one: nothing was changed.',
    );
    return 1;
  }
  const api = createTelegramApi({
    botToken: secrets.get('telegramBotToken'),
    apiUrl: config.telegram.apiUrl,
    ratePerS: config.telegram.ratePerS,
  });
  const patient = patientSetup(api);
  const settings = {
    appUrl: config.appUrl,
    shopName: config.shopName,
    secretToken: secrets.get('telegramWebhookSecret'),
  };
  try {
    if (!check) await setUpBot(patient, settings);
    const checks = await checkBot(patient, settings);
    console.log(checks.map(lineOf).join('\n'));
    const wrong = checks.filter(({ problem }) => problem !== null).length;
    if (wrong === 0) return 0;
    console.log(`\n${wrong} wrong.${check ? ' To put it right: npm run setup:bot' : ''}`);
    return 1;
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    return 1;
  }
}

function lineOf({ what, has, problem }: BotCheck): string {
  const line = `${problem === null ? 'ok   ' : 'WRONG'}  ${what}: ${has || '(nothing)'}`;
  return problem === null ? line : `${line}\n         ${problem}`;
}

try {
  process.exitCode = await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  if (!(error instanceof ConfigError)) console.error(`\n${USAGE}`);
  process.exitCode = 2;
}
