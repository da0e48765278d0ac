import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Plugin } from 'vite';

const WORKER = new URL('./worker.js', import.meta.url);
/** Flags are many and only decoration; a country's letters stand in for one. */
const SHELL = /^assets\/.+\.(js|css)$/;

/** Writes the service worker with the names of this build in it, so that each release keeps its own files. */
export function serviceWorker(): Plugin {
  return {
    name: 'service-worker',
    apply: 'build',
    enforce: 'post',
    generateBundle(_options, bundle) {
      const names = Object.keys(bundle).sort();
      const page = bundle['index.html'];
      const files = names.filter((name) => SHELL.test(name)).map((name) => `/${name}`);
      const hash = createHash('sha256').update(JSON.stringify(files));
      if (page?.type === 'asset') hash.update(page.source);
      this.emitFile({
        type: 'asset',
        fileName: 'sw.js',
        source: fill(files, `shell-${hash.digest('hex').slice(0, 8)}`),
      });
    },
  };
}

function fill(files: readonly string[], cache: string): string {
  return readFileSync(WORKER, 'utf8')
    .replace('__FILES__', () => JSON.stringify(files))
    .replace('__CACHE__', () => JSON.stringify(cache));
}
