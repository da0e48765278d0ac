import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import type { Plugin } from 'vite';

const COUNTRY_FLAG = /^([A-Z]{2})\.svg$/;

/**
 * Serves the flags of the package as files of our own, one a country, so that a list loads only those in sight. One
 * hash for all of them makes their addresses last for ever and still leaves one constant in the code.
 */
export function flags(): Plugin {
  const files = readFlags();
  const all = createHash('sha256');
  for (const [code, svg] of files) all.update(code).update(svg);
  const hash = all.digest('hex').slice(0, 8);
  const nameOf = (code: string) => `assets/flag-${code}-${hash}.svg`;
  const byAddress = new Map([...files].map(([code, svg]) => [`/${nameOf(code)}`, svg]));

  return {
    name: 'flags',
    config: () => ({ define: { 'import.meta.env.FLAGS_HASH': JSON.stringify(hash) } }),
    configureServer(server) {
      server.middlewares.use((req, res, next) => {
        const svg = byAddress.get(req.url ?? '');
        if (svg === undefined) return next();
        res.setHeader('content-type', 'image/svg+xml').setHeader('cache-control', 'max-age=31536000').end(svg);
      });
    },
    generateBundle() {
      for (const [code, svg] of files) this.emitFile({ type: 'asset', fileName: nameOf(code), source: svg });
    },
  };
}

function readFlags(): Map<string, string> {
  const directory = path.join(path.dirname(createRequire(import.meta.url).resolve('country-flag-icons')), '3x2');
  const found = new Map<string, string>();
  for (const file of readdirSync(directory).sort()) {
    const [, code] = COUNTRY_FLAG.exec(file) ?? [];
    if (code !== undefined) found.set(code, readFileSync(path.join(directory, file), 'utf8'));
  }
  return found;
}
