import { readFile, writeFile } from 'node:fs/promises';
import { readPlan, type ChaosPlan } from './plan.ts';

export interface EventLog {
  note(event: string, details?: Readonly<Record<string, unknown>>): void;
  save(file: string): Promise<void>;
}

/** One JSON object a line; the first holds the plan, which is all that a replay needs. */
export function createEventLog(plan: ChaosPlan): EventLog {
  const startedAt = performance.now();
  const lines = [JSON.stringify({ plan })];
  return {
    note(event, details = {}) {
      lines.push(JSON.stringify({ ms: Math.round(performance.now() - startedAt), event, ...details }));
    },
    save: (file) => writeFile(file, `${lines.join('\n')}\n`),
  };
}

export async function readSavedPlan(file: string): Promise<ChaosPlan> {
  const [first = ''] = (await readFile(file, 'utf8')).split('\n', 1);
  const line: unknown = JSON.parse(first);
  return readPlan(typeof line === 'object' && line !== null && 'plan' in line ? line.plan : null);
}
