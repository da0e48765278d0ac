import type { ShopDeps } from '../deps.ts';

export interface Health {
  ok: boolean;
  database: 'up' | 'down';
  kv: 'up' | 'down';
  catalogue_age_s: number | null;
  queue_depth: number | null;
  oldest_due_job_s: number | null;
  /** Paid and neither delivered nor refunded, the oldest of them. */
  oldest_undelivered_s: number | null;
  needs_human: number | null;
  dead_jobs: number | null;
}

interface Figures {
  catalogue_age_s: number | null;
  queue_depth: number;
  oldest_due_job_s: number | null;
  oldest_undelivered_s: number | null;
  needs_human: number;
  dead_jobs: number;
}

/** Everything but the suppliers, which the guards watch: this is asked often and must cost little. */
export async function readHealth(deps: Pick<ShopDeps, 'db' | 'kv' | 'log'>): Promise<Health> {
  const [figures, isKvUp] = await Promise.all([readFigures(deps), isUp(deps)]);
  const empty = { catalogue_age_s: null, queue_depth: null, oldest_due_job_s: null, oldest_undelivered_s: null };
  return {
    ok: figures !== null && isKvUp,
    database: figures === null ? 'down' : 'up',
    kv: isKvUp ? 'up' : 'down',
    ...(figures ?? { ...empty, needs_human: null, dead_jobs: null }),
  };
}

async function readFigures({ db, log }: Pick<ShopDeps, 'db' | 'log'>): Promise<Figures | null> {
  try {
    const [row] = await db.query<Figures>(
      `SELECT
         (SELECT extract(epoch FROM now() - max(finished_at))::integer FROM catalogue_syncs WHERE state = 'complete') AS catalogue_age_s,
         (SELECT count(*)::integer FROM outbox WHERE done_at IS NULL AND dead_at IS NULL) AS queue_depth,
         (SELECT extract(epoch FROM now() - min(run_at))::integer FROM outbox
          WHERE done_at IS NULL AND dead_at IS NULL AND run_at <= now()) AS oldest_due_job_s,
         (SELECT extract(epoch FROM now() - min(paid_at))::integer FROM orders
          WHERE payment_status IN ('paid', 'refund_due') AND provisioning <> 'assigned') AS oldest_undelivered_s,
         (SELECT count(*)::integer FROM orders WHERE needs_human IS NOT NULL AND provisioning <> 'assigned') AS needs_human,
         (SELECT count(*)::integer FROM outbox WHERE dead_at IS NOT NULL) AS dead_jobs`,
    );
    return row ?? null;
  } catch (error) {
    log.error('health_database', { error });
    return null;
  }
}

async function isUp({ kv, log }: Pick<ShopDeps, 'kv' | 'log'>): Promise<boolean> {
  try {
    await kv.set('health', '1', { ttlS: 60 });
    // An outage may look like an empty store, so only what comes back proves that there is one.
    return (await kv.get('health')) !== null;
  } catch (error) {
    log.error('health_kv', { error });
    return false;
  }
}
