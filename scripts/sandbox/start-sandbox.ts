import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { createSandbox, type Sandbox } from '../../sandbox/create-sandbox.ts';
import { startEmbeddedPostgres } from '../embedded-postgres/start.ts';
import { prepareServer } from '../serve/listen.ts';
import type { OnStop } from '../serve/run-command.ts';
import { OptionError, readServerOptions } from '../serve/server-options.ts';
import { createProxy } from './proxy.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const GRACE_MS = 2_000;

export async function startSandbox(onStop: OnStop): Promise<void> {
  const { env } = process;
  const dataDir = path.resolve(ROOT, env.DATA_DIR?.trim() || '.data');
  const shopUrl = env.SHOP_URL?.trim() || 'http://127.0.0.1:3000';
  if (!URL.canParse(shopUrl)) throw new OptionError(`SHOP_URL must be a full URL, and it is "${shopUrl}".`);

  let sandbox: Sandbox | null = null;
  const proxy = createProxy(shopUrl);
  const server = prepareServer({
    fetch: async (request) => (await sandbox?.fetch(request)) ?? proxy(request),
    ...readServerOptions(env, 3001),
  });
  const listening = await server.listen();
  onStop(() => listening.close(GRACE_MS));

  let databaseUrl = env.DATABASE_URL?.trim();
  if (!databaseUrl) {
    const postgres = await startEmbeddedPostgres({ dataDir });
    onStop(() => postgres.stop());
    databaseUrl = postgres.url;
  }
  const started = await createSandbox({ databaseUrl, dataDir, shopUrl: () => shopUrl, env });
  onStop(() => started.close());
  sandbox = started;

  const ownUrl = `http://localhost:${listening.port}`;
  console.log(`The shop at ${shopUrl} needs:
  APP_URL=${ownUrl}
  DATABASE_URL=${databaseUrl}
  ESIMGO_API_URL=${ownUrl}/sandbox/esimgo/v2.5
  ESIMGO_API_KEY=${started.keys.esimGoApiKey}
  TELEGRAM_API_URL=${ownUrl}/sandbox/telegram
  TELEGRAM_BOT_TOKEN=${started.keys.botToken}`);
  console.log(`Ready: ${ownUrl}/sandbox`);
}
