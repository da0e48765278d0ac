import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import type { Answer } from './shop.ts';

export interface RawRequest {
  method?: string;
  headers?: Record<string, string | string[]>;
  /** Without a `content-length` they are sent in chunks. */
  pieces?: readonly Buffer[];
  signal?: AbortSignal;
}

/** A request that `fetch` would not send as it is: any method, any header, a path byte for byte. */
export function rawRequest(
  base: string,
  path: string,
  { method = 'GET', headers = {}, pieces = [], signal }: RawRequest = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(base);
    const sent = httpRequest({ hostname, port, path, method, headers, signal }, (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.on('error', reject);
      response.on('end', () => {
        const text = Buffer.concat(parts).toString();
        const names = new Headers();
        for (const [name, value] of Object.entries(response.headers)) names.set(name, String(value));
        const isJson = response.headers['content-type']?.startsWith('application/json');
        resolve({
          status: response.statusCode ?? 0,
          headers: names,
          body: isJson && text !== '' ? JSON.parse(text) : text,
        });
      });
    });
    sent.on('error', reject);
    for (const piece of pieces) sent.write(piece);
    sent.end();
  });
}

/** Sends text that need not be HTTP at all, and gives everything that comes back before the connection ends. */
export function sendBytes(base: string, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(base);
    const socket = connect(Number(port), hostname);
    let answer = '';
    socket.setEncoding('latin1').on('data', (part: string) => (answer += part));
    socket.on('error', (error: NodeJS.ErrnoException) => {
      // A server may hang up on nonsense before it has read all of it.
      if (error.code === 'ECONNRESET' || error.code === 'EPIPE') resolve(answer);
      else reject(error);
    });
    socket.on('close', () => resolve(answer));
    socket.end(text, 'latin1');
  });
}
