import type { EventsBody } from '../lib/contract/session.ts';
import type { ESIMGoClient } from './esimgo-client.ts';

type ClientEvent = EventsBody['events'][number];
export type Track = (name: ClientEvent['name'], details?: Record<string, string | number | boolean>) => void;

const BATCH_AFTER_MS = 2_000;
const MAX_BATCH = 50;
/** A page that fails in a loop must not flood the server. */
const MAX_ERRORS = 10;

/** Steps towards a purchase, and errors nobody caught, sent in batches. Losing one costs nothing, so nothing is retried. */
export function createTrack(client: Pick<ESIMGoClient, 'sendEvents'>): Track {
  const queue: ClientEvent[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;
  let errors = 0;

  const flush = () => {
    clearTimeout(timer);
    timer = undefined;
    const batch = queue.splice(0, MAX_BATCH);
    if (batch.length > 0) client.sendEvents(batch).catch(() => {});
  };
  const track: Track = (name, details) => {
    queue.push({ name, at: new Date().toISOString(), ...(details && { details }) });
    if (queue.length >= MAX_BATCH) flush();
    else timer ??= setTimeout(flush, BATCH_AFTER_MS);
  };
  const trackError = (error: unknown) => {
    errors += 1;
    if (errors > MAX_ERRORS) return;
    const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    track('error', { message: text.slice(0, 200), path: location.pathname.slice(0, 200) });
  };

  addEventListener('error', ({ error, message }) => trackError(error ?? message));
  addEventListener('unhandledrejection', ({ reason }) => trackError(reason));
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'hidden') flush();
  });
  return track;
}
