import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createProxy } from '../../scripts/sandbox/proxy.ts';

const shop = createServer((request, response) => {
  if (request.url === '/page') {
    response.writeHead(203, { 'content-type': 'text/html', 'content-encoding': 'gzip', 'x-shop': 'yes' });
    response.end(gzipSync('<p>shop</p>'));
    return;
  }
  response.writeHead(201, { 'x-method': request.method ?? '', 'x-authorization': request.headers.authorization ?? '' });
  request.pipe(response);
});
let proxy: (request: Request) => Promise<Response>;

beforeAll(async () => {
  await new Promise<void>((resolve) => shop.listen(0, '127.0.0.1', resolve));
  const address = shop.address();
  proxy = createProxy(`http://127.0.0.1:${isAddress(address) ? address.port : 0}`);
});
afterAll(() => {
  shop.closeAllConnections();
  shop.close();
});

function isAddress(address: string | AddressInfo | null): address is AddressInfo {
  return typeof address === 'object' && address !== null;
}

describe('the proxy in front of the shop', () => {
  it('keeps status, headers and the bytes as they were sent', async () => {
    const answer = await proxy(new Request('http://sandbox.test/page'));
    expect(answer.status).toBe(203);
    expect(answer.headers.get('x-shop')).toBe('yes');
    expect(answer.headers.get('content-encoding')).toBe('gzip');
    expect(Buffer.from(await answer.arrayBuffer()).equals(gzipSync('<p>shop</p>'))).toBe(true);
  });

  it('passes method, headers and body on', async () => {
    const answer = await proxy(
      new Request('http://sandbox.test/echo?x=1', {
        method: 'POST',
        body: 'bytes',
        headers: { authorization: 'tma x' },
      }),
    );
    expect([answer.status, answer.headers.get('x-method'), answer.headers.get('x-authorization')]).toEqual([
      201,
      'POST',
      'tma x',
    ]);
    expect(await answer.text()).toBe('bytes');
  });

  it('says so when the shop does not answer', async () => {
    const answer = await createProxy('http://127.0.0.1:1')(new Request('http://sandbox.test/'));
    expect(answer.status).toBe(502);
    expect(await answer.text()).toContain('The shop at http://127.0.0.1:1 does not answer');
  });
});
