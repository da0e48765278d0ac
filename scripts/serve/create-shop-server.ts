import { randomUUID } from 'node:crypto';
import type { ServerRequest } from 'srvx';
import type { ErrorCode } from '../../lib/contract/error-codes.ts';
import { clientAddressOf } from './client-address.ts';
import { allowedMethods, handlerFor, withParams, type FunctionMatch } from './function-routes.ts';
import type { VercelSettings } from './vercel-settings.ts';

export type FetchHandler = (request: ServerRequest) => Promise<Response>;

export interface ShopServerParts {
  findFunction: (pathname: string) => FunctionMatch | null;
  /** Imports a function's file; called for each request, so it may answer with a newer module. */
  loadFunction: (file: string) => Promise<unknown>;
  /** Null means that there is no such file. */
  serveFile: (request: ServerRequest, pathname: string) => Promise<Response | null>;
  settings: VercelSettings;
  reportError: (error: unknown, request: Request) => void;
}

/** Answers as the deployment would: headers of `vercel.json`, files, functions, then rewrites. */
export function createShopServer(parts: ShopServerParts): FetchHandler {
  const { findFunction, settings, serveFile, loadFunction, reportError } = parts;

  async function runFunction(match: FunctionMatch, request: ServerRequest): Promise<Response> {
    const module = await loadFunction(match.file);
    const handler = handlerFor(module, request.method);
    if (!handler) return problem(405, 'method_not_allowed', { headers: { allow: allowedMethods(module) } });
    const response: unknown = await handler(withParams(request, match.params));
    if (response instanceof Response) return response;
    throw new TypeError(`${match.file} answered ${request.method} with something else than a Response`);
  }

  async function dispatch(request: ServerRequest, pathname: string): Promise<Response> {
    const match = findFunction(pathname);
    if (match) return runFunction(match, request);
    if (pathname.startsWith('/api/')) return problem(404, 'not_found');
    const file = await serveFile(request, pathname);
    if (file) return file;
    const rewritten = settings.rewriteOf(pathname);
    const page = rewritten === null ? null : await serveFile(request, rewritten);
    return (
      page ?? new Response('Not found\n', { status: 404, headers: { 'content-type': 'text/plain; charset=utf-8' } })
    );
  }

  return async (request) => {
    const pathname = pathnameOf(request);
    const headers = settings.headersFor(pathname ?? '/');
    const nodeResponse = request.runtime?.node?.res;
    if (nodeResponse) for (const [name, value] of headers) nodeResponse.setHeader(name, value);
    stampClientAddress(request);
    let response: Response;
    try {
      response =
        pathname === null
          ? problem(400, 'bad_request', { details: { path: 'host' } })
          : await dispatch(request, pathname);
    } catch (error) {
      reportError(error, request);
      response = problem(500, 'internal');
    }
    // On a Node response the headers are already there, and those of the function replace them when it is written.
    return nodeResponse ? response : withDefaultHeaders(response, headers);
  };
}

/** Null when the Host header is none, such as `xn--` or `x:99999`: no address can be read from such a request. */
function pathnameOf(request: ServerRequest): string | null {
  try {
    return new URL(request.url).pathname;
  } catch (error) {
    if (error instanceof TypeError) return null;
    throw error;
  }
}

/** As on Vercel, these two say who is really calling: what the caller wrote there is overwritten. */
function stampClientAddress(request: ServerRequest): void {
  const node = request.runtime?.node?.req;
  if (node === undefined) return;
  const address = clientAddressOf(node.socket?.remoteAddress, node.headers['x-forwarded-for']);
  for (const name of ['x-real-ip', 'x-forwarded-for']) {
    for (let index = node.rawHeaders.length - 2; index >= 0; index -= 2) {
      if (node.rawHeaders[index]?.toLowerCase() === name) node.rawHeaders.splice(index, 2);
    }
    if (address === null) {
      delete node.headers[name];
    } else {
      node.headers[name] = address;
      node.rawHeaders.push(name, address);
    }
  }
}

function withDefaultHeaders(response: Response, headers: readonly (readonly [string, string])[]): Response {
  const own = new Headers(response.headers);
  for (const [name, value] of headers) if (!own.has(name)) own.set(name, value);
  return new Response(response.body, { status: response.status, statusText: response.statusText, headers: own });
}

function problem(
  status: number,
  code: ErrorCode,
  { headers, details }: { headers?: Record<string, string>; details?: Record<string, string> } = {},
): Response {
  const body = { error: { code, request_id: randomUUID(), ...(details && { details }) } };
  return Response.json(body, { status, headers: { 'cache-control': 'no-store', ...headers } });
}
