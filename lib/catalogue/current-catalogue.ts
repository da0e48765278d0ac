import * as z from 'zod';
import { catalogueSourceSchema } from '../contract/catalogue.ts';
import type { Kv } from '../kv/kv.ts';
import type { PriceRules } from '../money/price-rules.ts';
import type { CatalogueDeps } from './deps.ts';
import { activePriceRules, priceRulesOf } from './price-rules.ts';

const currentSchema = z.strictObject({
  /** Another one for every change of products, states or rules: answers are kept under it and never edited. */
  version: z.string(),
  rulesVersion: z.int(),
  /** When the last complete sync ended. */
  updatedAt: z.iso.datetime(),
  source: catalogueSourceSchema,
});
export type CurrentCatalogue = z.infer<typeof currentSchema>;

export interface StoredAnswer {
  body: string;
  etag: string;
}

/** What one instance remembers. Only `current` can be outdated, and only for `POINTER_MEMORY_MS`. */
interface Memory {
  current: { catalogue: CurrentCatalogue; readAtMs: number } | null;
  reading: Promise<CurrentCatalogue | null> | null;
  answers: { version: string; byKey: Map<string, Promise<StoredAnswer | null>>; codes: ReadonlySet<string> | null };
  rules: { version: number; rules: PriceRules } | null;
  nextSyncTryMs: number;
}

type Deps = Pick<CatalogueDeps, 'db' | 'kv' | 'settings' | 'log' | 'now'>;

const POINTER = 'catalogue:current';
/** After that PostgreSQL is asked again, so that a change whose refresh was lost in a crash shows by itself. */
const POINTER_TTL_S = 300;
/** How long an instance may miss what another one changed; it spares the store a read for each answer. */
const POINTER_MEMORY_MS = 1000;

const memories = new WeakMap<Kv, Memory>();

export function memoryOf(kv: Kv): Memory {
  let memory = memories.get(kv);
  if (!memory) {
    memory = {
      current: null,
      reading: null,
      answers: { version: '', byKey: new Map(), codes: null },
      rules: null,
      nextSyncTryMs: 0,
    };
    memories.set(kv, memory);
  }
  return memory;
}

/** Null when there has never been a complete catalogue. */
export async function currentCatalogue(deps: Deps): Promise<CurrentCatalogue | null> {
  const memory = memoryOf(deps.kv);
  const nowMs = deps.now().getTime();
  if (memory.current && nowMs - memory.current.readAtMs < POINTER_MEMORY_MS) return memory.current.catalogue;
  memory.reading ??= readCurrent(deps).finally(() => {
    memory.reading = null;
  });
  return memory.reading;
}

/** To be called after every change of products, states or price rules: the new version is shown from then on. */
export async function refreshCatalogue(deps: Deps): Promise<CurrentCatalogue | null> {
  const catalogue = await computeCurrent(deps);
  if (catalogue) {
    remember(deps, catalogue);
    await writeKv(deps, POINTER, pointerOf(catalogue), { ttlS: POINTER_TTL_S });
  }
  return catalogue;
}

/** As `refreshCatalogue`, but leaves the work to the next reader. */
export async function forgetCurrentCatalogue({ kv, log }: Pick<Deps, 'kv' | 'log'>): Promise<void> {
  memoryOf(kv).current = null;
  try {
    await kv.delete(POINTER);
  } catch (error) {
    log.warn('catalogue_kv_failed', { error, key: POINTER });
  }
}

export async function rulesOf(deps: Deps, version: number): Promise<PriceRules> {
  const memory = memoryOf(deps.kv);
  if (memory.rules?.version !== version) memory.rules = { version, rules: await priceRulesOf(deps.db, version) };
  return memory.rules.rules;
}

async function readCurrent(deps: Deps): Promise<CurrentCatalogue | null> {
  const memory = memoryOf(deps.kv);
  const before = memory.current;
  const catalogue = await lookUpCurrent(deps);
  // A sync or an admin of this very instance was faster, and is newer.
  if (memory.current && memory.current !== before) return memory.current.catalogue;
  return catalogue && remember(deps, catalogue);
}

async function lookUpCurrent(deps: Deps): Promise<CurrentCatalogue | null> {
  const pointer = await readPointer(deps);
  if (pointer) return pointer;
  const catalogue = await computeCurrent(deps);
  if (!catalogue) return null;
  // A refresh that came in between is newer than what was computed here.
  const isFirst = await writeKv(deps, POINTER, pointerOf(catalogue), { ttlS: POINTER_TTL_S, onlyIfAbsent: true });
  return (isFirst ? null : await readPointer(deps)) ?? catalogue;
}

async function readPointer(deps: Deps): Promise<CurrentCatalogue | null> {
  const text = await readKv(deps, POINTER);
  if (text === null) return null;
  const [version, rulesVersion, updatedAt, source] = text.split(' ');
  const parsed = currentSchema.safeParse({ version, rulesVersion: Number(rulesVersion), updatedAt, source });
  if (!parsed.success) deps.log.warn('catalogue_pointer_unreadable', { issues: z.prettifyError(parsed.error) });
  return parsed.success ? parsed.data : null;
}

function pointerOf({ version, rulesVersion, updatedAt, source }: CurrentCatalogue): string {
  return [version, rulesVersion, updatedAt, source].join(' ');
}

function remember(deps: Deps, catalogue: CurrentCatalogue): CurrentCatalogue {
  const memory = memoryOf(deps.kv);
  memory.current = { catalogue, readAtMs: deps.now().getTime() };
  if (memory.answers.version !== catalogue.version) {
    memory.answers = { version: catalogue.version, byKey: new Map(), codes: null };
  }
  return catalogue;
}

async function computeCurrent({ db, settings }: Deps): Promise<CurrentCatalogue | null> {
  const { version: rulesVersion } = await activePriceRules(db);
  const [row] = await db.query<{ id: number; finishedAt: Date; source: 'api' | 'import'; digest: string }>(
    `select id, finished_at as "finishedAt", source,
       (select md5($1 || coalesce(string_agg(concat_ws(' ', bundle_name, cost_milli, cost_currency, sync_id), ','
          order by bundle_name), '')) from esimgo_products where state = 'listed') as digest
     from catalogue_syncs where state = 'complete' order by id desc limit 1`,
    [String(settings.maxStars)],
  );
  if (!row) return null;
  return {
    version: `${row.id}-${rulesVersion}-${row.digest.slice(0, 12)}`,
    rulesVersion,
    updatedAt: row.finishedAt.toISOString(),
    source: row.source,
  };
}

/** The catalogue is in PostgreSQL: a store that is down makes answers slower and takes none away. */
export async function readKv({ kv, log }: Pick<Deps, 'kv' | 'log'>, key: string): Promise<string | null> {
  try {
    return await kv.get(key);
  } catch (error) {
    log.warn('catalogue_kv_failed', { error, key });
    return null;
  }
}

export async function writeKv(
  { kv, log }: Pick<Deps, 'kv' | 'log'>,
  key: string,
  value: string,
  options: { ttlS: number; onlyIfAbsent?: boolean },
): Promise<boolean> {
  try {
    return await kv.set(key, value, options);
  } catch (error) {
    log.warn('catalogue_kv_failed', { error, key });
    return true;
  }
}
