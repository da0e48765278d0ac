import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { serve } from 'srvx/node';

import { createSandbox, type Sandbox } from '../../sandbox/create-sandbox.ts';
import { createTestDatabase } from './database.ts';
import { serveFakeShop } from './sandbox-context.ts';

export interface ReceivedCallback {
  path: string;
  headers: Headers;
  body: string;
}

export interface RunningSandbox {
  url: string;
  sandbox: Sandbox;
  dataDir: string;
  /** What reached the shop's address, in order. */
  received: ReceivedCallback[];
  /** Decides the shop's answers; 200 unless replaced. */
  shop: { answer(callback: ReceivedCallback): Response | Promise<Response> };
  control(name: string, body: unknown): Promise<Response>;
  /** A call to eSIM Go with the right key and `Accept: application/json`. */
  esimGo(path: string, init?: RequestInit & { headers?: Record<string, string> }): Promise<Response>;
  /** Closes the sandbox and opens it again on the same database and folder, as after a restart of the process. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

/** Both simulators behind real loopback HTTP, on a database of their own, with a shop that takes what it gets. */
export async function startSandbox(options: { seed?: string } = {}): Promise<RunningSandbox> {
  const database = await createTestDatabase();
  const dataDir = await mkdtemp(join(tmpdir(), 'sandbox-'));
  const received: ReceivedCallback[] = [];
  const shop: RunningSandbox['shop'] = { answer: () => new Response('ok') };
  const fakeShop = await serveFakeShop(async (request) => {
    const callback = { path: new URL(request.url).pathname, headers: request.headers, body: await request.text() };
    received.push(callback);
    return shop.answer(callback);
  });

  const open = () =>
    createSandbox({ databaseUrl: database.url, dataDir, shopUrl: () => fakeShop.url, env: {}, ...options });
  let sandbox = await open();
  const server = serve({
    port: 0,
    hostname: '127.0.0.1',
    silent: true,
    fetch: async (request) => (await sandbox.fetch(request)) ?? new Response('the shop', { status: 299 }),
  });
  await server.ready();
  const url = (server.url ?? '').replace(/\/$/, '');

  return {
    url,
    get sandbox() {
      return sandbox;
    },
    dataDir,
    received,
    shop,
    control(name, body) {
      return fetch(`${url}/sandbox/api/${name}`, { method: 'POST', body: JSON.stringify(body) });
    },
    esimGo(path, init = {}) {
      const headers = { 'x-api-key': sandbox.keys.esimGoApiKey, accept: 'application/json', ...init.headers };
      return fetch(`${url}/sandbox/esimgo${path}`, { ...init, headers });
    },
    async restart() {
      await sandbox.close();
      sandbox = await open();
    },
    async close() {
      await sandbox.close();
      await server.close(true);
      await fakeShop.close();
      await rm(dataDir, { recursive: true, force: true });
      await database.drop();
    },
  };
}

/** The body of an answer whose form the test itself is about. */
export async function jsonOf(response: Response) {
  return JSON.parse(await response.text());
}
