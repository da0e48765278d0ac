import type { FetchHandler } from './create-shop-server.ts';

export interface CronAnswer {
  isOk: boolean;
  /** What to print when it is not. */
  summary: string;
}

/** Calls a job the way the platform's cron does, without the detour over the network. */
export async function callCron(fetchHandler: FetchHandler, job: string, secret: string): Promise<CronAnswer> {
  const response = await fetchHandler(
    new Request(`http://cron.invalid/api/cron/${job}`, { headers: { authorization: `Bearer ${secret}` } }),
  );
  const text = await response.text();
  return { isOk: response.ok, summary: `${job} answered ${response.status}: ${text.slice(0, 300)}` };
}

/** A tick that prints a failure once, not each second, and says when it is over. */
export function createTick(fetchHandler: FetchHandler, secret: string): () => Promise<void> {
  let lastFailure: number | string | null = null;
  return async () => {
    const { isOk, summary } = await callCron(fetchHandler, 'tick', secret);
    const failure = isOk ? null : summary.split(':', 1).join('');
    if (failure !== null && failure !== lastFailure) console.error(`Cron: ${summary}`);
    if (failure === null && lastFailure !== null) console.error('Cron: tick works again.');
    lastFailure = failure;
  };
}
