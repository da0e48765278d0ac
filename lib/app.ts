import { waitUntil } from '@vercel/functions';
import type { CatalogueDeps } from './catalogue/deps.ts';
import { loadProcessConfig, type Config, type LoadedConfig } from './config/config.ts';
import type { Secrets } from './config/secrets.ts';
import { createKeyring } from './db/sealed-text.ts';
import type { Database } from './db/sql.ts';
import type { ShopDeps } from './deps.ts';
import { createEsimGoClient } from './esim-go/client.ts';
import { BURST, type SharedTurns } from './esim-go/rate-limit.ts';
import { createErrorRate } from './http/error-rate.ts';
import { createRateLimit, type RateLimit } from './http/rate-limit.ts';
import { createForgivingKv } from './kv/forgiving.ts';
import type { Kv } from './kv/kv.ts';
import { createMemoryKv } from './kv/memory.ts';
import { createPostgresTableKv } from './kv/postgres-table.ts';
import { createSharedRate, windowOf, type SharedRate } from './kv/shared-rate.ts';
import { createConsoleLog, type Log } from './log/log.ts';
import { createSmtpMailer } from './mail/smtp.ts';
import { raiseAlert } from './notify/raise-alert.ts';
import { createTelegramApi } from './telegram/bot-api.ts';
import { createSendRate } from './telegram/send-rate.ts';

export interface App {
  deps: ShopDeps;
  catalogue: CatalogueDeps;
  secrets: Secrets;
  log: Log;
  /** By user after the proof, and of those the ones that report events; by address for proofs that failed. */
  limits: { users: RateLimit; events: RateLimit; failures: RateLimit };
  /** Told of every answer, so that the admins hear when many fail. */
  noteStatus(status: number): void;
  /** Finishes the jobs under way and claims no more; other instances take what is left. */
  stopWork(): void;
  close(): Promise<void>;
}

// The open app sends what happened once in five seconds at the most, and when it is left.
const EVENT_REQUESTS_PER_MIN = 20;
const ERROR_ALERT_EVERY_S = 3_600;
// Telegram allows about 30 a second: the default of 25 and one burst.
const SEND_BURST = 5;
const USER_AGENT = 'esim-shop/1 (+https://core.telegram.org/bots/webapps)';

let current: Promise<App> | null = null;

/** The one set of adapters of this instance, made when first needed. A failed start is tried again by the next request. */
export function currentApp(): Promise<App> {
  current ??= startApp().catch((error: unknown) => {
    current = null;
    throw error;
  });
  return current;
}

async function startApp(): Promise<App> {
  const loaded = loadProcessConfig();
  const log = createConsoleLog();
  for (const warning of loaded.warnings) log.warn('setting', { warning });
  return createApp(loaded, log);
}

