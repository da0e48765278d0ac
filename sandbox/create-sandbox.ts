import { randomBytes } from 'node:crypto';

import { createClock } from './clock.ts';
import type { EsimGoSimulator, SandboxContext, SandboxKeys, TelegramSimulator } from './context.ts';
import { answerControl, refuse, type ControlParts } from './control/control-api.ts';
import { createCallerCheck } from './control/known-callers.ts';
import { createEsimGoSimulator } from './esim-go/esim-go-simulator.ts';
import { createFaultBook } from './faults.ts';
import { createJournal } from './journal.ts';
import { loadKeys } from './keys.ts';
import { servePage } from './page/serve-page.ts';
import { createRandom } from './random.ts';
import { createShopDelivery } from './shop-delivery.ts';
import { openStore, type SandboxStore } from './store.ts';
import { createTelegramSimulator } from './telegram/telegram-simulator.ts';
import { passGate } from './vendor-gate.ts';

export interface SandboxOptions {
  /** The shop's PostgreSQL; the sandbox keeps to its own schema. */
  databaseUrl: string;
  /** Where the generated keys are kept. */
  dataDir: string;
  /** Read at each delivery, because a host knows its port only once it listens. */
  shopUrl: () => string;
  /** HOST and APP_URL say where the page and the control API are opened; keys are taken if they are marked. */
  env: Record<string, string | undefined>;
  /** Makes fault draws and ids repeatable on a fresh database. Keys are never drawn from it. */
  seed?: string;
}

export interface Sandbox {
  keys: SandboxKeys;
  /** Answers everything below `/sandbox`, and null for the rest. */
  fetch(request: Request): Promise<Response | null>;
  close(): Promise<void>;
}

const ESIMGO_PREFIX = '/sandbox/esimgo';
const TELEGRAM_PREFIX = '/sandbox/telegram';
const API_PREFIX = '/sandbox/api/';

export async function createSandbox(options: SandboxOptions): Promise<Sandbox> {
  const keys = await loadKeys(options.dataDir, options.env);
  const sql = openStore(options.databaseUrl);
  try {
    return await startSandbox(options, keys, sql);
  } catch (error) {
    await sql.close();
    throw error;
  }
}

async function startSandbox(options: SandboxOptions, keys: SandboxKeys, sql: SandboxStore): Promise<Sandbox> {
  const closing = new AbortController();
  const random = createRandom('');
  const faultRandom = createRandom('');
  const faults = createFaultBook(sql, faultRandom);

  async function seedDraws(newSeed: string | undefined, isReset: boolean): Promise<number> {
    const { seed, epoch, starts, clockOffsetMs } = await nextEpoch(sql, newSeed, isReset);
    // Ids must not come back after a restart or a reset, because the shop still has the old ones; draws of faults may.
    random.reseed(`${seed}:ids:${epoch}`);
    faultRandom.reseed(`${seed}:faults:${starts}`);
    return clockOffsetMs;
  }

  let clockOffsetMs = 0;
  await sql.exclusively(async () => {
    await sql.query(SCHEMA);
    clockOffsetMs = await seedDraws(options.seed, false);
    await faults.load();
  });

  const clock = createClock(clockOffsetMs);
  const journal = createJournal(() => clock.now());
  const shop = createShopDelivery({ shopUrl: options.shopUrl, faults, clock, journal, closing: closing.signal });
  const context: SandboxContext = { sql, clock, random, keys, shop, journal };

  const esimGo: EsimGoSimulator = createEsimGoSimulator(context);
  const telegram: TelegramSimulator = createTelegramSimulator(context);
  await sql.exclusively(async () => {
    await esimGo.start();
    await telegram.start();
  });

  const control: ControlParts = {
    sql,
    clock,
    journal,
    faults,
    esimGo,
    telegram,
    reseed: async (seed) => {
      await seedDraws(seed, true);
    },
  };
  const refusalOf = createCallerCheck(options.env);
  const gate = { faults, clock, journal, closing: closing.signal };

  return {
    keys,
    async fetch(request) {
      const url = urlOf(request);
      if (url === null) return null;
      const { pathname, searchParams } = url;
      if (pathname !== '/sandbox' && !pathname.startsWith('/sandbox/')) return null;
      if (pathname.startsWith(`${ESIMGO_PREFIX}/`)) {
        return passGate(gate, 'esimgo', esimGo, request, pathname, pathname.slice(ESIMGO_PREFIX.length));
      }
      if (pathname.startsWith(`${TELEGRAM_PREFIX}/`)) {
        return passGate(gate, 'telegram', telegram, request, pathname, pathname.slice(TELEGRAM_PREFIX.length));
      }
      const refusal = refusalOf(request);
      if (refusal !== null) return refuse(403, refusal);
      if (pathname.startsWith(API_PREFIX)) {
        return answerControl(control, request, pathname.slice(API_PREFIX.length), searchParams);
      }
      return (await servePage(pathname)) ?? new Response('Not Found', { status: 404 });
    },
    async close() {
      closing.abort();
      await Promise.all([esimGo.stop(), telegram.stop()]);
      clock.stop();
      await sql.close();
    },
  };
}

/** Null when the Host header is none; the shop refuses that. */
function urlOf(request: Request): URL | null {
  try {
    return new URL(request.url);
  } catch (error) {
    if (error instanceof TypeError) return null;
    throw error;
  }
}

const SCHEMA = `
  create schema if not exists sandbox;
  create table if not exists sandbox.settings (
    id int primary key check (id = 1),
    seed text not null,
    epoch int not null,
    starts int not null,
    clock_offset_ms bigint not null
  );
`;

/** Counts starts and resets for good (`epoch`) and since the last reset (`starts`). */
async function nextEpoch(
  sql: SandboxStore,
  seed: string | undefined,
  isReset: boolean,
): Promise<{ seed: string; epoch: number; starts: number; clockOffsetMs: number }> {
  const rows = await sql.query<{ seed: string; epoch: number; starts: number; clock_offset_ms: string }>(
    `insert into sandbox.settings as known (id, seed, epoch, starts, clock_offset_ms) values (1, coalesce($1, $2), 1, 1, 0)
     on conflict (id) do update set seed = coalesce($1, known.seed), epoch = known.epoch + 1,
       starts = case when $3 then 1 else known.starts + 1 end
     returning seed, epoch, starts, clock_offset_ms`,
    [seed ?? null, randomBytes(8).toString('hex'), isReset],
  );
  const [row] = rows;
  if (row === undefined) throw new Error('The settings of the sandbox could not be stored.');
  return { seed: row.seed, epoch: row.epoch, starts: row.starts, clockOffsetMs: Number(row.clock_offset_ms) };
}
