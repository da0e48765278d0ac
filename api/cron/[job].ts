import { AppError } from '../../lib/contract/error-codes.ts';
import { hasCronSecret } from '../../lib/http/guards.ts';
import { jsonAnswer, route } from '../../lib/http/route.ts';
import { CRON_JOBS, runCron } from '../../lib/jobs/run-cron.ts';

export const GET = route('cron', async (request, { app, url, note, hush }) => {
  if (!hasCronSecret(app, request)) throw new AppError('unauthorized');
  const name = url.searchParams.get('job');
  const job = CRON_JOBS.find((candidate) => candidate === name);
  if (job === undefined) throw new AppError('not_found');
  const report = await runCron(app, job);
  note({ job, report });
  if (job === 'tick' && Object.keys(report).length === 0) hush();
  return jsonAnswer(report);
});
