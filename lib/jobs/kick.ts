import type { ShopDeps } from '../deps.ts';
import { drainOutbox, type DrainOptions } from './drain-outbox.ts';

/** Works off due jobs after the answer is out: what makes delivery fast and lets cron be rare. */
export function kick(deps: ShopDeps, options: DrainOptions = {}): void {
  if (deps.config.runsJobs) deps.background(drainOutbox(deps, options));
}
