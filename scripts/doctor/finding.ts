export type FindingState = 'ok' | 'warn' | 'wrong' | 'skipped';

/** One line of the doctor's table. Nothing in it may be a secret: people paste it into chats. */
export interface Finding {
  name: string;
  state: FindingState;
  /** What was found. */
  says: string;
  /** What to do about it; only where something is to be done. */
  todo?: string;
}

export const ok = (name: string, says: string): Finding => ({ name, state: 'ok', says });
export const warn = (name: string, says: string, todo: string): Finding => ({ name, state: 'warn', says, todo });
export const wrong = (name: string, says: string, todo: string): Finding => ({ name, state: 'wrong', says, todo });
export const skipped = (name: string, says: string): Finding => ({ name, state: 'skipped', says });

// Longer than a client's own time-outs; only for a far side that trickles.
const PATIENCE_MS = 60_000;

/** What `look` finds; its failure is a finding too, so that one dead service hides nothing about the others. */
export async function findingsOf(
  name: string,
  todo: string,
  look: () => Promise<readonly Finding[]>,
): Promise<readonly Finding[]> {
  let timer: NodeJS.Timeout | undefined;
  const patience = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${PATIENCE_MS / 1000} s`)), PATIENCE_MS);
  });
  try {
    return await Promise.race([look(), patience]);
  } catch (error) {
    return [wrong(name, reasonOf(error), todo)];
  } finally {
    clearTimeout(timer);
  }
}

/** A name with several addresses fails with one error for each of them and no message of its own. */
export function reasonOf(error: unknown): string {
  if (error instanceof AggregateError) return [...new Set(error.errors.map(reasonOf))].join('; ');
  if (!(error instanceof Error)) return String(error);
  // What fetch failed of is in the cause.
  return error.cause instanceof Error && error.message === 'fetch failed' ? reasonOf(error.cause) : error.message;
}

const MARK: Record<FindingState, string> = { ok: 'ok', warn: 'warn', wrong: 'WRONG', skipped: '-' };

export function tableOf(findings: readonly Finding[]): string {
  const width = Math.max(...findings.map(({ name }) => name.length));
  return findings
    .map(({ name, state, says, todo }) => {
      const line = `${MARK[state].padEnd(5)}  ${name.padEnd(width)}  ${says}`;
      return todo === undefined ? line : `${line}\n${' '.repeat(width + 9)}→ ${todo}`;
    })
    .join('\n');
}

export function summaryOf(findings: readonly Finding[]): string {
  const count = (state: FindingState): number => findings.filter((finding) => finding.state === state).length;
  return `${count('wrong')} wrong, ${count('warn')} to look at, ${count('ok')} ok, ${count('skipped')} not set or not asked.`;
}
