import { fileURLToPath, pathToFileURL } from 'node:url';
import { loadProcessConfig } from '../../lib/config/config.ts';
import { createBackgroundWork, provideWaitUntil } from '../serve/background-work.ts';
import { createTick } from '../serve/call-cron.ts';
import { createShopServer } from '../serve/create-shop-server.ts';
import { startCronTicker } from '../serve/cron-ticker.ts';
import { createFunctionRouter, listFunctionFiles } from '../serve/function-routes.ts';
import { prepareServer } from '../serve/listen.ts';
import { announce } from './child-side.ts';

// One instance of the shop: its functions behind HTTP and a cron tick each second, until it is killed.
const API = fileURLToPath(new URL('../../api/', import.meta.url));
const TICK_EVERY_MS = 1_000;
const LONGER_THAN_A_FREEZE_MS = 60_000;

const { secrets } = loadProcessConfig();
provideWaitUntil(createBackgroundWork((error) => console.error(error)));
const fetchHandler = createShopServer({
  findFunction: createFunctionRouter(listFunctionFiles(API)),
  loadFunction: (file) => import(pathToFileURL(file).href),
  serveFile: async () => null,
  settings: { headersFor: () => [], rewriteOf: () => null },
  reportError: (error) => console.error(error),
});
const server = prepareServer({ fetch: fetchHandler, port: 0 });
// Woken from a freeze, it answers what came meanwhile instead of closing those connections as idle.
server.node.keepAliveTimeout = LONGER_THAN_A_FREEZE_MS;
const listening = await server.listen();
startCronTicker(createTick(fetchHandler, secrets.get('cronSecret')), TICK_EVERY_MS);
announce({ port: listening.port });
