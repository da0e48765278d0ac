import { randomInt } from 'node:crypto';
import type { App } from '../../lib/app.ts';
import { activePriceRules } from '../../lib/catalogue/price-rules.ts';
import { PRODUCT_COLUMNS, type Product } from '../../lib/catalogue/product.ts';
import { pendingMigrations } from '../../lib/db/migrate.ts';
import { connectPg } from '../../lib/db/pg.ts';
import { SealError } from '../../lib/db/sealed-text.ts';
import type { Database } from '../../lib/db/sql.ts';
import { readHealth } from '../../lib/jobs/read-health.ts';
import { SEALED_COLUMNS } from '../../lib/jobs/reseal.ts';
import { createVercelKv } from '../../lib/kv/vercel-kv.ts';
import { priceBundle } from '../../lib/money/price-bundle.ts';
import { ok, reasonOf, skipped, warn, wrong, type Finding } from './finding.ts';

const OLDEST_SERVER = 150_000;
// Logins, invoices and deadlines are compared across clocks; half a minute is where buyers begin to notice.
const MAX_SKEW_MS = 30_000;
/** Every tick drains what is due; older work means that no tick comes. */
const MAX_JOB_AGE_S = 300;

export async function databaseFindings({ deps, secrets }: App): Promise<readonly Finding[]> {
  const askedAtMs = Date.now();
  const [row] = await deps.db.query<{ version: string; number: number; now: Date }>(
    `SELECT current_setting('server_version') AS version, current_setting('server_version_num')::integer AS number,
            clock_timestamp() AS now`,
  );
  const answeredAtMs = Date.now();
  if (row === undefined) return [wrong('database', 'gave an empty answer', 'Check DATABASE_URL.')];
  const says = `PostgreSQL ${row.version}, ${answeredAtMs - askedAtMs} ms`;
  const skewMs = row.now.getTime() - (askedAtMs + answeredAtMs) / 2;
  const url = secrets.get('databaseUrl') ?? secrets.get('postgresUrl') ?? '';
  const unpooledUrl = secrets.get('databaseUrlUnpooled');
  const unpooled = unpooledUrl === null ? [] : [await unpooledFinding(deps.db, unpooledUrl)];
  const isPair = unpooled.every(({ state }) => state === 'ok');
  return [
    row.number >= OLDEST_SERVER
      ? ok('database', says)
      : wrong('database', says, 'The shop needs PostgreSQL 15 or later.'),
    isPooled(url) && unpooledUrl === null
      ? warn('database pooler', 'DATABASE_URL goes through a pooler', 'Set DATABASE_URL_UNPOOLED for migrations.')
      : ok('database pooler', isPooled(url) ? 'yes, and migrations go past it' : 'none in the address'),
    ...unpooled,
    isPair
      ? await migrationsFinding(unpooledUrl ?? url)
      : skipped('migrations', 'not asked: DATABASE_URL_UNPOOLED comes first'),
    clockFinding('clock of PostgreSQL', skewMs),
  ];
}

function isPooled(url: string): boolean {
  return URL.canParse(url) && (/pooler/.test(new URL(url).hostname) || new URL(url).port === '6543');
}

/** Migrations go to this address and the shop works on the other one, so both must lead to one database. */
async function unpooledFinding(db: Database, unpooledUrl: string): Promise<Finding> {
  const name = 'database, unpooled';
  const unpooled = connectPg({ url: unpooledUrl, max: 1 });
  try {
    // A lock that is held there is held here only in the same database: a copy has the same shop id, and an empty one none.
    const key = randomInt(2 ** 31);
    const [row] = await unpooled.transaction(async (tx) => {
      await tx.query('SELECT pg_advisory_xact_lock($1)', [key]);
      return db.query<{ is_free: boolean }>('SELECT pg_try_advisory_xact_lock($1) AS is_free', [key]);
    });
    return row?.is_free === false
      ? ok(name, 'the same database')
      : wrong(
          name,
          'these are two databases: DATABASE_URL leads to one, DATABASE_URL_UNPOOLED to another',
          'Copy both again from one database at your provider: the shop works on the first, migrations go to the second.',
        );
  } catch (error) {
    return wrong(name, reasonOf(error), 'Check DATABASE_URL_UNPOOLED and whether this machine may connect.');
  } finally {
    await unpooled.close();
  }
}

