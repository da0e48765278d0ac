import type { CallJournal } from './context.ts';

type RecordedCall = Parameters<CallJournal['record']>[0];

export interface JournalEntry extends RecordedCall {
  n: number;
  at: string;
}

export interface ReadableJournal extends CallJournal {
  /** Oldest first, those with a number above `after`. */
  entriesAfter(after: number): JournalEntry[];
  /** Of the last entry, kept or not; counted from the start of the process. */
  lastNumber(): number;
  clear(): void;
}

const KEPT_ENTRIES = 500;
const KEPT_BODY_CHARACTERS = 2_000;

export function createJournal(now: () => Date): ReadableJournal {
  let lastNumber = 0;
  let entries: JournalEntry[] = [];

  return {
    record(call) {
      lastNumber += 1;
      entries.push({
        n: lastNumber,
        at: now().toISOString(),
        ...call,
        ...(call.request === undefined ? {} : { request: shorten(call.request) }),
        ...(call.response === undefined ? {} : { response: shorten(call.response) }),
      });
      // Cut in slices, so that the array is not moved on every call.
      if (entries.length > 2 * KEPT_ENTRIES) entries = entries.slice(-KEPT_ENTRIES);
    },
    lastNumber: () => lastNumber,
    entriesAfter: (after) => entries.slice(-KEPT_ENTRIES).filter((entry) => entry.n > after),
    clear() {
      entries = [];
    },
  };
}

function shorten(body: string): string {
  return body.length > KEPT_BODY_CHARACTERS ? `${body.slice(0, KEPT_BODY_CHARACTERS)}…` : body;
}
