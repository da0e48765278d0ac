import { once } from 'node:events';
import { createRequire } from 'node:module';
import { connect, type Socket } from 'node:net';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { createWebSocketStream, WebSocketServer } from 'ws';

export interface WebSocketBridge {
  /** The database's URL as the driver takes it: @vercel/postgres refuses every host but Neon's poolers and `localhost`. */
  url: string;
  /** Resets every connection, as a proxy that dies does. */
  cut(): void;
  close(): Promise<void>;
}

interface NeonConfig {
  wsProxy: () => string;
  useSecureWebSocket: boolean;
  pipelineTLS: boolean;
  pipelineConnect: false;
}

/** Stands where Neon's proxy stands: WebSocket on one side, the database's own TCP on the other. */
export async function startWebSocketBridge(databaseUrl: string): Promise<WebSocketBridge> {
  const target = new URL(databaseUrl);
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  await once(server, 'listening');
  const sockets = new Set<Socket>();
  server.on('connection', (webSocket, request) => {
    sockets.add(request.socket);
    webSocket.once('close', () => sockets.delete(request.socket));
    const client = createWebSocketStream(webSocket);
    const database = connect(Number(target.port || 5432), target.hostname);
    client.on('error', () => database.destroy()).pipe(database);
    database.on('error', () => client.destroy()).pipe(client);
    client.once('close', () => database.destroy());
    database.once('close', () => client.destroy());
  });
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('The bridge has no port');
  await useWebSocketProxy(`127.0.0.1:${address.port}`);

  const cut = (): void => {
    for (const socket of sockets) socket.resetAndDestroy();
  };
  const url = new URL(databaseUrl);
  url.hostname = 'localhost';
  return {
    url: url.href,
    cut,
    async close() {
      cut();
      await new Promise<void>((resolve, reject) => server.close((error) => (error ? reject(error) : resolve())));
    },
  };
}

/** Sends the driver's connections to this `host:port`, whatever host is in the URL. */
export async function useWebSocketProxy(hostAndPort: string): Promise<void> {
  // The configuration is global to a copy of the driver, so it has to be the very copy that the package loads.
  const packageEntry = createRequire(import.meta.url).resolve('@vercel/postgres');
  const driverEntry = createRequire(packageEntry).resolve('@neondatabase/serverless');
  const driver: { neonConfig: NeonConfig } = await import(
    /* @vite-ignore */ pathToFileURL(path.join(path.dirname(driverEntry), 'index.mjs')).href
  );
  driver.neonConfig.wsProxy = () => hostAndPort;
  driver.neonConfig.useSecureWebSocket = false;
  driver.neonConfig.pipelineTLS = false;
  driver.neonConfig.pipelineConnect = false;
}
