import type { Sql } from '../db/sql.ts';

/** Every kind of work that must happen although the process that decided it may die. */
export const JOB_KINDS = [
  'provision',
  'deliver',
  'reconcile',
  'refund',
  'withdraw_esim',
  'tag_esim',
  'refresh_esim',
  'refresh_order',
  'tell_ready',
  'mail_ready',
  'tell_refunded',
  'tell_late',
  'alert',
] as const;
export type JobKind = (typeof JOB_KINDS)[number];

/** False for what a newer release left behind. */
export function isJobKind(kind: string): kind is JobKind {
  return JOB_KINDS.some((known) => known === kind);
}

export interface Job {
  id: number;
  job_key: string;
  kind: JobKind;
  subject_id: string;
  attempts: number;
  /** Proves that the job is still this worker's. */
  lease: number;
  /** How long after it was due this worker took it up. */
  late_ms: number;
}

export interface NewJob {
  kind: JobKind;
  subjectId: string;
  /** Tells jobs of one kind about one subject apart; the pair is done once, ever. */
  discriminator?: string | number;
  delayMs?: number;
}

/** Adds the job in the caller's transaction. A job that exists already stays as it is. */
export async function enqueue(tx: Sql, job: NewJob): Promise<void> {
  await tx.query(
    `INSERT INTO outbox (job_key, kind, subject_id, run_at)
     VALUES ($1, $2, $3, now() + $4::integer * interval '1 millisecond') ON CONFLICT (job_key) DO NOTHING`,
    [jobKey(job), job.kind, job.subjectId, job.delayMs ?? 0],
  );
}

/**
 * Makes a recurring job due at the latest after `delayMs`, also when an earlier run of it is done. A run under way loses
 * its lease, so that what happened after it read the world is not missed.
 */
export async function enqueueAgain(tx: Sql, job: NewJob): Promise<void> {
  await tx.query(
    `INSERT INTO outbox (job_key, kind, subject_id, run_at)
     VALUES ($1, $2, $3, now() + $4::integer * interval '1 millisecond')
     ON CONFLICT (job_key) DO UPDATE SET
       run_at = CASE WHEN outbox.done_at IS NULL AND outbox.dead_at IS NULL
                     THEN least(outbox.run_at, excluded.run_at) ELSE excluded.run_at END,
       attempts = CASE WHEN outbox.done_at IS NULL AND outbox.dead_at IS NULL THEN outbox.attempts ELSE 0 END,
       lease = outbox.lease + 1, done_at = NULL, dead_at = NULL`,
    [jobKey(job), job.kind, job.subjectId, job.delayMs ?? 0],
  );
}

/** Once a day: more of what a newer database would know says nothing new. */
export async function alertOfOldDatabase(tx: Sql): Promise<void> {
  await tx.query(
    `INSERT INTO outbox (job_key, kind, subject_id)
     VALUES ('alert:shop:database_restored:' || to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD'), 'alert', 'shop')
     ON CONFLICT (job_key) DO NOTHING`,
  );
}

function jobKey({ kind, subjectId, discriminator }: NewJob): string {
  return discriminator === undefined ? `${kind}:${subjectId}` : `${kind}:${subjectId}:${discriminator}`;
}

/**
 * Takes due jobs by moving them ahead by the lease: a worker that dies leaves them due again by itself, and two workers
 * never hold one at a time.
 */
export async function claimJobs(
  db: Sql,
  { limit, leaseMs, subjectId }: { limit: number; leaseMs: number; subjectId?: string },
): Promise<Job[]> {
  return db.query<Job>(
    `WITH due AS MATERIALIZED (
       SELECT id AS due_id, run_at AS due_at FROM outbox
       WHERE done_at IS NULL AND dead_at IS NULL AND run_at <= now() AND ($3::text IS NULL OR subject_id = $3)
       ORDER BY run_at LIMIT $1 FOR UPDATE SKIP LOCKED
     )
     UPDATE outbox SET run_at = now() + $2::integer * interval '1 millisecond', attempts = attempts + 1,
       lease = lease + 1
     FROM due WHERE id = due_id
     RETURNING id, job_key, kind, subject_id, attempts, lease,
       round(extract(epoch FROM now() - due_at) * 1000)::bigint AS late_ms`,
    [limit, leaseMs, subjectId ?? null],
  );
}

/** Keeps the job for as long as its worker lives. */
export async function renewLease(db: Sql, job: Job, leaseMs: number): Promise<void> {
  await db.query(
    `UPDATE outbox SET run_at = now() + $3::integer * interval '1 millisecond'
     WHERE id = $1 AND lease = $2 AND done_at IS NULL`,
    [job.id, job.lease, leaseMs],
  );
}

// A worker that was overtaken finds another lease and changes nothing.
export async function finishJob(db: Sql, job: Job): Promise<void> {
  await db.query(`UPDATE outbox SET done_at = now(), last_error = NULL WHERE id = $1 AND lease = $2`, [
    job.id,
    job.lease,
  ]);
}

export async function postponeJob(db: Sql, job: Job, delayMs: number, error: string | null): Promise<void> {
  await db.query(
    `UPDATE outbox SET run_at = now() + $3::integer * interval '1 millisecond', last_error = $4
     WHERE id = $1 AND lease = $2 AND done_at IS NULL`,
    [job.id, job.lease, Math.round(delayMs), error?.slice(0, 200) ?? null],
  );
}

export async function buryJob(db: Sql, job: Job, error: string): Promise<void> {
  await db.query(`UPDATE outbox SET dead_at = now(), last_error = $3 WHERE id = $1 AND lease = $2`, [
    job.id,
    job.lease,
    error.slice(0, 200),
  ]);
}
