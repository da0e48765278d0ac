import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { serve } from 'srvx/node';
import { currentApp, type App } from '../../lib/app.ts';
import { loadConfig } from '../../lib/config/config.ts';
import type { PlansAnswer, Plan } from '../../lib/contract/catalogue.ts';
import type { CreateOrderAnswer, Order } from '../../lib/contract/order.ts';
import { createTelegramApi } from '../../lib/telegram/bot-api.ts';
import { patientSetup } from '../../lib/telegram/patient-setup.ts';
import { setUpBot } from '../../lib/telegram/set-up-bot.ts';
import { createSandbox, type Sandbox } from '../../sandbox/create-sandbox.ts';
import { createBackgroundWork, provideWaitUntil } from '../../scripts/serve/background-work.ts';
import { createShopServer, type ShopServerParts } from '../../scripts/serve/create-shop-server.ts';
import { createFunctionRouter, listFunctionFiles } from '../../scripts/serve/function-routes.ts';
import { createTestDatabase } from './database.ts';
import { until } from './until.ts';

const API_DIRECTORY = fileURLToPath(new URL('../../api/', import.meta.url));
export interface Answer<Body = unknown> {
  status: number;
  headers: Headers;
  body: Body;
}

export interface ChatMessage {
  message_id: number;
  from: string;
  type: 'text' | 'photo' | 'document';
  text?: string;
  caption?: string;
  photo_base64?: string;
  buttons: {
    text: string;
    url?: string;
    web_app?: { url: string };
    copy_text?: { text: string };
    callback_data?: string;
  }[][];
}

export interface Ledger {
  esimgo: {
    balance: number;
    orders: { order_reference: string; item: string; iccid: string; status: string }[];
    esims: { iccid: string; lpa: string; profile_status: string; customer_ref: string; state: string }[];
    assignments: { reference: string; iccid: string; state: string }[];
  };
  stars: {
    charges: { charge_id: string; user_id: number; amount: number; payload: string }[];
    refunds: { charge_id: string }[];
  };
}

export type ShopUnderTest = Awaited<ReturnType<typeof startShop>>;

/** What stands between the shop and where it stores things. */
export interface StorageInBetween {
  /** Over all others. */
  settings: Record<string, string>;
  /** What must not be set then. */
  unset?: readonly string[];
  /** Called when the shop has closed, before the database goes. */
  close(): Promise<void>;
}

/**
 * The whole shop with both simulators behind real loopback HTTP, on a database of its own. One for each test file: the
 * shop reads its settings once in a process, as on Vercel.
 */
