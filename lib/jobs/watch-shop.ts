import type { ShopDeps } from '../deps.ts';
import { raiseAlert } from '../notify/raise-alert.ts';
import { watchErasures } from '../users/erase-user.ts';

const DAY_S = 86_400;
// A sync may fail now and then; this many in a row mean something.
const STALE_AFTER_TTLS = 4;
const MIN_DELIVERED_PERCENT = 95;
// Below this many purchases one that went back would already be news.
const MIN_PURCHASES = 10;

interface Figures {
  is_catalogue_stale: boolean;
  settled: number;
  delivered: number;
}

/**
 * Tells the admins of what no single request shows: an old catalogue, too few deliveries, data that is not deleted.
 * Returns how many there are.
 */
export async function watchShop(deps: Pick<ShopDeps, 'db' | 'log' | 'config'>): Promise<number> {
  const [figures] = await deps.db.query<Figures>(
    `SELECT
       coalesce((SELECT max(finished_at) < now() - $1::integer * interval '1 second' FROM catalogue_syncs
                 WHERE state = 'complete'), false) AS is_catalogue_stale,
       count(*)::integer AS settled, (count(*) FILTER (WHERE ready_at IS NOT NULL))::integer AS delivered
     FROM orders
     WHERE created_at > now() - interval '1 day' AND paid_at IS NOT NULL
       AND (ready_at IS NOT NULL OR payment_status <> 'paid' OR deliver_by < now())`,
    [STALE_AFTER_TTLS * deps.config.catalogueTtlS],
  );
  if (figures === undefined) throw new Error('an aggregate returned no row');
  const { is_catalogue_stale: isStale, settled, delivered } = figures;
  const isLow = settled >= MIN_PURCHASES && delivered * 100 < settled * MIN_DELIVERED_PERCENT;
  if (isStale) await raiseAlert(deps, 'catalogue_stale', { everyS: DAY_S });
  if (isLow) await raiseAlert(deps, 'delivery_rate_low', { everyS: DAY_S });
  const isErasureHeld = await watchErasures(deps);
  return Number(isStale) + Number(isLow) + Number(isErasureHeld);
}
