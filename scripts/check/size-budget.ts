import { readFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import * as z from 'zod';

const FIRST_SCREEN = 'src/screens/destinations/';
const KB = 1_000;
const LIMITS = { firstScreen: 45 * KB, furtherScreen: 8 * KB };

const manifestSchema = z.record(
  z.string(),
  z.looseObject({
    file: z.string(),
    isEntry: z.boolean().optional(),
    isDynamicEntry: z.boolean().optional(),
    imports: z.array(z.string()).default([]),
    css: z.array(z.string()).default([]),
  }),
);
export type Manifest = z.infer<typeof manifestSchema>;

export interface ScreenSize {
  name: string;
  bytes: number;
  limit: number;
}

export function readManifest(dist: string): Manifest {
  return manifestSchema.parse(JSON.parse(readFileSync(path.join(dist, '.vite/manifest.json'), 'utf8')));
}

/** The first screen is the page with all that loads at once; each screen after it costs what is not there yet. */
export function measureScreens(manifest: Manifest, sizeOf: (file: string) => number): ScreenSize[] {
  const keys = Object.keys(manifest);
  const firstKeys = keys.filter((key) => manifest[key]?.isEntry || key.startsWith(FIRST_SCREEN));
  const firstFiles = new Set(['index.html', ...firstKeys.flatMap((key) => filesOf(manifest, key))]);
  const sum = (files: Iterable<string>) => [...files].reduce((bytes, file) => bytes + sizeOf(file), 0);

  const screens = [{ name: 'first screen', bytes: sum(firstFiles), limit: LIMITS.firstScreen }];
  for (const key of keys) {
    if (!manifest[key]?.isDynamicEntry || firstKeys.includes(key)) continue;
    const files = new Set(filesOf(manifest, key).filter((file) => !firstFiles.has(file)));
    screens.push({ name: key, bytes: sum(files), limit: LIMITS.furtherScreen });
  }
  return screens;
}

export function gzipSizeIn(dist: string): (file: string) => number {
  return (file) => gzipSync(readFileSync(path.join(dist, file)), { level: 9 }).byteLength;
}

function filesOf(manifest: Manifest, key: string, seen = new Set<string>()): string[] {
  const chunk = manifest[key];
  if (!chunk || seen.has(key)) return [];
  seen.add(key);
  return [chunk.file, ...chunk.css, ...chunk.imports.flatMap((imported) => filesOf(manifest, imported, seen))];
}
