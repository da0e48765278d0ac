import type { ShopDeps } from '../deps.ts';
import { refreshEsim } from '../esims/refresh-esim.ts';
import { tagEsim } from '../esims/tag-esim.ts';
import { alertAdmins } from '../notify/alert-admins.ts';
import { mailReady } from '../notify/mail-ready.ts';
import { tellLate, tellReady, tellRefunded } from '../notify/tell-buyer.ts';
import { deliverOrder } from '../orders/deliver-order.ts';
import { backOff, DONE, type JobResult } from '../orders/job-result.ts';
import { isJobKind, type Job } from '../orders/outbox.ts';
import { provisionOrder } from '../orders/provision-order.ts';
import { reconcileJob } from '../orders/reconcile-job.ts';
import { refreshOrder } from '../orders/refresh-order.ts';
import { refundPayment } from '../orders/refund-payment.ts';
import { withdrawEsim } from '../orders/withdraw-esim.ts';

export class UnknownJobKindError extends Error {
  override name = 'UnknownJobKindError';
}

/** Every kind may run twice and in parallel: each verb starts from the state it finds. */
export async function runJob(deps: ShopDeps, job: Job): Promise<JobResult> {
  if (!isJobKind(job.kind)) throw new UnknownJobKindError(`no such job: ${String(job.kind)}`);
  switch (job.kind) {
    case 'provision':
      return provisionOrder(deps, job.subject_id, job.late_ms);
    case 'deliver':
      return deliverOrder(deps, job.subject_id, job.attempts);
    case 'reconcile':
      return reconcileJob(deps, job.subject_id, job.attempts);
    case 'refund':
      return refundPayment(deps, job.subject_id);
    case 'withdraw_esim':
      return withdrawEsim(deps, job.subject_id, job.attempts);
    case 'refresh_order':
      return refreshOrder(deps, job.subject_id);
    case 'refresh_esim':
      return (await refreshEsim(deps, job.subject_id)) === 'unavailable' ? backOff(job.attempts, 5_000, 300_000) : DONE;
    case 'tag_esim':
      await tagEsim(deps, job.subject_id);
      return DONE;
    case 'tell_ready':
      await tellReady(deps, job.subject_id);
      return DONE;
    case 'mail_ready':
      await mailReady(deps, job.subject_id);
      return DONE;
    case 'tell_refunded':
      await tellRefunded(deps, job.subject_id);
      return DONE;
    case 'tell_late':
      await tellLate(deps, job.subject_id);
      return DONE;
    case 'alert':
      await alertAdmins(deps, job.job_key.split(':')[2] ?? 'unknown', job.subject_id);
      return DONE;
  }
}
