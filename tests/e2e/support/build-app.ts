import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { TestProject } from 'vitest/node';
import { findChromium } from '../../../scripts/browser/chromium.ts';
import { runTool } from '../../../scripts/check/run-tool.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** The built Mini App. */
    appDirectory: string;
  }
}

/** Builds the Mini App once for the whole run, beside the checkout's own `dist/`. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  findChromium();
  const directory = await mkdtemp(path.join(os.tmpdir(), 'esim-shop-e2e-'));
  const remove = () => rm(directory, { recursive: true, force: true });
  const built = await runTool(
    'vite/bin/vite.js',
    'build',
    '--outDir',
    directory,
    '--emptyOutDir',
    '--logLevel',
    'warn',
  );
  if (!built.isOk) {
    await remove();
    throw new Error(`The Mini App was not built:\n${built.output}`);
  }
  project.provide('appDirectory', directory);
  return remove;
}
