import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { ROOT, runTool } from '../check/run-tool.ts';
import { createProxy } from '../sandbox/proxy.ts';
import { compressAnswers } from '../serve/compress-answers.ts';
import { createShopServer, type FetchHandler } from '../serve/create-shop-server.ts';
import { prepareServer } from '../serve/listen.ts';
import { createStaticFiles } from '../serve/static-files.ts';
import { readVercelSettings } from '../serve/vercel-settings.ts';

const GRACE_MS = 2_000;

export interface BuiltShop {
  url: string;
  /** What Telegram would put into the address of the opened app. */
  launchHash(userId: number, language: string): Promise<string>;
  close(): Promise<void>;
}

/** The built Mini App, compressed as Vercel does, before the functions and simulators of a `npm run dev` of its own. */
export async function startBuiltShop(): Promise<BuiltShop> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'esim-shop-bench-'));
  const dist = path.join(folder, 'dist');
  const built = await runTool('vite/bin/vite.js', 'build', '--outDir', dist, '--logLevel', 'warn');
  if (!built.isOk) throw new Error(built.output);
  const shop = await startDevShop(path.join(folder, 'data'));

  const serveFile = createStaticFiles(dist);
  const files = createShopServer({
    findFunction: () => null,
    loadFunction: () => Promise.reject(new Error('the functions run in the other process')),
    serveFile: (request, pathname) => serveFile(request, pathname),
    settings: readVercelSettings(path.join(ROOT, 'vercel.json')),
    reportError: (error) => console.error(error),
  });
  const functions = createProxy(shop.url);
  const answer: FetchHandler = (request) =>
    /^\/(api|sandbox)\//.test(new URL(request.url).pathname) ? functions(request) : files(request);
  const server = prepareServer({ fetch: compressAnswers(answer), port: await freePort(), host: '127.0.0.1' });
  const { port, close } = await server.listen();
  const url = `http://127.0.0.1:${port}`;

  return {
    url,
    async launchHash(userId, language) {
      const response = await fetch(`${url}/sandbox/api/init-data`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ user: { id: userId, first_name: 'Anna', language_code: language } }),
      });
      const { init_data: data } = (await response.json()) as { init_data: string };
      const launch = { tgWebAppData: data, tgWebAppVersion: '8.0', tgWebAppPlatform: 'android' };
      return `#${new URLSearchParams({ ...launch, tgWebAppThemeParams: '{}' }).toString()}`;
    },
    async close() {
      await close(GRACE_MS);
      await shop.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function startDevShop(dataDir: string): Promise<{ url: string; stop(): Promise<void> }> {
  const env = { ...process.env, PORT: String(await freePort()), DATA_DIR: dataDir };
  const child = spawn(process.execPath, ['--import', 'tsx', 'scripts/dev.ts'], {
    cwd: ROOT,
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  for await (const line of createInterface({ input: child.stdout })) {
    const [, url] = /^Ready: (.+)\/sandbox$/.exec(line) ?? [];
    if (url === undefined) continue;
    // What it says from here on is of no interest, but must be taken from it.
    child.stdout.resume();
    return {
      url,
      async stop() {
        child.kill('SIGTERM');
        await exited;
        // The cluster of a shop that root started lies elsewhere.
        await promisify(execFile)(process.execPath, ['--import', 'tsx', 'scripts/reset.ts', '--yes'], {
          cwd: ROOT,
          env,
        });
      },
    };
  }
  throw new Error('the shop did not start; npm run dev says why');
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise<void>((resolve) => server.close(() => resolve()));
  return port;
}
