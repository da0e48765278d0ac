import { createSandbox, type Sandbox } from '../../sandbox/create-sandbox.ts';
import { prepareServer } from '../serve/listen.ts';
import { announce } from './child-side.ts';

// Both simulators in a process of their own, so that what they hold outlives every crash of the shop.
const { DATABASE_URL = '', DATA_DIR = '', SHOP_URL = '', CHAOS_SEED = '', PORT = '0' } = process.env;

let sandbox: Sandbox | null = null;
const server = prepareServer({
  fetch: async (request) => (await sandbox?.fetch(request)) ?? new Response('Not Found', { status: 404 }),
  port: Number(PORT),
});
const listening = await server.listen();
sandbox = await createSandbox({
  databaseUrl: DATABASE_URL,
  dataDir: DATA_DIR,
  shopUrl: () => SHOP_URL,
  env: {},
  seed: CHAOS_SEED,
});
announce({ port: listening.port, botToken: sandbox.keys.botToken, esimGoApiKey: sandbox.keys.esimGoApiKey });
