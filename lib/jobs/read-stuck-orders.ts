import type { ShopDeps } from '../deps.ts';

export interface StuckOrder {
  order_id: string;
  state: string;
  /** Since it, or the other charge, was paid. */
  since_s: number;
  /** What keeps it: a flag, a job, the last attempt, in codes. */
  reason: string;
}

interface Facts {
  order_id: string;
  state: string;
  since_s: number;
  needs_human: string | null;
  attempt: string | null;
  attempt_reason: string | null;
  job: string | null;
  job_error: string | null;
  is_dead: boolean | null;
  /** The charge that pays for nothing and has not gone back. */
  payment_id: string | null;
}

// A healthy order is in hand within seconds.
const STUCK_AFTER_S = 120;
const MAX_LISTED = 50;

/**
 * The paid orders that are neither delivered nor refunded for long, and those with another charge that has not gone
 * back; the oldest first, each with what keeps it.
 */
export async function readStuckOrders({ db }: Pick<ShopDeps, 'db'>): Promise<StuckOrder[]> {
  const rows = await db.query<Facts>(
    `(SELECT o.id AS order_id, o.payment_status || '/' || o.provisioning AS state,
       extract(epoch FROM now() - o.paid_at)::integer AS since_s, o.needs_human,
       attempt.state AS attempt, attempt.reason AS attempt_reason,
       job.kind AS job, job.last_error AS job_error, job.dead_at IS NOT NULL AS is_dead,
       NULL AS payment_id
     FROM orders o
     LEFT JOIN payments p ON p.order_id = o.id AND p.pays_for_order
     LEFT JOIN LATERAL (
       SELECT state, reason FROM provisioning_attempts WHERE order_id = o.id ORDER BY number DESC LIMIT 1
     ) AS attempt ON true
     LEFT JOIN LATERAL (
       SELECT kind, last_error, dead_at FROM outbox
       WHERE job_key = ANY(ARRAY['provision:' || o.id, 'deliver:' || o.id, 'reconcile:' || o.id, 'refund:' || p.id])
         AND done_at IS NULL
       ORDER BY dead_at IS NOT NULL DESC, id DESC LIMIT 1
     ) AS job ON true
     WHERE (o.payment_status = 'refund_due' OR (o.payment_status = 'paid' AND o.provisioning <> 'assigned'))
       AND o.paid_at < now() - $1::integer * interval '1 second'
     ORDER BY o.paid_at LIMIT ${MAX_LISTED})
     UNION ALL
     (SELECT p.order_id, 'refund_due', extract(epoch FROM now() - p.recorded_at)::integer, NULL, NULL, NULL,
       job.kind, job.last_error, job.dead_at IS NOT NULL, p.id
     FROM payments p LEFT JOIN outbox job ON job.job_key = 'refund:' || p.id AND job.done_at IS NULL
     WHERE p.state = 'refund_due' AND NOT p.pays_for_order AND p.order_id IS NOT NULL
       AND p.recorded_at < now() - $1::integer * interval '1 second'
     ORDER BY p.recorded_at LIMIT ${MAX_LISTED})
     ORDER BY since_s DESC LIMIT ${MAX_LISTED}`,
    [STUCK_AFTER_S],
  );
  return rows.map((facts) => ({
    order_id: facts.order_id,
    state: facts.state,
    since_s: facts.since_s,
    reason: facts.payment_id === null ? reasonOf(facts) : `${facts.payment_id}: ${reasonOf(facts)}`,
  }));
}

/** The nearest cause first: what a person must decide, what gave up, what fails, what is waited for. */
function reasonOf({
  state,
  needs_human: flag,
  attempt,
  attempt_reason: why,
  job,
  job_error: error,
  is_dead: isDead,
}: Facts): string {
  if (flag !== null) return `needs_human: ${flag}`;
  if (job === null) return 'no_job';
  if (isDead === true) return `job_failed: ${job}${error === null ? '' : ` (${error})`}`;
  if (error !== null) return `${job} fails: ${error}`;
  if (state.startsWith('refund_due')) return 'refund_waiting';
  return attempt === null ? `${job}_waiting` : `last_attempt: ${attempt}${why === null ? '' : ` (${why})`}`;
}
