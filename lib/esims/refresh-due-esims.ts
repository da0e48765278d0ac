import type { ShopDeps } from '../deps.ts';
import { refreshEsim } from './refresh-esim.ts';

const BATCH = 20;
const PARALLEL = 4;
// A worker that dies with a batch in hand leaves it due again after this time.
const LEASE_S = 300;

/** Looks at the eSIMs whose time has come: what keeps statuses and usage right when no callback arrives. */
export async function refreshDueEsims(deps: Pick<ShopDeps, 'db' | 'supplier' | 'log' | 'now'>): Promise<number> {
  const due = await deps.db.query<{ id: string }>(
    `UPDATE esims SET next_refresh_at = now() + $2::integer * interval '1 second'
     WHERE id IN (
       SELECT id FROM esims WHERE next_refresh_at <= now() AND erased_at IS NULL ORDER BY next_refresh_at LIMIT $1 FOR UPDATE SKIP LOCKED
     )
     RETURNING id`,
    [BATCH, LEASE_S],
  );
  const queue = due.map(({ id }) => id);
  await Promise.all(
    Array.from({ length: PARALLEL }, async () => {
      for (let id = queue.shift(); id !== undefined; id = queue.shift()) await refreshEsim(deps, id);
    }),
  );
  return due.length;
}
