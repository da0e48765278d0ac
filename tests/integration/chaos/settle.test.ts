import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { settle, type Open } from '../../../scripts/chaos/settle.ts';
import { startShop, type ShopUnderTest } from '../../support/shop.ts';

let shop: ShopUnderTest;
beforeAll(async () => {
  shop = await startShop();
});
afterAll(() => shop?.close());

/** Lets a shop without processes come to its end; a refund of an unknown payment has nothing to do and succeeds. */
async function settleWith(job: { runAt: string; isDead?: boolean }): Promise<Open> {
  await shop.query(`DELETE FROM outbox`);
  await shop.query(
    `INSERT INTO outbox (job_key, kind, subject_id, run_at, dead_at)
     VALUES ('refund:pay_x', 'refund', 'pay_x', now() + $1::interval, CASE WHEN $2 THEN now() END)`,
    [job.runAt, job.isDead ?? false],
  );
  return settle(
    {
      db: shop.app.deps.db,
      cron: async (name) => void (await shop.cron(name)),
      setUpBot: async () => undefined,
      control: async () => {
        throw new Error('nothing is to be set');
      },
      slots: [],
      killShop: async () => undefined,
      startShop: async () => undefined,
    },
    { note: () => undefined, save: async () => undefined },
    { canSkipTime: true },
  );
}

describe('settling', () => {
  it('does not wait for the next try of a job', async () => {
    expect(await settleWith({ runAt: '5 minutes' })).toMatchObject({ jobs: 0, stuckJobs: 0 });
    expect(await shop.query(`SELECT id FROM outbox WHERE kind = 'refund' AND done_at IS NULL`)).toEqual([]);
  });

  it('calls a job stuck that would run later than any back-off or lease', async () => {
    expect(await settleWith({ runAt: '1 hour' })).toMatchObject({ jobs: 0, stuckJobs: 1 });
  });

  it('calls a dead job on money stuck', async () => {
    expect(await settleWith({ runAt: '0', isDead: true })).toMatchObject({ jobs: 0, stuckJobs: 1 });
  });
});
