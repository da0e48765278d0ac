import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import type { FetchHandler } from './create-shop-server.ts';
import { acceptedEncoding, type Encoding } from './static-files.ts';

const MAX_KEPT = 500;

interface Compressed {
  bytes: Uint8Array<ArrayBuffer>;
  isCompressed: boolean;
}
const SMALLEST_WORTH_COMPRESSING = 1_000;

/**
 * Vercel's network compresses what the functions answer; this does it on a server of our own, for answers with an ETag.
 * Those repeat, so each is compressed once.
 */
export function compressAnswers(fetchHandler: FetchHandler): FetchHandler {
  const kept = new Map<string, Promise<Compressed>>();

  return async (request) => {
    const response = await fetchHandler(request);
    const encoding = acceptedEncoding(request.headers.get('accept-encoding'));
    if (encoding === null || response.status !== 200 || request.method !== 'GET') return response;
    const { headers } = response;
    const etag = headers.get('etag');
    if (
      etag === null ||
      headers.has('content-encoding') ||
      !headers.get('content-type')?.startsWith('application/json')
    ) {
      return response;
    }
    const key = `${encoding} ${etag} ${request.url}`;
    let body = kept.get(key);
    if (!body) {
      const plain = new Uint8Array(await response.arrayBuffer());
      body = compress(plain, encoding);
      const [oldest] = kept.keys();
      if (kept.size >= MAX_KEPT && oldest !== undefined) kept.delete(oldest);
      kept.set(key, body);
    }
    const { bytes, isCompressed } = await body;
    const own = new Headers(headers);
    own.set('vary', 'accept-encoding');
    own.delete('content-length');
    if (isCompressed) own.set('content-encoding', encoding);
    return new Response(bytes, { headers: own });
  };
}

async function compress(plain: Uint8Array<ArrayBuffer>, encoding: Encoding): Promise<Compressed> {
  if (plain.byteLength < SMALLEST_WORTH_COMPRESSING) return { bytes: plain, isCompressed: false };
  const bytes =
    encoding === 'gzip'
      ? await promisify(gzip)(plain)
      : await promisify(brotliCompress)(plain, { params: { [constants.BROTLI_PARAM_QUALITY]: 5 } });
  return { bytes, isCompressed: true };
}
