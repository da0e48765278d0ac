import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { currentApp } from '../../lib/app.ts';
import { loadConfig } from '../../lib/config/config.ts';
import { migrate } from '../../lib/db/migrate.ts';
import { createBackgroundWork, provideWaitUntil } from './background-work.ts';
import { createTick } from './call-cron.ts';
import { compressAnswers } from './compress-answers.ts';
import { createShopServer } from './create-shop-server.ts';
import { startCronTicker } from './cron-ticker.ts';
import { createFunctionRouter, listFunctionFiles } from './function-routes.ts';
import { prepareServer } from './listen.ts';
import { sentenceOf, type OnStop } from './run-command.ts';
import { readServerOptions } from './server-options.ts';
import { createStaticFiles } from './static-files.ts';
import { readVercelSettings } from './vercel-settings.ts';

// As compiled: this file is build/scripts/serve/start-shop.js.
const BUILD = fileURLToPath(new URL('../../', import.meta.url));
const ROOT = path.dirname(path.resolve(BUILD));
const TICK_EVERY_MS = 10_000;
const GRACE_MS = 10_000;

export async function startShop(onStop: OnStop): Promise<void> {
  process.env.NODE_ENV ??= 'production';
  const { secrets, warnings } = loadConfig(process.env);
  for (const warning of warnings) console.error(warning);
  const databaseUrl = secrets.get('databaseUrlUnpooled') ?? secrets.get('databaseUrl') ?? secrets.get('postgresUrl');
  if (databaseUrl !== null) await migrate({ connectionString: databaseUrl });

  const background = createBackgroundWork((error) => console.error(sentenceOf(error)));
  provideWaitUntil(background);
  const modules = new Map<string, Promise<unknown>>();
  const fetchHandler = createShopServer({
    findFunction: createFunctionRouter(listFunctionFiles(path.join(BUILD, 'api'))),
    loadFunction: (file) => {
      const known = modules.get(file) ?? import(pathToFileURL(file).href);
      modules.set(file, known);
      return known;
    },
    serveFile: createStaticFiles(path.join(ROOT, 'dist')),
    settings: readVercelSettings(path.join(ROOT, 'vercel.json')),
    reportError: (error) => console.error(error),
  });

  const server = prepareServer({ fetch: compressAnswers(fetchHandler), ...readServerOptions(process.env, 3000) });
  onStop(() => background.settled());
  const listening = await server.listen();
  onStop(() => listening.close(GRACE_MS));
  const ticker = startCronTicker(createTick(fetchHandler, secrets.get('cronSecret')), TICK_EVERY_MS);
  onStop(() => ticker.stop());
  // The first thing on the way out: a queue that others keep filling would hold the process for ever.
  onStop(async () => (await currentApp()).stopWork());
  console.log(`Serving on ${listening.url}`);
}
