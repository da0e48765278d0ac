import { statSync } from 'node:fs';
import path from 'node:path';
import type { BuiltFunction } from './build-output.ts';
import type { Children } from './children.ts';
import { startFunction } from './function-processes.ts';

const RUNS = 5;

/** The median of five fresh processes, in milliseconds. */
export async function measureColdImport(options: {
  children: Children;
  host: string;
  built: BuiltFunction;
  home: string;
  settings: Readonly<Record<string, string>>;
}): Promise<number> {
  const times: number[] = [];
  for (let run = 0; run < RUNS; run += 1) {
    const { importMs, child } = await startFunction(options);
    times.push(importMs);
    await child.stop();
  }
  return times.sort((one, other) => one - other)[Math.floor(RUNS / 2)] ?? Number.NaN;
}

export function sizeOf({ directory, files }: BuiltFunction): number {
  return files.reduce((bytes, file) => bytes + statSync(path.join(directory, file)).size, 0);
}

export function importTarget(route: string): number {
  return route === '/api/telegram/webhook' ? 200 : 120;
}
