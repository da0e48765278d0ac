import { coldImports } from './cold-imports.ts';
import type { Benchmark } from './figure.ts';
import { firstScreen } from './first-screen.ts';

/** In the order in which they run, one file each. */
export const BENCHMARKS: readonly Benchmark[] = [firstScreen, coldImports];
