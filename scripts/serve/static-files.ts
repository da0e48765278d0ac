import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.jpg': 'image/jpeg',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.map': 'application/json; charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.webmanifest': 'application/manifest+json',
  '.webp': 'image/webp',
  '.woff2': 'font/woff2',
};
const COMPRESSIBLE = /^(text\/|application\/(json|manifest)|image\/svg)/;
const HASHED_NAME = /^\/assets\/.+-[\w-]{8}\.\w+$/;
const SMALLEST_WORTH_COMPRESSING = 1_000; // below that the answer fits one packet anyway

export type Encoding = 'br' | 'gzip';
export type StaticFiles = (request: Request, pathname: string) => Promise<Response | null>;

interface StaticFile {
  body: Uint8Array<ArrayBuffer>;
  etag: string;
  contentType: string;
  cacheControl: string;
  encoded: Map<Encoding, Promise<Uint8Array<ArrayBuffer>>>;
}

/**
 * Serves a folder from memory. Only paths that were there at the start exist, so no path can lead out of it.
 * Null means that there is no such file.
 */
export function createStaticFiles(directory: string): StaticFiles {
  const files = new Map<string, StaticFile>();
  for (const entry of readdirSync(directory, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const file = path.join(entry.parentPath, entry.name);
    const pathname = `/${path.relative(directory, file).split(path.sep).join('/')}`;
    files.set(pathname, readStaticFile(file, pathname));
  }
  const index = files.get('/index.html');
  if (index) files.set('/', index);

  return async (request, pathname) => {
    const file = files.get(decodePath(pathname));
    if (!file) return null;
    const isHead = request.method === 'HEAD';
    if (request.method !== 'GET' && !isHead)
      return new Response(null, { status: 405, headers: { allow: 'GET, HEAD' } });

    const headers: Record<string, string> = { etag: file.etag, 'cache-control': file.cacheControl };
    if (isCompressible(file)) headers.vary = 'accept-encoding';
    if (matchesEtag(request.headers.get('if-none-match'), file.etag))
      return new Response(null, { status: 304, headers });

    headers['content-type'] = file.contentType;
    const encoding = isCompressible(file) ? acceptedEncoding(request.headers.get('accept-encoding')) : null;
    const body = encoding ? await encodedBody(file, encoding) : file.body;
    if (encoding) headers['content-encoding'] = encoding;
    headers['content-length'] = String(body.byteLength);
    return new Response(isHead ? null : body, { headers });
  };
}

function readStaticFile(file: string, pathname: string): StaticFile {
  const body = new Uint8Array(readFileSync(file));
  return {
    body,
    // Weak, because the same tag names every encoding of the file.
    etag: `W/"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`,
    contentType: CONTENT_TYPES[path.extname(file).toLowerCase()] ?? 'application/octet-stream',
    cacheControl: HASHED_NAME.test(pathname)
      ? 'public, max-age=31536000, immutable'
      : 'public, max-age=0, must-revalidate',
    encoded: new Map(),
  };
}

function isCompressible(file: StaticFile): boolean {
  return file.body.byteLength >= SMALLEST_WORTH_COMPRESSING && COMPRESSIBLE.test(file.contentType);
}

function encodedBody(file: StaticFile, encoding: Encoding): Promise<Uint8Array<ArrayBuffer>> {
  let body = file.encoded.get(encoding);
  if (!body) {
    body = encoding === 'br' ? brotli(file.body) : promisify(gzip)(file.body, { level: 9 });
    file.encoded.set(encoding, body);
  }
  return body;
}

function brotli(body: Uint8Array): Promise<Uint8Array<ArrayBuffer>> {
  return promisify(brotliCompress)(body, { params: { [constants.BROTLI_PARAM_QUALITY]: 10 } });
}

export function acceptedEncoding(header: string | null): Encoding | null {
  const offered = (header ?? '').split(',').map((part) => part.trim().split(/\s*;\s*/));
  const takes = (name: Encoding) =>
    offered.some(([coding, quality]) => coding === name && !/^q=0(\.0*)?$/.test(quality ?? ''));
  if (takes('br')) return 'br';
  return takes('gzip') ? 'gzip' : null;
}

function matchesEtag(header: string | null, etag: string): boolean {
  if (header === null) return false;
  const weak = (tag: string) => tag.trim().replace(/^W\//, '');
  return header.split(',').some((tag) => tag.trim() === '*' || weak(tag) === weak(etag));
}

function decodePath(pathname: string): string {
  try {
    return decodeURIComponent(pathname);
  } catch {
    return pathname;
  }
}
