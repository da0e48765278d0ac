import type { ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { plansAnswerSchema, type Plan } from '../../lib/contract/catalogue.ts';
import { connectPg } from '../../lib/db/pg.ts';
import type { Database } from '../../lib/db/sql.ts';
import { createTelegramApi } from '../../lib/telegram/bot-api.ts';
import { setUpBot } from '../../lib/telegram/set-up-bot.ts';
import type { Ledger } from './books.ts';
import { compileSources } from './compile-sources.ts';
import { kill, startSandboxProcess, startShopProcess, type Child } from './children.ts';
import { startDatabaseGate } from './database-gate.ts';
import { provideDatabase } from './database.ts';
import type { EventLog } from './event-log.ts';
import { startFront } from './front.ts';
import type { ChaosPlan } from './plan.ts';

export interface Answer {
  status: number;
  body: unknown;
}

/** What a process of the shop looks like from outside. `port` is null while it is down. */
interface Slot {
  port: number | null;
  child: Child<{ port: number }> | null;
  isStarting: boolean;
}

export type World = Awaited<ReturnType<typeof openWorld>>;

// Small enough that equal orders meet each other: which of them a vendor order belongs to is the hard question.
const PLANS_ON_OFFER = 6;
const DESTINATIONS = ['TR', 'TH'];
const CALL_TIMEOUT_MS = 30_000;
const CATALOGUE_TRIES = 60;
const LOCK_NOT_AVAILABLE = '55P03';
const LOCK_PATIENCE_MS = 200;
const LOCK_TRIES = 100;
const START_TRIES = 50;
/** The defaults. The vendors count for the account, and the processes share what is allowed through their KV. */
const REAL_LIMITS = { esimGoPerS: 8, telegramPerS: 25 };
const SHOP_APPLICATION = 'chaos-shop';
/** Short, so that a run ends; the time-outs of requests stay as they are. */
const SHORT_SETTINGS = { RECONCILE_WINDOW_S: '5', DELIVERY_DEADLINE: '40' };
/** All buyers come from one address, and ask faster than people. */
const NO_HTTP_LIMITS = { USER_RATE_PER_MIN: '0', AUTH_FAILURES_PER_MIN: '0' };

/** The database, the simulators and the shop's processes, each a process of its own, behind one address. */
export async function openWorld(plan: ChaosPlan, log: EventLog, given: { databaseUrl?: string | undefined } = {}) {
  const undos: (() => unknown)[] = [];
  const folder = await mkdtemp(path.join(tmpdir(), 'esim-shop-chaos-'));
  // As root the database runs as somebody else, who has to reach its data.
  await chmod(folder, 0o711);
  undos.push(() => rm(folder, { recursive: true, force: true }));
  try {
    return await open(plan, log, given, folder, undos);
  } catch (error) {
    await undoAll(undos.filter((_, index) => index > 0));
    throw error;
  }
}

async function open(
  plan: ChaosPlan,
  log: EventLog,
  given: { databaseUrl?: string | undefined },
  folder: string,
  undos: (() => unknown)[],
) {
  const sources = await compileSources();
  undos.push(() => sources.remove());
  const database = await provideDatabase(given.databaseUrl, folder);
  undos.push(() => database.remove());
  const databaseUrl = database.url;
  const db = connectPg({ url: databaseUrl, max: 8 });
  undos.push(() => db.close());
  const gate = await startDatabaseGate(databaseUrl);
  undos.push(() => gate.close());

  const slots: Slot[] = plan.processes.map(() => ({ port: null, child: null, isStarting: false }));
  const front = await startFront(() => slots.flatMap(({ port }) => port ?? []));
  undos.push(() => front.close());

  // Also those that are not ready yet.
  const alive = new Set<ChildProcess>();
  function onSpawn(child: ChildProcess): void {
    alive.add(child);
    child.once('exit', () => alive.delete(child));
  }
  const killAll = (): Promise<unknown> => Promise.all([...alive].map(kill));
  let isClosing = false;
  undos.push(() => {
    isClosing = true;
    return killAll();
  });

  const logFile = (name: string): string => path.join(folder, `${name}.log`);
  const startSandbox = (port: number) =>
    startSandboxProcess({
      folder: sources.folder,
      env: {
        DATABASE_URL: databaseUrl,
        DATA_DIR: folder,
        SHOP_URL: front.url,
        CHAOS_SEED: plan.seed,
        PORT: String(port),
      },
      logFile: logFile('sandbox'),
      onSpawn,
    });
  const sandbox = await startSandbox(0);
  const sandboxUrl = `http://127.0.0.1:${sandbox.ready.port}`;

  const { esimGoPerS, telegramPerS } = plan.realLimits ? REAL_LIMITS : { esimGoPerS: 0, telegramPerS: 0 };
  const env: Record<string, string> = {
    // In production the KV is a table, which is what several processes need.
    NODE_ENV: 'production',
    APP_URL: front.url,
    ESIMGO_API_KEY: sandbox.ready.esimGoApiKey,
    ESIMGO_API_URL: `${sandboxUrl}/sandbox/esimgo/v2.5`,
    ESIMGO_RATE_PER_S: String(esimGoPerS),
    TELEGRAM_BOT_TOKEN: sandbox.ready.botToken,
    TELEGRAM_API_URL: `${sandboxUrl}/sandbox/telegram`,
    TELEGRAM_RATE_PER_S: String(telegramPerS),
    TELEGRAM_WEBHOOK_SECRET: randomBytes(16).toString('hex'),
    CRON_SECRET: randomBytes(16).toString('hex'),
    DATA_KEY: randomBytes(32).toString('hex'),
    ...SHORT_SETTINGS,
    ...NO_HTTP_LIMITS,
  };
  const { CRON_SECRET: cronSecret = '' } = env;
  const bot = createTelegramApi({
    botToken: sandbox.ready.botToken,
    apiUrl: `${sandboxUrl}/sandbox/telegram`,
    ratePerS: 0,
  });

  async function startShop(index: number): Promise<void> {
    const slot = slots[index];
    const settings = plan.processes[index];
    if (slot === undefined || settings === undefined || slot.child !== null || slot.isStarting || isClosing) return;
    slot.isStarting = true;
    const child = await startShopProcess({
      folder: sources.folder,
      env: {
        ...env,
        DATABASE_URL: urlFor(gate.url, index, settings.isolation),
        ...(settings.clockOffsetS === 0 ? {} : { CHAOS_CLOCK_OFFSET_S: String(settings.clockOffsetS) }),
      },
      logFile: logFile(`shop-${index}`),
      onSpawn,
    }).finally(() => {
      slot.isStarting = false;
    });
    slot.child = child;
    slot.port = child.ready.port;
    child.process.once('exit', () => {
      if (slot.child !== child) return;
      slot.port = null;
      slot.child = null;
    });
    if (isClosing) await kill(child.process);
  }

  /** Nobody can ask a simulator that is down. */
  let poweredUp: Promise<unknown> = Promise.resolve();

  async function call(base: string, route: string, init: { json?: unknown; headers?: Record<string, string> } = {}) {
    const response = await fetch(`${base}${route}`, {
      method: init.json === undefined ? 'GET' : 'POST',
      headers: { ...(init.json === undefined ? {} : { 'content-type': 'application/json' }), ...init.headers },
      ...(init.json === undefined ? {} : { body: JSON.stringify(init.json) }),
      signal: AbortSignal.timeout(CALL_TIMEOUT_MS),
    });
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.startsWith('application/json') ?? false;
    return { status: response.status, body: isJson ? (JSON.parse(text) as unknown) : text };
  }

  let databaseStartedAt = await startOf(db);

  /** Whether the database died too: it says itself when it was started. */
  async function restartAll(): Promise<boolean> {
    database.server?.kill();
    await killAll();
    await database.server?.restart();
    const before = databaseStartedAt;
    databaseStartedAt = await startOf(db);
    await startSandbox(sandbox.ready.port);
    await Promise.all(slots.map((_, index) => startShop(index)));
    return databaseStartedAt > before;
  }

  const world = {
    folder,
    db,
    sandboxUrl,
    bot,
    limits: `eSIM Go ${plan.realLimits ? '10 requests/s' : 'lifted'}, Telegram ${plan.realLimits ? '30 messages/s' : 'lifted'}`,
    settings: `${inWords(SHORT_SETTINGS)}, no HTTP limits per user, cron each second`,
    plans: [] as Plan[],
    slots,
    startShop,
    /** A request of somebody's to the shop: whichever process takes it. */
    ask: (route: string, init: { json?: unknown; headers?: Record<string, string> } = {}): Promise<Answer> =>
      call(front.url, route, init),
    async control<Body = unknown>(name: string, json: unknown): Promise<Body> {
      await poweredUp;
      const answer = await call(sandboxUrl, `/sandbox/api/${name}`, { json });
      if (answer.status !== 200) throw new Error(`${name} answered ${answer.status}: ${JSON.stringify(answer.body)}`);
      return answer.body as Body;
    },
    ledger: async (): Promise<Ledger> => (await call(sandboxUrl, '/sandbox/api/ledger')).body as Ledger,
    /** Whatever becomes of it: a job that failed runs again. */
    async cron(job: string): Promise<void> {
      try {
        const { status } = await call(front.url, `/api/cron/${job}`, {
          headers: { authorization: `Bearer ${cronSecret}` },
        });
        log.note('cron', { job, status });
      } catch (error) {
        log.note('cron', { job, error: String(error) });
      }
    },
    /** Also makes Telegram deliver at once what it holds back. */
    setUpBot: () =>
      setUpBot(bot, {
        appUrl: front.url,
        shopName: 'eSIM',
        secretToken: env.TELEGRAM_WEBHOOK_SECRET ?? '',
      }),
    async killShop(index: number): Promise<void> {
      const slot = slots[index];
      const child = slot?.child;
      if (slot === undefined || !child) return;
      slot.port = null;
      slot.child = null;
      await kill(child.process);
    },
    /**
     * The shop, both simulators and, where it is ours, the database die in one moment; then all of it is started once.
     * The simulators' books are in the same database: what a crash takes from its end, it takes from both sides.
     * Resolves to whether the database died with the rest.
     */
    cutPower(): Promise<boolean> {
      const restored = poweredUp.then(restartAll);
      poweredUp = restored.catch(() => undefined);
      return restored;
    },
    /**
     * Nothing is written to the table for so long. A frozen process may hold it open; to queue behind that would stop
     * everybody for as long as it sleeps, so the lock is tried for until it is free.
     */
    async lockTable(table: string, ms: number): Promise<void> {
      for (let tries = 1; ; tries += 1) {
        try {
          return await db.transaction(async (tx) => {
            await tx.query(`SET LOCAL lock_timeout = ${LOCK_PATIENCE_MS}`);
            await tx.query(`LOCK TABLE ${table} IN EXCLUSIVE MODE`);
            await tx.query(`SELECT pg_sleep($1)`, [ms / 1_000]);
          });
        } catch (error) {
          if (tries === LOCK_TRIES || !isLockTimeout(error)) throw error;
          await sleep(LOCK_PATIENCE_MS);
        }
      }
    },
    async cutConnections(share: number): Promise<number> {
      const rows = await db.query(
        `SELECT pg_terminate_backend(pid) FROM (
           SELECT pid FROM pg_stat_activity
           WHERE datname = current_database() AND starts_with(application_name, $1) ORDER BY pid
           LIMIT (SELECT ceil(count(*) * $2::float8) FROM pg_stat_activity
                  WHERE datname = current_database() AND starts_with(application_name, $1))
         ) AS chosen`,
        [SHOP_APPLICATION, share],
      );
      return rows.length;
    },
    /** As when another server takes over: what the shop's connections had under way ends, and none comes about. */
    async failOver(ms: number): Promise<void> {
      gate.shut();
      try {
        await world.cutConnections(1);
        await sleep(ms);
      } finally {
        gate.open();
      }
    },
    /** `keepLogs` leaves the processes' own logs behind. */
    async close({ keepLogs = false }: { keepLogs?: boolean } = {}): Promise<void> {
      await undoAll(keepLogs ? undos.filter((_, index) => index > 0) : undos);
    },
  };

  await world.setUpBot();
  if (!plan.realLimits) await world.control('set', { esimgo: { rate_per_s: 0 }, telegram: { rate_per_s: 0 } });
  // The first process, whose clock is right, prepares the shop; its own tick may be the one that fills the catalogue.
  await startShop(0);
  await world.cron('sync-catalogue');
  world.plans = await readPlans(world);
  await Promise.all(slots.map((_, index) => startShop(index)));
  return world;
}

/** Asked again while connections of before a crash still fail. */
async function startOf({ query }: Pick<Database, 'query'>): Promise<number> {
  for (let tries = 1; ; tries += 1) {
    try {
      const [row] = await query<{ at: Date }>(`SELECT pg_postmaster_start_time() AS at`);
      if (row === undefined) throw new Error('PostgreSQL does not say when it was started');
      return row.at.getTime();
    } catch (error) {
      if (tries === START_TRIES) throw error;
      await sleep(LOCK_PATIENCE_MS);
    }
  }
}

function inWords(settings: Readonly<Record<string, string>>): string {
  return Object.entries(settings)
    .map(([name, value]) => `${name}=${value}`)
    .join(' ');
}

function urlFor(databaseUrl: string, index: number, isolation: ChaosPlan['processes'][number]['isolation']): string {
  const url = new URL(databaseUrl);
  url.searchParams.set('application_name', `${SHOP_APPLICATION}-${index}`);
  if (isolation === 'serializable') url.searchParams.set('options', '-cdefault_transaction_isolation=serializable');
  return url.href;
}

async function readPlans(world: {
  ask(route: string): Promise<Answer>;
  cron(job: string): Promise<void>;
}): Promise<Plan[]> {
  const plans: Plan[] = [];
  for (const destination of DESTINATIONS) {
    let answer = await world.ask(`/api/esimgo/catalogue?destination=${destination}`);
    for (let tries = 1; answer.status !== 200; tries += 1) {
      if (tries === CATALOGUE_TRIES) throw new Error(`the catalogue answered ${answer.status}`);
      await sleep(1_000);
      answer = await world.ask(`/api/esimgo/catalogue?destination=${destination}`);
    }
    plans.push(...plansAnswerSchema.parse(answer.body).plans.slice(0, PLANS_ON_OFFER / DESTINATIONS.length));
  }
  return plans;
}

function isLockTimeout(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === LOCK_NOT_AVAILABLE;
}

async function undoAll(undos: readonly (() => unknown)[]): Promise<void> {
  for (const undo of undos.toReversed()) {
    try {
      await undo();
    } catch (error) {
      console.error(error);
    }
  }
}
