import type { Instant } from './entities.ts';

/** RFC 3339 with up to nine decimals and no zeros at the end, as Go writes it. */
export function formatInstant({ ms, nanos }: Instant): string {
  const fraction = String((((ms % 1000) + 1000) % 1000) * 1_000_000 + nanos)
    .padStart(9, '0')
    .replace(/0+$/, '');
  return `${formatSeconds(ms).slice(0, -1)}${fraction === '' ? '' : `.${fraction}`}Z`;
}

export function formatSeconds(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}

/** Null if the text is not a time. */
export function parseInstant(text: string): Instant | null {
  const ms = Date.parse(text);
  if (Number.isNaN(ms)) return null;
  const decimals = /\.(\d{1,9})/.exec(text)?.[1] ?? '';
  return { ms, nanos: Number(decimals.padEnd(9, '0').slice(3)) };
}