export async function startShop(
  settings: Record<string, string> = {},
  putInBetween?: (databaseUrl: string) => Promise<StorageInBetween>,
  /** The pages beside the functions; most tests ask for none. */
  pages: Pick<ShopServerParts, 'serveFile' | 'settings'> = {
    serveFile: async () => null,
    settings: { headersFor: () => [], rewriteOf: () => null },
  },
) {
  const database = await createTestDatabase();
  const between = await putInBetween?.(database.url);
  const dataDir = await mkdtemp(join(tmpdir(), 'shop-'));
  const background = createBackgroundWork((error) => {
    throw error;
  });
  const withdrawWaitUntil = provideWaitUntil(background);
  const findFunction = createFunctionRouter(listFunctionFiles(API_DIRECTORY));
  const shopFetch = createShopServer({
    findFunction,
    loadFunction: (file) => import(/* @vite-ignore */ file),
    ...pages,
    reportError: (error) => {
      throw error;
    },
  });
  let sandbox: Sandbox | null = null;
  const server = serve({
    port: 0,
    hostname: '127.0.0.1',
    silent: true,
    fetch: async (request) => (await sandbox?.fetch(request)) ?? shopFetch(request),
  });
  await server.ready();
  const url = (server.url ?? '').replace(/\/$/, '');
  sandbox = await createSandbox({ databaseUrl: database.url, dataDir, shopUrl: () => url, env: {}, seed: 'test' });

  const env: Record<string, string> = {
    APP_URL: url,
    DATABASE_URL: database.url,
    ESIMGO_API_KEY: sandbox.keys.esimGoApiKey,
    ESIMGO_API_URL: `${url}/sandbox/esimgo/v2.5`,
    ESIMGO_RATE_PER_S: '0',
    TELEGRAM_BOT_TOKEN: sandbox.keys.botToken,
    TELEGRAM_API_URL: `${url}/sandbox/telegram`,
    TELEGRAM_WEBHOOK_SECRET: randomBytes(16).toString('hex'),
    TELEGRAM_RATE_PER_S: '0',
    // Tests ask faster than people.
    USER_RATE_PER_MIN: '0',
    AUTH_FAILURES_PER_MIN: '0',
    CRON_SECRET: randomBytes(16).toString('hex'),
    DATA_KEY: randomBytes(32).toString('hex'),
    ...settings,
    ...between?.settings,
  };
  for (const name of between?.unset ?? []) {
    delete env[name];
    delete process.env[name];
  }
  Object.assign(process.env, env);
  const app: App = await currentApp();

  async function call<Body = unknown>(
    path: string,
    init: RequestInit & { json?: unknown } = {},
  ): Promise<Answer<Body>> {
    const { json, ...rest } = init;
    const headers = new Headers(rest.headers);
    if (json !== undefined && !headers.has('content-type')) headers.set('content-type', 'application/json');
    const response = await fetch(`${url}${path}`, {
      ...rest,
      headers,
      ...(json === undefined ? {} : { method: rest.method ?? 'POST', body: JSON.stringify(json) }),
    });
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.startsWith('application/json');
    return { status: response.status, headers: response.headers, body: (isJson ? JSON.parse(text) : text) as Body };
  }

  const control = async <Body = unknown>(name: string, json: unknown): Promise<Body> => {
    const answer = await call<Body>(`/sandbox/api/${name}`, { json });
    if (answer.status !== 200) throw new Error(`${name} answered ${answer.status}: ${JSON.stringify(answer.body)}`);
    return answer.body;
  };

  const shop = {
    url,
    app,
    env,
    call,
    control,
    query: app.deps.db.query,
    cron: (job: string) => call(`/api/cron/${job}`, { headers: { authorization: `Bearer ${env.CRON_SECRET}` } }),
    ledger: async () => (await call<Ledger>('/sandbox/api/ledger')).body,
    chat: async (userId: number) =>
      (await call<{ messages: ChatMessage[] }>(`/sandbox/api/chat?user_id=${userId}`)).body.messages,
    faults: (target: 'esimgo' | 'telegram', rules: readonly object[]) => control('faults', { target, rules }),
    set: (values: object) => control('set', values),
    /** A person with the Mini App open. */
    async user(id: number, languageCode = 'en') {
      const { init_data: initData } = await control<{ init_data: string }>('init-data', {
        user: { id, first_name: 'Test', language_code: languageCode },
      });
      const headers = { authorization: `tma ${initData}` };
      return {
        id,
        initData,
        headers,
        get: <Body = unknown>(path: string) => call<Body>(path, { headers }),
        post: <Body = unknown>(path: string, json: unknown, more: Record<string, string> = {}) =>
          call<Body>(path, { json, headers: { ...headers, ...more } }),
        async order(plan: Pick<Plan, 'id' | 'price_stars'>, more: object = {}, key: string = randomUUID()) {
          return call<CreateOrderAnswer>('/api/esimgo/order', {
            json: { bundle_id: plan.id, expected_stars: plan.price_stars, ...more },
            headers: { ...headers, 'idempotency-key': key },
          });
        },
        pay: (invoiceUrl: string) =>
          control<{ status: string; error?: string }>('pay', { invoice_url: invoiceUrl, user_id: id }),
        async status(orderId: string) {
          return (await call<{ order: Order }>(`/api/esimgo/status?order_id=${orderId}`, { headers })).body.order;
        },
        /** Polls as the Mini App does. */
        waitFor: (orderId: string, ...statuses: Order['status'][]) =>
          until(
            () => shop.statusOf(headers, orderId),
            (order) => statuses.includes(order.status),
          ),
      };
    },
    async statusOf(headers: Record<string, string>, orderId: string): Promise<Order> {
      return (await call<{ order: Order }>(`/api/esimgo/status?order_id=${orderId}`, { headers })).body.order;
    },
    async plans(destination: string): Promise<Plan[]> {
      return (await call<PlansAnswer>(`/api/esimgo/catalogue?destination=${destination}`)).body.plans;
    },
    /** Waits for everything that was left to run after an answer. */
    settled: () => background.settled(),
    async close() {
      await background.settled();
      await sandbox?.close();
      await server.close(true);
      await app.close();
      await between?.close();
      withdrawWaitUntil();
      await rm(dataDir, { recursive: true, force: true });
      await database.drop();
    },
  };

  const { config, secrets } = loadConfig(env);
  const bot = createTelegramApi({
    botToken: secrets.get('telegramBotToken'),
    apiUrl: config.telegram.apiUrl,
    ratePerS: 0,
  });
  await setUpBot(patientSetup(bot), {
    appUrl: url,
    shopName: config.shopName,
    secretToken: secrets.get('telegramWebhookSecret'),
  });
  // Sweeps run when a test says so, not when somebody happens to look at an order.
  for (const sweep of ['kick:drain', 'kick:sweep', 'kick:stars', 'look:stars'])
    await app.deps.kv.set(sweep, 'held by the test');
  await shop.set({ esimgo: { rate_per_s: 0 }, telegram: { rate_per_s: 0 } });
  const synced = await shop.cron('sync-catalogue');
  if (synced.status !== 200) throw new Error(`the first sync answered ${synced.status}`);
  return shop;
}

export { until };
