import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { FastResponse } from 'srvx/node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createShopServer } from '../../scripts/serve/create-shop-server.ts';
import { createFunctionRouter, listFunctionFiles } from '../../scripts/serve/function-routes.ts';
import { prepareServer, type Listening } from '../../scripts/serve/listen.ts';
import { createVercelSettings } from '../../scripts/serve/vercel-settings.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'serve-socket-'));
const NativeResponse = globalThis.Response;
let server: Listening;

beforeAll(async () => {
  mkdirSync(path.join(folder, 'api'));
  writeFileSync(
    path.join(folder, 'api/echo.js'),
    `const headers = { 'x-frame': 'own' };
     export const GET = (request) => Response.json(Object.fromEntries(request.headers), { headers });
     export const POST = async (request) => new Response(await request.arrayBuffer());`,
  );
  const fetchHandler = createShopServer({
    findFunction: createFunctionRouter(listFunctionFiles(path.join(folder, 'api'))),
    loadFunction: (file) => import(pathToFileURL(file).href),
    serveFile: async () => null,
    settings: createVercelSettings({
      headers: [
        {
          source: '/(.*)',
          headers: [
            { key: 'X-Frame', value: 'default' },
            { key: 'Referrer-Policy', value: 'no-referrer' },
          ],
        },
      ],
    }),
    reportError: () => undefined,
  });
  server = await prepareServer({ fetch: fetchHandler, port: 0 }).listen();
});

afterAll(async () => {
  await server.close(0);
  globalThis.Response = NativeResponse;
  rmSync(folder, { recursive: true, force: true });
});

describe('a server of our own', () => {
  it('listens on loopback and puts the fast Response in place', () => {
    expect(server.url).toBe(`http://127.0.0.1:${server.port}`);
    expect(globalThis.Response).toBe(FastResponse);
  });

  it('sends each header once, and the function’s own instead of the default', async () => {
    const answer = await fetch(`${server.url}/api/echo`);
    expect(answer.headers.get('x-frame')).toBe('own');
    expect(answer.headers.get('referrer-policy')).toBe('no-referrer');
  });

  it('says itself who is calling, whoever answers and whatever the caller wrote', async () => {
    // A proxy on this machine is trusted, so the last hop it names is the caller.
    const answer = await fetch(`${server.url}/api/echo`, {
      headers: { 'x-real-ip': '1.1.1.1', 'x-forwarded-for': '9.9.9.9, 203.0.113.7' },
    });
    expect(await answer.json()).toMatchObject({ 'x-real-ip': '203.0.113.7', 'x-forwarded-for': '203.0.113.7' });
  });

  it('passes a body on byte for byte', async () => {
    const body = Uint8Array.from({ length: 70_000 }, (_, index) => index % 256);
    const answer = await fetch(`${server.url}/api/echo`, { method: 'POST', body });
    expect(Buffer.from(await answer.arrayBuffer()).equals(body)).toBe(true);
  });

  it('does not follow a path out of the site', async () => {
    const socket = connect(server.port, '127.0.0.1');
    socket.end('GET /api/../../../etc/passwd HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n');
    const [head] = await once(socket, 'data');
    expect(String(head)).toMatch(/^HTTP\/1\.1 404 /);
  });

  it('tells in one sentence that a port is taken', async () => {
    const second = prepareServer({ fetch: () => new Response(), port: server.port });
    await expect(second.listen()).rejects.toThrow(`Port ${server.port} is already in use`);
  });
});
