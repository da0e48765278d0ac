export interface Figure {
  what: string;
  value: number;
  unit: 'ms' | 'bytes';
  /** At most. Null is only printed. */
  target: number | null;
}

export interface Benchmark {
  name: string;
  what: string;
  measure(): Promise<Figure[]>;
}

export function lineOf({ what, value, unit, target }: Figure): string {
  const shown = (number: number) => `${unit === 'bytes' ? Math.round(number) : Math.round(number * 10) / 10} ${unit}`;
  const wanted = target === null ? '' : `   wanted: at most ${shown(target)}${value > target ? '   MISSED' : ''}`;
  return `  ${what.padEnd(44)} ${shown(value).padStart(14)}${wanted}`;
}

export function median(values: readonly number[]): number {
  return percentile(values, 0.5);
}

export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}
