import type { EventsBody } from '../lib/contract/session.ts';
import type { ESIMGoClient } from './esimgo-client.ts';

type ClientEvent = EventsBody['events'][number];
type DetailsOf<Name> = NonNullable<Extract<ClientEvent, { name: Name }>['details']>;
export type Track = <Name extends ClientEvent['name']>(name: Name, details?: DetailsOf<Name>) => void;

/** The server takes twenty requests a minute and drops what comes beyond. */
const BATCH_AFTER_MS = 5_000;
const MAX_BATCH = 20;
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
    queue.push({ name, at: new Date().toISOString(), ...(details && { details: wellFormed(details) }) } as ClientEvent);
    if (queue.length >= MAX_BATCH) flush();
    else timer ??= setTimeout(flush, BATCH_AFTER_MS);
  };
  const trackError = (error: unknown) => {
    errors += 1;
    if (errors > MAX_ERRORS) return;
    track('error', describe(error));
  };

  addEventListener('error', ({ error, message }) => trackError(error ?? message));
  addEventListener('unhandledrejection', ({ reason }) => trackError(reason));
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'hidden') flush();
  });
  return track;
}

/** As the server takes them. */
const SHAPES: Readonly<Record<string, RegExp>> = {
  code: /^[A-Z]{2,8}(-[A-Z]{2})?$/,
  id: /^esim_[A-Z0-9]{1,8}_\d{1,3}D_[A-Z0-9-]{2,20}_[A-Z0-9]{1,8}$/,
  type: /^([A-Z][A-Za-z]{0,30})?Error$|^other$/,
  frame: /^[A-Za-z][\w.-]{0,59}\.[jt]s:\d{1,7}:\d{1,7}$/,
};

/** What a link brought into a path may be any text; one that the server would not take spares the rest of its batch. */
function wellFormed(details: object): object {
  return Object.fromEntries(Object.entries(details).filter(([key, value]) => SHAPES[key]?.test(String(value)) ?? true));
}

const FRAME = /^(?:\s*at\s.*|.*@.*)\/([\w.-]+\.[jt]s)(?:\?[^\s:]*)?(:\d+:\d+)\)?$/m;

/** Its class and its place. Its message may quote anything, such as an activation code. */
function describe(error: unknown): DetailsOf<'error'> {
  if (!(error instanceof Error)) return { type: 'other' };
  const [, file, position] = FRAME.exec(error.stack ?? '') ?? [];
  return {
    type: error.name.endsWith('Error') ? error.name : 'other',
    ...(file !== undefined && { frame: `${file}${position}` }),
  };
}
