import type { TimeBound } from '../store.ts';
import { parseInstant } from '../instant.ts';

const OPERATORS: Record<string, TimeBound['operator']> = { eq: '=', lt: '<', lte: '<=', gt: '>', gte: '>=' };

/** `gte:2026-01-05T10:11:12Z`; without an operator equality is meant. Null if it is no time. */
export function readTimeBound(value: string): TimeBound | null {
  const [, name, rest] = /^(?:(eq|lte?|gte?):)?(.*)$/s.exec(value) ?? [];
  const instant = parseInstant(rest ?? '');
  return instant === null ? null : { operator: OPERATORS[name ?? 'eq'] ?? '=', instant };
}
