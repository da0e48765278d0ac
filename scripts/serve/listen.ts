import { FastResponse, serve } from 'srvx/node';
import type { ServerRequest } from 'srvx';
import type { Server as NodeServer } from 'node:http';

// Node's own would let a caller who sends a byte now and then hold a connection for five minutes. The largest body, a
// price list of 4 MB, gets through in a minute on a slow line.
const HEAD_WITHIN_MS = 15_000;
const REQUEST_WITHIN_MS = 60_000;

export class PortTakenError extends Error {
  override name = 'PortTakenError';
}

export interface Listening {
  port: number;
  /** Where this machine reaches the server. */
  url: string;
  /** Finishes the requests under way, then closes what stays open after `graceMs`. */
  close(graceMs?: number): Promise<void>;
}

export interface PreparedServer {
  /** For those who need the upgrade event, such as Vite's live reload. */
  node: NodeServer;
  listen(): Promise<Listening>;
}

/** Loopback unless a host is given. Nothing is accepted before `listen`. */
export function prepareServer(options: {
  fetch: (request: ServerRequest) => Response | Promise<Response>;
  port: number;
  host?: string | undefined;
}): PreparedServer {
  useFastResponse();
  const host = options.host || '127.0.0.1';
  const server = serve({
    fetch: options.fetch,
    port: options.port,
    hostname: host,
    manual: true,
    silent: true,
    gracefulShutdown: false,
  });
  const node = server.node?.server;
  if (!node || !('requestTimeout' in node)) throw new TypeError('srvx gave no HTTP server of Node');
  node.headersTimeout = HEAD_WITHIN_MS;
  node.requestTimeout = REQUEST_WITHIN_MS;

  return {
    node,
    async listen() {
      try {
        await server.serve();
      } catch (error) {
        if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') {
          throw new PortTakenError(
            `Port ${options.port} is already in use: stop what listens there or set PORT to another one.`,
          );
        }
        throw error;
      }
      const address = node.address();
      const port = typeof address === 'object' && address ? address.port : options.port;
      return {
        port,
        url: `http://${isAnyAddress(host) ? '127.0.0.1' : host.includes(':') ? `[${host}]` : host}:${port}`,
        async close(graceMs = 5_000) {
          const timer = setTimeout(() => node.closeAllConnections(), graceMs);
          node.closeIdleConnections();
          await server.close().finally(() => clearTimeout(timer));
        },
      };
    },
  };
}

/** Handlers write `new Response(…)`; with srvx's own class in its place nothing is copied on the way to the socket. */
function useFastResponse(): void {
  Reflect.set(globalThis, 'Response', FastResponse);
}

function isAnyAddress(host: string): boolean {
  return host === '0.0.0.0' || host === '::';
}
