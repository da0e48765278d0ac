import { describe, expect, it } from 'vitest';
import { createSendRate } from '../../../lib/telegram/send-rate.ts';

/** The moments at which messages go out when all ask at once, on a clock that sleeping moves. */
async function departures(perS: number, count: number): Promise<number[]> {
  const sleeps: number[] = [];
  const rate = createSendRate({
    perS,
    nowMs: () => 1_000_000,
    sleep: async (ms) => {
      sleeps.push(Math.round(ms));
    },
  });
  for (let i = 0; i < count; i += 1) await rate.acquire();
  return [...Array.from({ length: count - sleeps.length }, () => 0), ...sleeps];
}

describe('createSendRate', () => {
  it("lets one second's worth go at once and spaces the rest", async () => {
    expect(await departures(4, 7)).toEqual([0, 0, 0, 0, 250, 500, 750]);
    expect(await departures(1, 3)).toEqual([0, 1000, 2000]);
  });

  it('never waits when the limit is 0', async () => {
    expect(await departures(0, 50)).toEqual(Array.from({ length: 50 }, () => 0));
  });

  it('saves up no more than one second', async () => {
    let now = 0;
    const sleeps: number[] = [];
    const rate = createSendRate({
      perS: 2,
      nowMs: () => now,
      sleep: async (ms) => {
        sleeps.push(ms);
      },
    });
    await rate.acquire();
    now = 3_600_000;
    for (let i = 0; i < 3; i += 1) await rate.acquire();
    expect(sleeps).toEqual([500]);
  });
});
