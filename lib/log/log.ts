import { redactFields } from './redact.ts';

export type Fields = Readonly<Record<string, unknown>>;

/** One JSON object a line. `event` is a stable name that an operator can search for. */
export interface Log {
  info(event: string, fields?: Fields): void;
  warn(event: string, fields?: Fields): void;
  error(event: string, fields?: Fields): void;
  /** The same log with these fields on every line. */
  with(fields: Fields): Log;
}

export function createLog(write: (line: string) => void, now: () => Date = () => new Date(), base: Fields = {}): Log {
  const line = (level: string, event: string, fields: Fields = {}): void => {
    const text = JSON.stringify({
      at: now().toISOString(),
      level,
      event,
      ...safely(() => redactFields({ ...base, ...fields })),
    });
    write(text.replaceAll(UNPRINTABLE, escaped));
  };
  return {
    info: (event, fields) => line('info', event, fields),
    warn: (event, fields) => line('warn', event, fields),
    error: (event, fields) => line('error', event, fields),
    with: (fields) => createLog(write, now, { ...base, ...fields }),
  };
}

// JSON leaves these as they are, and a terminal or a log viewer obeys them: C1 controls, line separators, changes of
// the writing direction.
const UNPRINTABLE = /[\u007f-\u009f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

function escaped(character: string): string {
  return String.raw`\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/** A getter that throws must not fail the request that is being logged. */
function safely(read: () => Fields): Fields {
  try {
    return read();
  } catch (error) {
    return { unprintable: error instanceof Error ? error.name : typeof error };
  }
}

/** What Vercel's log viewer and every process manager read. */
export function createConsoleLog(): Log {
  return createLog((line) => console.log(line));
}