/** Joins ports to adapters; the only place that knows which is which. */
export async function createApp({ config, secrets }: LoadedConfig, log: Log): Promise<App> {
  const db = await openDatabase(config, secrets);
  const kv = await openKv(config, secrets, db, log);
  // A Map is this process's own, which its local limits keep already.
  const shareRate: ShareRate | null =
    config.kv.adapter === 'memory' ? null : (key, window) => createSharedRate({ kv, log, key, ...window });
  const supplier = createEsimGoClient({
    baseUrl: config.esimGo.baseUrl,
    apiKey: secrets.get('esimGoApiKey'),
    ratePerS: config.esimGo.ratePerS,
    orderIntervalMs: config.esimGo.orderIntervalMs,
    shared: sharedTurns(config, shareRate),
    userAgent: USER_AGENT,
  });
  const telegram = createTelegramApi({
    botToken: secrets.get('telegramBotToken'),
    apiUrl: config.telegram.apiUrl,
    ratePerS: config.telegram.ratePerS,
    sendRate: createSendRate({ perS: config.telegram.ratePerS, shared: sharedSending(config, shareRate) }),
  });
  const smtpUrl = secrets.get('smtpUrl');
  const background = (work: Promise<unknown>): void => {
    waitUntil(work.catch((error: unknown) => log.error('background_failed', { error })));
  };
  const now = (): Date => new Date();
  const stopping = new AbortController();
  const errorRate = createErrorRate();
  let shopId: Promise<string> | null = null;
  const deps: ShopDeps = {
    db,
    kv,
    supplier,
    telegram,
    mailer:
      smtpUrl === null ? null : createSmtpMailer({ url: smtpUrl, shopName: config.shopName, appUrl: config.appUrl }),
    keyring: createKeyring([secrets.get('dataKey'), secrets.get('dataKeyPrevious')].filter((key) => key !== null)),
    config,
    log,
    shopId: () =>
      (shopId ??= readShopId(db).catch((error: unknown) => {
        shopId = null;
        throw error;
      })),
    background,
    now,
    stopping: stopping.signal,
  };
  return {
    deps,
    catalogue: { db, kv, supplier, settings: config, log, background, now },
    secrets,
    log,
    limits: {
      users: createRateLimit({ name: 'rate:user', perMin: config.limits.userPerMin, kv, log }),
      events: createRateLimit({
        name: 'rate:events',
        perMin: Math.min(config.limits.userPerMin, EVENT_REQUESTS_PER_MIN),
        kv,
        log,
      }),
      failures: createRateLimit({ name: 'rate:failed', perMin: config.limits.authFailuresPerMin, kv, log }),
    },
    noteStatus: (status) => {
      if (errorRate.note(status)) background(raiseAlert(deps, 'error_rate', { everyS: ERROR_ALERT_EVERY_S }));
    },
    stopWork: () => stopping.abort(),
    async close() {
      await supplier.close();
      await kv.close();
      await db.close();
    },
  };
}

// Adapters are imported where they are chosen: an instance pays the start of one driver, not of all.
async function openDatabase({ database }: Config, secrets: Secrets): Promise<Database> {
  switch (database.adapter) {
    case 'pg': {
      const { connectPg } = await import('./db/pg.ts');
      return connectPg({ url: chosen(secrets.get('databaseUrl')), attach: true });
    }
    case 'vercel-postgres': {
      const { connectVercelPostgres } = await import('./db/vercel-postgres.ts');
      return connectVercelPostgres({ url: chosen(secrets.get('postgresUrl')), attach: true });
    }
  }
}

async function openKv({ kv }: Config, secrets: Secrets, db: Database, log: Log): Promise<Kv> {
  switch (kv.adapter) {
    case 'memory':
      return createMemoryKv();
    case 'vercel-kv': {
      const { createVercelKv } = await import('./kv/vercel-kv.ts');
      // The other two fail only together with the process or the database.
      return createForgivingKv(createVercelKv(chosen(secrets.get('kv'))), log);
    }
    case 'postgres-table':
      return createPostgresTableKv(db);
  }
}

type ShareRate = (key: string, window: { turns: number; windowMs: number }) => SharedRate;

function sharedTurns({ esimGo }: Config, share: ShareRate | null): SharedTurns | undefined {
  if (share === null || esimGo.ratePerS === 0) return undefined;
  return {
    request: share('rate:esimgo', windowOf(esimGo.ratePerS, BURST)),
    order:
      esimGo.orderIntervalMs === 0 ? null : share('rate:esimgo-order', { turns: 1, windowMs: esimGo.orderIntervalMs }),
  };
}

function sharedSending({ telegram }: Config, share: ShareRate | null): SharedRate | undefined {
  if (share === null || telegram.ratePerS === 0) return undefined;
  return share('rate:telegram', windowOf(telegram.ratePerS, SEND_BURST));
}

/** The settings choose an adapter by what is set. */
function chosen<Value>(value: Value | null): Value {
  if (value === null) throw new Error('an adapter was chosen whose settings are not there');
  return value;
}

async function readShopId(db: Database): Promise<string> {
  const [shop] = await db.query<{ id: string }>(`SELECT id FROM shop`);
  if (shop === undefined) throw new Error('the database has no shop: run the migrations');
  return shop.id;
}
