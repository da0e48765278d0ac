import { setTimeout as sleep } from 'node:timers/promises';
import type { ShopDeps } from '../deps.ts';
import {
  buryJob,
  claimJobs,
  enqueue,
  finishJob,
  isJobKind,
  postponeJob,
  renewLease,
  type Job,
  type JobKind,
} from '../orders/outbox.ts';
import { runJob } from './run-job.ts';

export interface DrainOptions {
  /** Only the work of one order, payment or eSIM. */
  subjectId?: string;
  /** No new job is begun after this time. */
  budgetMs?: number;
}

export interface DrainReport {
  done: number;
  postponed: number;
  buried: number;
}

const PARALLEL = 10;
const DEFAULT_BUDGET_MS = 20_000;
// Short, so that what a killed process left behind is taken up at once; a job that runs on renews it.
const LEASE_MS = 20_000;
const RENEW_EVERY_MS = 7_000;
const RETRY_FIRST_MS = 1_000;
const RETRY_MAX_MS = 300_000;
/** Tries before a job ends for good, with an alert. Jobs that move money outlive any outage of a day. */
const MAX_ATTEMPTS: Record<JobKind, number> = {
  provision: 400,
  deliver: 5_000,
  reconcile: 5_000,
  refund: 1_000,
  withdraw_esim: 300,
  refresh_order: 12,
  refresh_esim: 12,
  tag_esim: 20,
  tell_ready: 20,
  mail_ready: 20,
  tell_refunded: 20,
  tell_late: 3,
  alert: 12,
};
/** About a day: a job that only a newer release knows waits for that release to come back. */
const MAX_ATTEMPTS_OF_UNKNOWN = 300;

/**
 * Works off what is due until nothing is, or until the time is over or the process is to end; jobs that are still
 * running then go on in the background. Any number of drains may run at once. A slow job holds up none of the others.
 */
export async function drainOutbox(
  deps: ShopDeps,
  { subjectId, budgetMs = DEFAULT_BUDGET_MS }: DrainOptions = {},
): Promise<DrainReport> {
  const report: DrainReport = { done: 0, postponed: 0, buried: 0 };
  const running = new Set<Promise<void>>();
  const endsAtMs = performance.now() + budgetMs;
  const start = (job: Job): void => {
    const run = settle(deps, job)
      .then((outcome) => void (report[outcome] += 1))
      .finally(() => running.delete(run));
    running.add(run);
  };
  for (;;) {
    const leftMs = endsAtMs - performance.now();
    if (leftMs <= 0 || deps.stopping.aborted) break;
    const free = PARALLEL - running.size;
    const jobs =
      free === 0
        ? []
        : await claimJobs(deps.db, {
            limit: free,
            leaseMs: LEASE_MS,
            ...(subjectId === undefined ? {} : { subjectId }),
          });
    jobs.forEach(start);
    if (running.size === 0) return report;
    // What one job leaves behind for the next is due at once, so the end of any is a reason to look again.
    await Promise.race([...running, sleep(leftMs, undefined, { ref: false })]);
  }
  for (const run of running) deps.background(run);
  return report;
}

async function settle(deps: ShopDeps, job: Job): Promise<keyof DrainReport> {
  const heartbeat = setInterval(() => {
    renewLease(deps.db, job, LEASE_MS).catch((error: unknown) => deps.log.warn('lease_not_renewed', { error }));
  }, RENEW_EVERY_MS);
  try {
    const result = await runJob(deps, job);
    if (result.kind === 'done') {
      await finishJob(deps.db, job);
      return 'done';
    }
    if (job.attempts < limitOf(job)) {
      await postponeJob(deps.db, job, result.afterMs, null);
      return 'postponed';
    }
    return await bury(deps, job, 'too many attempts');
  } catch (error) {
    deps.log.warn('job_failed', { job: job.kind, subjectId: job.subject_id, attempt: job.attempts, error });
    if (job.attempts >= limitOf(job)) return await bury(deps, job, nameOf(error));
    await postponeJob(deps.db, job, retryAfterMsOf(error) ?? retryDelayMs(job.attempts), nameOf(error));
    return 'postponed';
  } finally {
    clearInterval(heartbeat);
  }
}

async function bury(deps: ShopDeps, job: Job, reason: string): Promise<'buried'> {
  await deps.db.transaction(async (tx) => {
    await buryJob(tx, job, reason);
    if (job.kind !== 'alert')
      await enqueue(tx, { kind: 'alert', subjectId: job.subject_id, discriminator: 'job_failed' });
  });
  deps.log.error('job_buried', { job: job.kind, subjectId: job.subject_id, reason });
  return 'buried';
}

function limitOf({ kind }: { kind: string }): number {
  return isJobKind(kind) ? MAX_ATTEMPTS[kind] : MAX_ATTEMPTS_OF_UNKNOWN;
}

/** A class name says enough for the table; the log has the rest. */
function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : typeof error;
}

function retryAfterMsOf(error: unknown): number | null {
  if (typeof error !== 'object' || error === null || !('retryAfterMs' in error)) return null;
  return typeof error.retryAfterMs === 'number' ? error.retryAfterMs : null;
}

function retryDelayMs(attempts: number): number {
  return Math.min(RETRY_MAX_MS, RETRY_FIRST_MS * 2 ** Math.min(attempts - 1, 20));
}
