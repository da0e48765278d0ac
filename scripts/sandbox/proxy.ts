import http from 'node:http';
import https from 'node:https';
import { Readable } from 'node:stream';

const HOP_BY_HOP = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** Passes requests on to the shop and its answers back as they come: status, headers, bytes, compressed or not. */
export function createProxy(shopUrl: string): (request: Request) => Promise<Response> {
  const base = new URL(shopUrl);
  const { request: send } = base.protocol === 'https:' ? https : http;

  return (request) =>
    new Promise((resolve) => {
      const { pathname, search } = new URL(request.url);
      const headers = Object.fromEntries(
        [...request.headers].filter(([name]) => !HOP_BY_HOP.has(name) && name !== 'host'),
      );
      const call = send(new URL(pathname + search, base), { method: request.method, headers, signal: request.signal });
      call.once('response', (answer) => resolve(toResponse(answer)));
      call.once('error', (error) => {
        resolve(new Response(`The shop at ${base.origin} does not answer: ${error.message}\n`, { status: 502 }));
      });
      if (request.body) Readable.fromWeb(request.body).pipe(call);
      else call.end();
    });
}

function toResponse(answer: http.IncomingMessage): Response {
  const headers: [string, string][] = [];
  for (let index = 0; index < answer.rawHeaders.length; index += 2) {
    const [name, value] = [answer.rawHeaders[index], answer.rawHeaders[index + 1]];
    if (name !== undefined && value !== undefined && !HOP_BY_HOP.has(name.toLowerCase())) headers.push([name, value]);
  }
  const status = answer.statusCode ?? 502;
  const hasBody = status !== 204 && status !== 304 && answer.headers['content-length'] !== '0';
  if (!hasBody) answer.resume();
  return new Response(hasBody ? Readable.toWeb(answer) : null, { status, headers });
}
