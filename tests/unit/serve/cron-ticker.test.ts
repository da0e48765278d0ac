import { describe, expect, it } from 'vitest';
import { createTick } from '../../../scripts/serve/call-cron.ts';
import { startCronTicker } from '../../../scripts/serve/cron-ticker.ts';

describe('startCronTicker', () => {
  it('never starts a tick before the last one is over, and waits for it on the way out', async () => {
    let running = 0;
    let most = 0;
    let ended = 0;
    await new Promise<void>((resolve) => {
      const ticker = startCronTicker(async () => {
        most = Math.max(most, (running += 1));
        await new Promise(setImmediate);
        running -= 1;
        ended += 1;
        if (ended === 3) void ticker.stop().then(resolve);
      }, 0);
    });
    expect(most).toBe(1);
    expect(running).toBe(0);
    expect(ended).toBe(3);
  });
});

describe('createTick', () => {
  it('shows the bearer of the cron', async () => {
    const seen: Request[] = [];
    const tick = createTick(async (request) => {
      seen.push(request);
      return Response.json({});
    }, 'the-secret');
    await tick();
    expect(new URL(seen[0]?.url ?? '').pathname).toBe('/api/cron/tick');
    expect(seen[0]?.headers.get('authorization')).toBe('Bearer the-secret');
  });
});
