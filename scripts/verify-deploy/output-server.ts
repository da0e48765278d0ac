import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { createProxy } from '../sandbox/proxy.ts';
import { prepareServer, type Listening } from '../serve/listen.ts';
import { createStaticFiles } from '../serve/static-files.ts';
import type { BuildOutput, BuiltFunction } from './build-output.ts';
import { createOutputRouter, type Target } from './output-router.ts';

type Fetch = (request: Request) => Promise<Response>;

export interface OutputServer extends Listening {
  /** Says where each function runs; until then they answer 503. */
  connect(urls: ReadonlyMap<BuiltFunction, string>): void;
}

/** Serves `.vercel/output` as the platform does: routes of config.json, files, functions, rewrites, headers. */
export async function serveOutput(output: BuildOutput): Promise<OutputServer> {
  const route = createOutputRouter(output);
  const serveStatic = createStaticFiles(path.join(output.directory, 'static'));
  let proxies = new Map<BuiltFunction, Fetch>();

  async function answer(request: Request, target: Target, search: URLSearchParams): Promise<Response> {
    switch (target.kind) {
      case 'static':
        return (await serveStatic(request, target.pathname)) ?? plain(404);
      case 'status':
        return plain(target.status);
      case 'function': {
        const proxy = proxies.get(target.built);
        return proxy ? proxy(asPlatform(request, search)) : plain(503);
      }
    }
  }

  const server = prepareServer({
    port: 0,
    fetch: async (request) => {
      const url = new URL(request.url);
      const { headers, search, target } = route(url.pathname, url.search);
      const response = await answer(request, target, search);
      const merged = new Headers(response.headers);
      for (const [name, value] of Object.entries(headers)) {
        // Those of vercel.json replace the platform's own of a file, and give way to those of a function.
        if (target.kind !== 'function' || !merged.has(name)) merged.set(name, value);
      }
      return new Response(response.body, { status: response.status, headers: merged });
    },
  });
  const listening = await server.listen();
  return {
    ...listening,
    connect(urls) {
      proxies = new Map([...urls].map(([built, url]) => [built, createProxy(url)]));
    },
  };
}

/** The request as the platform hands it on: parameters in the query, and its own headers about the caller. */
function asPlatform(request: Request, search: URLSearchParams): Request {
  const url = new URL(request.url);
  const headers = new Headers(request.headers);
  headers.set('x-vercel-id', `fra1::${randomUUID()}`);
  headers.set('x-real-ip', '127.0.0.1');
  headers.set('x-forwarded-for', '127.0.0.1');
  headers.set('x-forwarded-proto', 'https');
  headers.set('x-forwarded-host', url.host);
  // As it came, where there is nothing to add: a rewritten query could be spelt differently.
  const original = new URLSearchParams(url.search);
  if (search.toString() !== original.toString()) url.search = search.toString();
  const hasBody = request.method !== 'GET' && request.method !== 'HEAD';
  return new Request(url, {
    method: request.method,
    headers,
    signal: request.signal,
    ...(hasBody ? { body: request.body, duplex: 'half' } : {}),
  });
}

function plain(status: number): Response {
  const text = status === 404 ? 'The page could not be found\n' : `${status}\n`;
  return new Response(text, { status, headers: { 'content-type': 'text/plain; charset=utf-8' } });
}
