import { readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const FOLDER = fileURLToPath(new URL('.', import.meta.url));

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
};

const HEADERS = {
  'cache-control': 'no-cache',
  'content-security-policy': [
    "default-src 'self'",
    "img-src 'self' data: blob:",
    "frame-src 'self'",
    "frame-ancestors 'self'",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; '),
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
};

/** The page that plays the Telegram client. `null` for paths that are not its own. */
export async function servePage(path: string): Promise<Response | null> {
  const file =
    path === '/sandbox' || path === '/sandbox/'
      ? 'index.html'
      : /^\/sandbox\/page\/([a-z-]+\.(?:css|js))$/.exec(path)?.[1];
  if (file === undefined) return null;
  const type = TYPES[extname(file)] ?? 'application/octet-stream';
  try {
    return new Response(await readFile(join(FOLDER, file), 'utf8'), { headers: { ...HEADERS, 'content-type': type } });
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}