async function migrationsFinding(connectionString: string): Promise<Finding> {
  const pending = await pendingMigrations({ connectionString });
  return pending.length === 0
    ? ok('migrations', 'all applied')
    : wrong('migrations', `missing: ${pending.join(', ')}`, 'Run `npm run migrate`.');
}

export function clockFinding(name: string, skewMs: number): Finding {
  const says = `${Math.abs(skewMs) < 1500 ? 'with ours' : `${Math.round(skewMs / 1000)} s off ours`}`;
  return Math.abs(skewMs) <= MAX_SKEW_MS
    ? ok(name, says)
    : wrong(name, says, 'Set the clock of this machine (timedatectl set-ntp true), then compare again.');
}

/** Whether what is stored sealed can still be opened: a key that was lost or changed shows nowhere else until a buyer looks. */
export async function sealFindings({ deps: { db, keyring } }: App): Promise<readonly Finding[]> {
  const name = 'codes and addresses';
  const columns = await Promise.all(
    SEALED_COLUMNS.map(async ({ table, column, purposeOf }) => {
      const newest = await db.query<{ id: string; sealed: string; count: number }>(
        `SELECT DISTINCT ON (key) id, sealed, count(*) OVER (PARTITION BY key)::integer AS count
         FROM (SELECT id, created_at, ${column} AS sealed, split_part(${column}, '.', 2) AS key
               FROM ${table} WHERE ${column} IS NOT NULL) AS stored
         ORDER BY key, created_at DESC`,
      );
      return newest.map(({ id, sealed, count }) => ({ sealed, count, purpose: purposeOf(id) }));
    }),
  );
  const rows = columns.flat();
  const sum = (some: typeof rows): number => some.reduce((total, { count }) => total + count, 0);
  const closed = rows.filter(({ sealed, purpose }) => {
    try {
      keyring.open(sealed, purpose);
      return false;
    } catch (error) {
      if (error instanceof SealError) return true;
      throw error;
    }
  });
  if (rows.length === 0) return [skipped(name, 'none is stored yet')];
  if (closed.length > 0) {
    return [
      wrong(
        name,
        `${sum(closed)} of ${sum(rows)} cannot be opened`,
        'They were sealed with another DATA_KEY: set that one again, or as DATA_KEY_PREVIOUS if you changed it on purpose.',
      ),
    ];
  }
  const old = sum(rows.filter(({ sealed }) => keyring.isOld(sealed)));
  return [ok(name, `all ${sum(rows)} can be opened${old === 0 ? '' : `, ${old} with DATA_KEY_PREVIOUS: keep it`}`)];
}

export async function kvFindings({ deps, secrets }: App): Promise<readonly Finding[]> {
  const key = `doctor:${deps.now().getTime()}`;
  const startedAtMs = Date.now();
  // The shop itself goes on without a KV that fails, and would hide the reason.
  const remote = secrets.get('kv');
  const kv = remote === null ? deps.kv : createVercelKv(remote);
  await kv.set(key, 'yes', { ttlS: 60 });
  const value = await kv.get(key);
  await kv.delete(key);
  const says = `${KV_WORDS[deps.config.kv.adapter]}, ${Date.now() - startedAtMs} ms for three calls`;
  return [
    value === 'yes'
      ? ok('KV', says)
      : wrong('KV', says, 'The store does not keep what it is given: check KV_REST_API_URL.'),
  ];
}

const KV_WORDS: Record<App['deps']['config']['kv']['adapter'], string> = {
  'vercel-kv': 'the store at KV_REST_API_URL',
  'postgres-table': 'a table in the database',
  memory: 'memory of one process, in development only',
};

