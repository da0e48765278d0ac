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
    write(
      JSON.stringify({ at: now().toISOString(), level, event, ...safely(() => redactFields({ ...base, ...fields })) }),
    );
  };
  return {
    info: (event, fields) => line('info', event, fields),
    warn: (event, fields) => line('warn', event, fields),
    error: (event, fields) => line('error', event, fields),
    with: (fields) => createLog(write, now, { ...base, ...fields }),
  };
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
