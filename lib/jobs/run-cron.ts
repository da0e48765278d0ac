import type { CatalogueDeps } from '../catalogue/deps.ts';
import { syncCatalogue } from '../catalogue/sync-catalogue.ts';
import type { ShopDeps } from '../deps.ts';
import { refreshDueEsims } from '../esims/refresh-due-esims.ts';
import { expireOrders } from '../orders/expire-orders.ts';
import { failLateOrders } from '../orders/fail-late-orders.ts';
import { noticeSlowOrders } from '../orders/notice-slow-orders.ts';
import { reconcileOrders } from '../orders/reconcile-orders.ts';
import { sweepStars } from '../orders/sweep-stars.ts';
import { eraseDueUsers } from '../users/erase-user.ts';
import { drainOutbox } from './drain-outbox.ts';
import { findOverduePayments } from './look-for-payments.ts';
import { purge } from './purge.ts';
import { reseal } from './reseal.ts';
import { watchRefunds } from './watch-refunds.ts';
import { watchShop } from './watch-shop.ts';

export const CRON_JOBS = ['tick', 'drain', 'reconcile', 'sync-catalogue', 'sweep-stars', 'usage', 'expire'] as const;
export type CronJob = (typeof CRON_JOBS)[number];

/** How often `tick` does what need not be done each time, in seconds. */
const EVERY_S = { stars: 300, reconcile: 10, watch: 600, purge: 3_600 } as const;

// A tick has other parts to run; what is left of the work goes on behind it.
const TICK_DRAIN_MS = 5_000;

/** What the jobs work with: the shop's ports, and the catalogue's. */
export interface CronDeps {
  deps: ShopDeps;
  catalogue: CatalogueDeps;
}

type Report = Record<string, unknown>;

export async function runCron(app: CronDeps, job: CronJob): Promise<Report> {
  const { deps } = app;
  if (!deps.config.runsJobs) return { skipped: 'preview' };
  switch (job) {
    case 'drain':
      return { ...(await drainOutbox(deps)) };
    case 'reconcile':
      return { ...(await reconcileOrders(deps)) };
    case 'sync-catalogue':
      return { ...(await syncCatalogue(app.catalogue, { source: 'api' })) };
    case 'sweep-stars':
      return { ...(await sweepStars(deps)) };
    case 'usage':
      return { refreshed: await refreshDueEsims(deps) };
    case 'expire':
      return { expired: await expireOrders(deps), late: await failLateOrders(deps) };
    case 'tick':
      return tick(app);
  }
}

/** Whatever is due, and a report of the parts that found something. A part that fails stops none of the others. */
async function tick(app: CronDeps): Promise<Report> {
  const { deps } = app;
  const report: Report = {};
  const part = async (name: string, work: () => Promise<unknown>): Promise<void> => {
    try {
      const result = await work();
      if (isNews(result)) report[name] = result;
    } catch (error) {
      report[name] = 'failed';
      deps.log.error('tick_part_failed', { part: name, error });
    }
  };
  await part('expired', () => expireOrders(deps));
  await part('late', () => failLateOrders(deps));
  await part('slow', () => noticeSlowOrders(deps));
  if (await isTurn(app, 'reconcile')) await part('reconcile', () => reconcileOrders(deps));
  await part('overdue', () => findOverduePayments(deps));
  await part('drain', () => drainOutbox(deps, { budgetMs: TICK_DRAIN_MS }));
  await part('usage', () => refreshDueEsims(deps));
  if (await isTurn(app, 'stars')) await part('stars', () => sweepStars(deps));
  await part('resealed', () => reseal(deps));
  await part('erased', () => eraseDueUsers(deps));
  if (await isTurn(app, 'purge')) await part('purge', () => purge(deps));
  if (await isTurn(app, 'watch')) {
    await part('alerts', () => watchShop(deps));
    await part('refunds', () => watchRefunds(deps));
  }
  await part('catalogue', () => syncIfStale(app));
  return report;
}

function isNews(result: unknown): boolean {
  if (typeof result === 'number') return result > 0;
  return typeof result === 'object' && result !== null && Object.values(result).some((value) => value !== 0);
}

/** One process in each period; which one does not matter. */
async function isTurn({ deps }: CronDeps, name: keyof typeof EVERY_S): Promise<boolean> {
  return deps.kv.set(`tick:${name}`, '1', { ttlS: EVERY_S[name], onlyIfAbsent: true });
}

async function syncIfStale({ catalogue }: CronDeps): Promise<unknown> {
  const [row] = await catalogue.db.query<{ is_stale: boolean }>(
    `SELECT coalesce(max(finished_at) FILTER (WHERE state = 'complete') < now() - $1::integer * interval '1 second', true)
       AND coalesce(max(started_at) < now() - interval '5 minutes', true) AS is_stale
     FROM catalogue_syncs`,
    [catalogue.settings.catalogueTtlS],
  );
  return row?.is_stale ? syncCatalogue(catalogue, { source: 'api' }) : null;
}
