import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createEventLog, readSavedPlan } from '../../../scripts/chaos/event-log.ts';
import { makePlan } from '../../../scripts/chaos/plan.ts';

const PLAN = makePlan({ purchases: 12, seed: 'saved', powerCuts: 1 });

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'esim-shop-saved-plan-'));
});
afterAll(() => rm(folder, { recursive: true }));

describe('readSavedPlan', () => {
  it('reads the plan of a run that was written down, whatever happened in it', async () => {
    const file = path.join(folder, 'run.jsonl');
    const log = createEventLog(PLAN);
    log.note('ordered', { number: 1 });
    await log.save(file);
    expect(await readSavedPlan(file)).toEqual(PLAN);
  });

  it.each([
    ['no JSON', 'plan'],
    ['no plan', '{"event":"ordered"}'],
    ['a plan of another version', JSON.stringify({ plan: { ...PLAN, version: 1 } })],
    [
      'an unknown disturbance',
      JSON.stringify({ plan: { ...PLAN, disturbances: [{ at: 1, what: { kind: 'fire' } }] } }),
    ],
    ['nothing', ''],
  ])('refuses a file with %s', async (_what, text) => {
    const file = path.join(folder, 'other.jsonl');
    await writeFile(file, text);
    await expect(readSavedPlan(file)).rejects.toThrow();
  });
});
