import { readFile } from 'node:fs/promises';
import { IncomingMessage, ServerResponse, type Server as NodeServer } from 'node:http';
import path from 'node:path';
import type { ServerRequest } from 'srvx';
import { createServer, type ViteDevServer } from 'vite';
import { createShopServer, type FetchHandler } from '../serve/create-shop-server.ts';
import { createFunctionRouter, listFunctionFiles } from '../serve/function-routes.ts';
import { readVercelSettings, type VercelSettings } from '../serve/vercel-settings.ts';

export interface ViteShop {
  fetch: FetchHandler;
  close(): Promise<void>;
}

/** The shop from its sources: `src/` with live reload, `api/` imported anew after each change, stack traces in TypeScript. */
export async function createViteShop(options: {
  root: string;
  dataDir: string;
  nodeServer: NodeServer;
  allowedHosts: string[];
}): Promise<ViteShop> {
  const { root, dataDir, nodeServer, allowedHosts } = options;
  const cacheDir = path.resolve(root, dataDir, 'vite');
  const vite = await createServer({
    root,
    configFile: path.join(root, 'vite.config.ts'),
    // Vite would read .env, the real shop's settings, and start anew whenever it changes.
    envDir: false,
    appType: 'custom',
    logLevel: 'warn',
    clearScreen: false,
    // Two shops side by side must not overwrite each other's prepared packages.
    cacheDir,
    server: {
      middlewareMode: true,
      hmr: { server: nodeServer },
      allowedHosts,
      fs: {
        strict: true,
        allow: ['index.html', 'src', 'public', 'lib/contract', 'lib/money', 'lib/i18n', 'node_modules', cacheDir].map(
          (name) => path.resolve(root, name),
        ),
      },
      watch: {
        ignored: [`${path.resolve(root, dataDir)}/**`, '**/dist/**', '**/build/**', '**/tests/**', '**/sandbox/**'],
      },
    },
  });

  const apiDirectory = path.join(root, 'api');
  let findFunction = createFunctionRouter(listFunctionFiles(apiDirectory));
  const onFiles = (file: string) => {
    if (file.startsWith(apiDirectory + path.sep)) findFunction = createFunctionRouter(listFunctionFiles(apiDirectory));
  };
  vite.watcher.on('add', onFiles).on('unlink', onFiles);

  return {
    fetch: createShopServer({
      findFunction: (pathname) => findFunction(pathname),
      loadFunction: (file) => vite.ssrLoadModule(file),
      serveFile: (request, pathname) => serveFile(vite, root, request, pathname),
      settings: relaxed(readVercelSettings(path.join(root, 'vercel.json'))),
      reportError: (error) => {
        if (error instanceof Error) vite.ssrFixStacktrace(error);
        console.error(error);
      },
    }),
    close: () => vite.close(),
  };
}

async function serveFile(
  vite: ViteDevServer,
  root: string,
  request: ServerRequest,
  pathname: string,
): Promise<Response | null> {
  if (pathname === '/' || pathname === '/index.html') {
    const html = await readFile(path.join(root, 'index.html'), 'utf8');
    return new Response(await vite.transformIndexHtml(pathname, html), {
      headers: { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-cache' },
    });
  }
  if (isPrivate(pathname)) return null;
  const { req, res } = request.runtime?.node ?? {};
  if (!(req instanceof IncomingMessage) || !(res instanceof ServerResponse)) return null;
  return new Promise((resolve, reject) => {
    // Vite answers on the socket itself; srvx adds nothing to an answer that is already sent.
    res.once('close', () => resolve(new Response()));
    vite.middlewares(req, res, (error: unknown) => (error === undefined ? resolve(null) : reject(error)));
  });
}

/**
 * What Vite would serve although no page asks for it: server code it has loaded, and its way to open files in an editor,
 * which any web page could use.
 */
function isPrivate(pathname: string): boolean {
  const isServerCode = pathname.startsWith('/lib/') && !/^\/lib\/(contract|money|i18n)\//.test(pathname);
  return isServerCode || pathname.startsWith('/__') || /\/\.(?!vite\/)/.test(pathname);
}

/** Vite puts styles into the page and listens on a socket; only in development may it. */
function relaxed(settings: VercelSettings): VercelSettings {
  return {
    ...settings,
    headersFor: (pathname) =>
      settings.headersFor(pathname).map(([name, value]) => {
        if (name !== 'content-security-policy') return [name, value] as const;
        const policy = value
          .replace("style-src 'self'", "style-src 'self' 'unsafe-inline'")
          .replace("connect-src 'self'", "connect-src 'self' ws: wss:");
        return [name, policy] as const;
      }),
  };
}
