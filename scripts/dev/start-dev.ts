import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadConfig, type LoadedConfig } from '../../lib/config/config.ts';
import { migrate } from '../../lib/db/migrate.ts';
import { createTelegramApi } from '../../lib/telegram/bot-api.ts';
import { patientSetup } from '../../lib/telegram/patient-setup.ts';
import { setUpBot } from '../../lib/telegram/set-up-bot.ts';
import { createSandbox, type Sandbox } from '../../sandbox/create-sandbox.ts';
import { startEmbeddedPostgres } from '../embedded-postgres/start.ts';
import { createBackgroundWork, provideWaitUntil } from '../serve/background-work.ts';
import { callCron, createTick } from '../serve/call-cron.ts';
import type { FetchHandler } from '../serve/create-shop-server.ts';
import { startCronTicker } from '../serve/cron-ticker.ts';
import { prepareServer } from '../serve/listen.ts';
import { sentenceOf, type OnStop } from '../serve/run-command.ts';
import { readServerOptions } from '../serve/server-options.ts';
import { isSet, keepDevSecrets } from './dev-settings.ts';
import { createViteShop } from './vite-shop.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const TICK_EVERY_MS = 1_000;
const GRACE_MS = 2_000;

export async function startDev(onStop: OnStop): Promise<void> {
  const { env } = process;
  const dataDir = path.resolve(ROOT, isSet(env.DATA_DIR) ? env.DATA_DIR : '.data');
  const { port: wantedPort, host } = readServerOptions(env, 3000);

  // The port comes first: whether it is free is known at once, and the simulators' addresses depend on it.
  let answer: FetchHandler = async () =>
    new Response('The shop is starting.\n', { status: 503, headers: { 'retry-after': '1' } });
  const server = prepareServer({ fetch: (request) => answer(request), port: wantedPort, host });
  const listening = await server.listen();
  onStop(() => listening.close(GRACE_MS));
  const { port, url: ownUrl } = listening;

  const background = createBackgroundWork((error) => console.error(sentenceOf(error)));
  provideWaitUntil(background);

  const [databaseUrl, shop] = await Promise.all([
    provideDatabase(dataDir, onStop),
    createViteShop({ root: ROOT, dataDir, nodeServer: server.node, allowedHosts: hostsOf(env.APP_URL) }),
  ]);
  onStop(() => shop.close());

  const secrets = await keepDevSecrets(dataDir);
  setIfUnset({ ...secrets, APP_URL: `http://localhost:${port}` });
  const sandbox = await provideSandbox({ databaseUrl, dataDir, ownUrl, onStop });
  // A setting that is wrong ends the start with a sentence, before anything looks ready.
  const loaded = loadConfig(env);
  answer = async (request) => (await sandbox.fetch(request)) ?? shop.fetch(request);

  onStop(() => background.settled());
  await prepareShop(shop.fetch, loaded);
  const ticker = startCronTicker(createTick(shop.fetch, loaded.secrets.get('cronSecret')), TICK_EVERY_MS);
  onStop(() => ticker.stop());

  console.log(`Database: psql '${databaseUrl}'`);
  console.log(`Ready: http://localhost:${port}/sandbox`);
}

/** The one of the settings, or one of our own; migrated either way. */
async function provideDatabase(dataDir: string, onStop: OnStop): Promise<string> {
  const { env } = process;
  let url = [env.DATABASE_URL, env.POSTGRES_URL].find(isSet);
  if (url === undefined) {
    const postgres = await startEmbeddedPostgres({ dataDir, log: (line) => console.log(line) });
    onStop(() => postgres.stop());
    url = postgres.url;
    setIfUnset({ DATABASE_URL: url });
  }
  const { applied } = await migrate({
    connectionString: isSet(env.DATABASE_URL_UNPOOLED) ? env.DATABASE_URL_UNPOOLED : url,
  });
  if (applied.length > 0) console.log(`Migrated: ${applied.join(', ')}`);
  return url;
}

/** The simulators, for each vendor that the settings do not place elsewhere. */
async function provideSandbox(options: {
  databaseUrl: string;
  dataDir: string;
  ownUrl: string;
  onStop: OnStop;
}): Promise<Sandbox> {
  const { databaseUrl, dataDir, ownUrl, onStop } = options;
  setIfUnset({
    ESIMGO_API_URL: `${ownUrl}/sandbox/esimgo/v2.5`,
    TELEGRAM_API_URL: `${ownUrl}/sandbox/telegram`,
  });
  const simulatesEsimGo = process.env.ESIMGO_API_URL?.includes('/sandbox/esimgo') ?? false;
  const simulatesTelegram = process.env.TELEGRAM_API_URL?.includes('/sandbox/telegram') ?? false;
  const { ESIMGO_API_KEY, TELEGRAM_BOT_TOKEN, ...others } = process.env;
  const sandbox = await createSandbox({
    databaseUrl,
    dataDir,
    shopUrl: () => ownUrl,
    // The real secrets of a vendor that is not simulated are none of the sandbox's business.
    env: {
      ...others,
      ...(simulatesEsimGo ? { ESIMGO_API_KEY } : {}),
      ...(simulatesTelegram ? { TELEGRAM_BOT_TOKEN } : {}),
    },
  });
  onStop(() => sandbox.close());
  if (simulatesEsimGo) setIfUnset({ ESIMGO_API_KEY: sandbox.keys.esimGoApiKey });
  if (simulatesTelegram) setIfUnset({ TELEGRAM_BOT_TOKEN: sandbox.keys.botToken });
  return sandbox;
}

/** What an operator does once after a deployment. A failure leaves the shop running, to be looked into. */
async function prepareShop(fetchHandler: FetchHandler, { config, secrets }: LoadedConfig): Promise<void> {
  try {
    const api = createTelegramApi({ ...config.telegram, botToken: secrets.get('telegramBotToken') });
    await setUpBot(patientSetup(api), { ...config, secretToken: secrets.get('telegramWebhookSecret') });
  } catch (error) {
    console.error(`The bot is not set up: ${sentenceOf(error)}`);
  }
  const { isOk, summary } = await callCron(fetchHandler, 'sync-catalogue', secrets.get('cronSecret'));
  if (!isOk) console.error(`The catalogue is not there yet: ${summary}`);
}

function setIfUnset(values: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(values)) if (!isSet(process.env[name])) process.env[name] = value;
}

/** A tunnel's name may open the app too; Vite refuses names it does not know, against DNS rebinding. */
function hostsOf(appUrl: string | undefined): string[] {
  return isSet(appUrl) && URL.canParse(appUrl) ? [new URL(appUrl).hostname] : [];
}