/** Whether somebody works off what is due, and what waits for a person. */
export async function workFindings({ deps }: App): Promise<readonly Finding[]> {
  const health = await readHealth(deps);
  const { config } = deps;
  const jobAgeS = health.oldest_due_job_s ?? 0;
  const undeliveredS = health.oldest_undelivered_s ?? 0;
  const needsHuman = health.needs_human ?? 0;
  const deadJobs = health.dead_jobs ?? 0;
  return [
    config.runsJobs
      ? jobAgeS <= MAX_JOB_AGE_S
        ? ok('jobs', `${health.queue_depth ?? 0} waiting, none overdue`)
        : wrong(
            'jobs',
            `due for ${jobAgeS} s and not done`,
            'Cron does not reach /api/cron/tick: see docs/deploy.md, “Ticks”.',
          )
      : skipped('jobs', 'a preview deployment runs none'),
    undeliveredS <= config.deliveryDeadlineS
      ? ok('paid orders', undeliveredS === 0 ? 'none waits' : `the oldest waits ${undeliveredS} s`)
      : wrong('paid orders', `one waits for ${undeliveredS} s`, 'docs/runbook.md, paid_not_delivered.'),
    needsHuman === 0
      ? ok('orders for a person', 'none')
      : warn('orders for a person', String(needsHuman), 'docs/runbook.md, needs_human.'),
    deadJobs === 0
      ? ok('given-up jobs', 'none')
      : warn('given-up jobs', String(deadJobs), 'docs/runbook.md, job_failed.'),
  ];
}

export async function catalogueFindings({ deps }: App): Promise<readonly Finding[]> {
  const [row] = await deps.db.query<{
    listed: number;
    quarantined: number;
    age_s: number | null;
    source: string | null;
  }>(
    `SELECT (SELECT count(*)::integer FROM esimgo_products WHERE state = 'listed') AS listed,
            (SELECT count(*)::integer FROM esimgo_products WHERE state = 'quarantined') AS quarantined,
            last.age_s, last.source
     FROM (SELECT 1) AS one LEFT JOIN (
       SELECT extract(epoch FROM now() - finished_at)::integer AS age_s, source FROM catalogue_syncs
       WHERE state = 'complete' ORDER BY id DESC LIMIT 1) AS last ON true`,
  );
  const { listed = 0, quarantined = 0, age_s: ageS = null, source = null } = row ?? {};
  if (ageS === null || listed === 0) {
    return [wrong('catalogue', `${listed} plans`, 'Let cron run once; if it stays empty, run `npm run esimgo:probe`.')];
  }
  const says = `${listed} plans, ${Math.round(ageS / 360) / 10} h old, from ${source === 'import' ? 'a price list' : 'the API'}`;
  const isStale = source === 'api' && ageS > 2 * deps.config.catalogueTtlS;
  return [
    isStale ? warn('catalogue', says, 'It is not being refreshed: run `npm run esimgo:probe`.') : ok('catalogue', says),
    quarantined === 0
      ? ok('quarantine', 'empty')
      : warn(
          'quarantine',
          `${quarantined} plans are not sold`,
          'Accept or hide them: docs/runbook.md, prices_quarantined.',
        ),
    await saleFinding(deps),
  ];
}

/** Plans that would cost more Stars than MAX_STARS are left out in silence. */
async function saleFinding({ db, config }: App['deps']): Promise<Finding> {
  const name = 'plans on sale';
  const { rules } = await activePriceRules(db);
  const products = await db.query<Product>(`SELECT ${PRODUCT_COLUMNS} FROM esimgo_products WHERE state = 'listed'`);
  const stars = products.flatMap((product) => {
    const price = priceBundle({ ...product, group: product.tier }, rules, Number.MAX_SAFE_INTEGER);
    return 'stars' in price ? [price.stars] : [];
  });
  if (stars.length === 0) return skipped(name, 'none has a price: see currency');
  const sold = stars.filter((price) => price <= config.maxStars).length;
  const says = `${sold} of ${stars.length} cost ${config.maxStars} Stars or less`;
  if (sold === 0) {
    const cheapest = stars.reduce((least, price) => Math.min(least, price));
    return wrong(name, says, `Nothing is sold: raise MAX_STARS, as the cheapest costs ${cheapest}, or leave it out.`);
  }
  return sold < stars.length / 2
    ? warn(name, says, 'Most plans are left out: raise MAX_STARS, or leave it out for 10000.')
    : ok(name, says);
}
