import type { Esim, EsimSummary } from '../lib/contract/esim.ts';
import { forget, keep, readKept, userOf } from './kept-values.ts';

const SEEN = 'seen-esims';
/** Goes up when what the server says of an eSIM changes its form. */
const VERSION = 2;
const MAX_DETAILS = 12;

interface Seen {
  version: typeof VERSION;
  user: string;
  list: EsimSummary[];
  /** The one opened last comes first. */
  details: Esim[];
}

/** The eSIMs as they were last seen on this device, to open without a network. */
export interface SeenEsims {
  list(): EsimSummary[] | null;
  one(id: string): Esim | null;
  /** Asks for the whole list and keeps it; what it does not name any more is deleted here too. */
  followList(ask: () => Promise<EsimSummary[]>): Promise<EsimSummary[]>;
  keepOne(esim: Esim): void;
  forgetOne(id: string): void;
}

/** What another user of the same device has seen is deleted at the first touch. */
export function createSeenEsims(initData: string): SeenEsims {
  const user = userOf(initData);
  const read = (): Seen => {
    const seen = readKept(SEEN, isSeen);
    if (seen?.user === user) return seen;
    if (seen) forget(SEEN);
    return { version: VERSION, user, list: [], details: [] };
  };
  return {
    list() {
      const { list, details } = read();
      const isListed = new Set(list.map(({ id }) => id));
      // One that was bought since the list was seen.
      const all = [...details.filter(({ id }) => !isListed.has(id)), ...list];
      return all.length > 0 ? all : null;
    },
    one: (id) => read().details.find((esim) => esim.id === id) ?? null,
    async followList(ask) {
      const before = new Set(read().details.map(({ id }) => id));
      const list = await ask();
      const isListed = new Set(list.map(({ id }) => id));
      const seen = read();
      // One that came while the list was on its way may be newer than the list.
      const details = seen.details.filter(({ id }) => isListed.has(id) || !before.has(id));
      keep(SEEN, { ...seen, list, details } satisfies Seen);
      return list;
    },
    keepOne(esim) {
      const seen = read();
      const details = [esim, ...seen.details.filter(({ id }) => id !== esim.id)].slice(0, MAX_DETAILS);
      keep(SEEN, { ...seen, details } satisfies Seen);
    },
    forgetOne(id) {
      const seen = read();
      const others = <Kind extends EsimSummary>(esims: Kind[]) => esims.filter((esim) => esim.id !== id);
      keep(SEEN, { ...seen, list: others(seen.list), details: others(seen.details) } satisfies Seen);
    },
  };
}

function isSeen(value: unknown): value is Seen {
  return (
    typeof value === 'object' &&
    value !== null &&
    'version' in value &&
    value.version === VERSION &&
    'user' in value &&
    'list' in value &&
    Array.isArray(value.list) &&
    'details' in value &&
    Array.isArray(value.details)
  );
}
