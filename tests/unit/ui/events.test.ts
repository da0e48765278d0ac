import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { eventsBodySchema, type EventsBody } from '../../../lib/contract/session.ts';
import { installBrowser } from './browser-stand-in.ts';

installBrowser();
const { createTrack } = await import('../../../src/events.ts');

const MINUTE_MS = 60_000;
const REQUESTS_PER_MIN = 20;

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function aTrack(answer: () => Promise<void> = () => Promise.resolve()) {
  const sent: EventsBody['events'][] = [];
  const track = createTrack({
    sendEvents(events) {
      sent.push(events);
      return answer();
    },
  });
  return { sent, track };
}

/** As a browser reports what nobody caught. */
function thrown(error: unknown): void {
  dispatchEvent(Object.assign(new Event('error'), { error, message: String(error) }));
}

function anError(name: string, stack: string): Error {
  return Object.assign(new Error('cannot show LPA:1$rsp.example.com$JQ-209U6H to Анна'), { name, stack });
}

describe('what the app tells of itself', () => {
  it('is what the server takes', () => {
    const { sent, track } = aTrack();
    track('open', { by: 'plan' });
    track('destination', { code: 'US-HI', is_top_up: true });
    track('plan', { id: 'esim_5GB_30D_TH_V2', stars: 400 });
    track('pay', { id: 'esim_ULE_7D_REUP_V2', stars: 900 });
    track('ready', { order_id: 'ord_h3KxPq0zTn5rWc8vYb2L' });
    track('install', { platform: 'ios' });
    vi.advanceTimersByTime(MINUTE_MS);
    expect(eventsBodySchema.parse({ events: sent.flat() }).events).toHaveLength(6);
  });

  it('leaves out what a link made up, and keeps the rest', () => {
    const { sent, track } = aTrack();
    track('destination', { code: 'АННА' });
    track('checkout', { id: 'JQ-209U6H' });
    track('pay', { id: 'JQ-209U6H', stars: 400 });
    vi.advanceTimersByTime(MINUTE_MS);
    const { events } = eventsBodySchema.parse({ events: sent.flat() });
    expect(events.map(({ details }) => details)).toEqual([{}, {}, { stars: 400 }]);
  });

  it.each([
    ['V8', 'TypeError: x\n    at O.render (https://shop.test/assets/view-CoBB4J90.js:1:20314)\n    at y (z.js:2:3)'],
    ['WebKit', 'render@https://shop.test/assets/view-CoBB4J90.js:1:20314\nglobal code@https://shop.test/z.js:2:3'],
    ['development', '    at https://shop.test/assets/view-CoBB4J90.js?v=1:1:20314'],
  ])('holds of an error its class and its place, as %s writes them, and never its message', (_, stack) => {
    const { sent } = aTrack();
    thrown(anError('TypeError', stack));
    vi.advanceTimersByTime(MINUTE_MS);
    const { events } = eventsBodySchema.parse({ events: sent.flat() });
    expect(events).toMatchObject([{ details: { type: 'TypeError', frame: 'view-CoBB4J90.js:1:20314' } }]);
    expect(JSON.stringify(sent)).not.toMatch(/JQ-209U6H|Анна|cannot/);
  });

  it('holds nothing of what is thrown and is no error, or has a name of its own', () => {
    const { sent } = aTrack();
    thrown('JQ-209U6H');
    thrown(anError('JQ-209U6H', 'JQ-209U6H'));
    vi.advanceTimersByTime(MINUTE_MS);
    const { events } = eventsBodySchema.parse({ events: sent.flat() });
    expect(events.map(({ details }) => details)).toEqual([{ type: 'other' }, { type: 'other' }]);
  });

  it('stays below what the server takes in a minute, however fast somebody taps', () => {
    const { sent, track } = aTrack();
    for (let at = 0; at < MINUTE_MS; at += 500) {
      track('plan', { id: 'esim_5GB_30D_TH_V2', stars: 400 });
      vi.advanceTimersByTime(500);
    }
    expect(sent.length).toBeLessThan(REQUESTS_PER_MIN);
    expect(sent.flat()).toHaveLength(MINUTE_MS / 500);
    for (const events of sent) eventsBodySchema.parse({ events });
  });

  it('costs nothing when it cannot be sent', async () => {
    const { sent, track } = aTrack(() => Promise.reject(new Error('offline')));
    track('open');
    await vi.advanceTimersByTimeAsync(MINUTE_MS);
    track('open');
    await vi.advanceTimersByTimeAsync(MINUTE_MS);
    expect(sent).toHaveLength(2);
  });
});
