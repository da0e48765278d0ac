import { readFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import * as z from 'zod';

const FIRST_SCREEN = 'src/screens/destinations/';
/** Loaded by a tap or a later step, not when a screen opens; each is held to the limit of a screen by itself. */
const LATER: readonly string[] = [
  'src/screens/checkout/device-help.ts',
  'src/screens/current-esim/rename-sheet.ts',
  'src/screens/help/delete-data-sheet.ts',
  'src/screens/ready/view.ts',
  'src/search/places.ts',
  'src/send-to-chat.ts',
  'src/share.ts',
];
const KB = 1_000;
const LIMITS = { firstScreen: 45 * KB, furtherScreen: 8 * KB };

const manifestSchema = z.record(
  z.string(),
  z.looseObject({
    file: z.string(),
    isEntry: z.boolean().optional(),
    isDynamicEntry: z.boolean().optional(),
    imports: z.array(z.string()).default([]),
    dynamicImports: z.array(z.string()).default([]),
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

/**
 * The first screen is the page with all that loads at once; each screen after it costs what is not there yet, with the
 * parts that it fetches by itself when it opens.
 */
export function measureScreens(manifest: Manifest, sizeOf: (file: string) => number): ScreenSize[] {
  const keys = Object.keys(manifest);
  const firstKeys = keys.filter((key) => manifest[key]?.isEntry || key.startsWith(FIRST_SCREEN));
  const firstFiles = new Set(['index.html', ...firstKeys.flatMap((key) => filesOf(manifest, key))]);
  const sum = (files: Iterable<string>) => [...files].reduce((bytes, file) => bytes + sizeOf(file), 0);
  /** There already, whichever screen it is reached from. */
  const isThere = (key: string) => {
    const parents = keys.filter((parent) => manifest[parent]?.dynamicImports.includes(key));
    const shown = parents.map((parent) => new Set(filesOf(manifest, parent)));
    return (file: string) => firstFiles.has(file) || (shown.length > 0 && shown.every((files) => files.has(file)));
  };
  const costOf = (key: string, parts: readonly string[]) => {
    const isLoaded = isThere(key);
    return sum(new Set(parts.flatMap((part) => filesOf(manifest, part)).filter((file) => !isLoaded(file))));
  };

  const screens = [{ name: 'first screen', bytes: sum(firstFiles), limit: LIMITS.firstScreen }];
  const opened = new Set([...firstKeys.flatMap((key) => manifest[key]?.dynamicImports ?? []), ...LATER]);
  for (const key of keys) {
    if (!opened.has(key) || firstKeys.includes(key)) continue;
    const variants = variantsOf(partsOf(manifest, key, new Set(firstKeys)));
    const bytes = Math.max(...variants.map((parts) => costOf(key, parts)));
    screens.push({ name: key, bytes, limit: LIMITS.furtherScreen });
  }
  return screens;
}

export function gzipSizeIn(dist: string): (file: string) => number {
  return (file) => gzipSync(readFileSync(path.join(dist, file)), { level: 9 }).byteLength;
}

/** The screen and what it loads when it opens, however deep; `seen` is there already. */
function partsOf(manifest: Manifest, key: string, seen: Set<string>): string[] {
  const chunk = manifest[key];
  if (!chunk || seen.has(key)) return [];
  seen.add(key);
  const loaded = chunk.dynamicImports.filter((part) => !LATER.includes(part));
  return [key, ...[...chunk.imports, ...loaded].flatMap((part) => partsOf(manifest, part, seen))];
}

/** Texts that come in one language at a time are named `…-en.ts`, `…-ru.ts`. */
function variantsOf(parts: readonly string[]): string[][] {
  return ['en', 'ru'].map((language) =>
    parts.filter((key) => (/-(en|ru)\.ts$/.exec(key)?.[1] ?? language) === language),
  );
}

function filesOf(manifest: Manifest, key: string, seen = new Set<string>()): string[] {
  const chunk = manifest[key];
  if (!chunk || seen.has(key)) return [];
  seen.add(key);
  return [chunk.file, ...chunk.css, ...chunk.imports.flatMap((imported) => filesOf(manifest, imported, seen))];
}
