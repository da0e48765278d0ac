import { brotliDecompressSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { compressAnswers } from '../../../scripts/serve/compress-answers.ts';

const text = JSON.stringify({ destinations: Array.from({ length: 200 }, (_, index) => `code ${index}`) });

function ask(headers: Record<string, string>, accepted = 'gzip, br') {
  const answer = async () => new Response(text, { headers: { 'content-type': 'application/json', ...headers } });
  return compressAnswers(answer)(new Request('http://shop.test/api', { headers: { 'accept-encoding': accepted } }));
}

describe('compressAnswers', () => {
  it('compresses an answer that repeats, and tells caches so', async () => {
    const answer = await ask({ etag: 'W/"1"' });
    expect(answer.headers.get('content-encoding')).toBe('br');
    expect(answer.headers.get('vary')).toBe('accept-encoding');
    expect(brotliDecompressSync(await answer.arrayBuffer()).toString()).toBe(text);
  });

  it('leaves personal answers and callers without compression alone', async () => {
    for (const answer of [await ask({}), await ask({ etag: 'W/"1"' }, 'identity')]) {
      expect(answer.headers.get('content-encoding')).toBeNull();
      expect(await answer.text()).toBe(text);
    }
  });

  it('answers the next request for the same thing from what it kept, and a changed one anew', async () => {
    let version = 1;
    const ask = compressAnswers(
      async () =>
        new Response(`"${version}"${text}`, { headers: { 'content-type': 'application/json', etag: `"${version}"` } }),
    );
    const read = async () => {
      const answer = await ask(new Request('http://shop.test/api', { headers: { 'accept-encoding': 'br' } }));
      return brotliDecompressSync(await answer.arrayBuffer()).toString();
    };
    expect([await read(), await read()]).toEqual([`"1"${text}`, `"1"${text}`]);
    version = 2;
    expect(await read()).toBe(`"2"${text}`);
  });
});
