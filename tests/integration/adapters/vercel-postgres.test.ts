import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { connectVercelPostgres } from '../../../lib/db/vercel-postgres.ts';
import type { Database } from '../../../lib/db/sql.ts';
import { createTestDatabase } from '../../support/database.ts';
import { startWebSocketBridge, useWebSocketProxy } from '../../support/websocket-bridge.ts';

const URL_OF_NOBODY = 'postgres://user:password@localhost:5432/nobody';

describe('connectVercelPostgres', () => {
  it('says what to set when the URL is not of a pooler of Neon, without the URL', () => {
    const connect = () => connectVercelPostgres({ url: 'postgres://user:hunter2@db.example.com/shop' });
    expect(connect).toThrow(/set DATABASE_URL instead/);
    expect(connect).toThrow(expect.objectContaining({ message: expect.not.stringContaining('hunter2') }));
  });

  it('takes the URL of a pooler of Neon', async () => {
    await connectVercelPostgres({ url: 'postgres://user:password@ep-x-pooler.eu.example.com/shop' }).close();
  });

  it('reports a refused connection as an Error', async () => {
    const server = await listen(() => undefined);
    server.close();
    await once(server, 'close');
    await failsToConnect(connectVercelPostgres({ url: URL_OF_NOBODY }), /ECONNREFUSED/);
  });

  it('gives up a proxy that never opens the WebSocket', async () => {
    await listen(() => undefined);
    await failsToConnect(connectVercelPostgres({ url: URL_OF_NOBODY, connectTimeoutMs: 50 }), /timeout/);
  });

  it('gives up a proxy that opens the WebSocket and then says nothing, not even goodbye', async () => {
    await listen(openWebSocketAndFallSilent);
    await failsToConnect(connectVercelPostgres({ url: URL_OF_NOBODY, connectTimeoutMs: 50 }), /timeout/);
  });

  it('reports a connection that is cut in the middle as an Error, and opens another', async () => {
    const database = await createTestDatabase();
    const bridge = await startWebSocketBridge(database.url);
    const db = connectVercelPostgres({ url: bridge.url });
    const failing = db.transaction(async (tx) => {
      await tx.query('select 1');
      bridge.cut();
      await tx.query('select 1');
    });
    await expect(failing).rejects.toBeInstanceOf(Error);
    expect(await db.query('select 1 as one')).toEqual([{ one: 1 }]);

    await db.close();
    await bridge.close();
    await database.drop();
  });
});

async function failsToConnect(db: Database, reason: RegExp): Promise<void> {
  const failing = () => db.query('select 1');
  await expect(failing()).rejects.toBeInstanceOf(Error);
  await expect(failing()).rejects.toThrow(reason);
  await expect(db.transaction(failing)).rejects.toThrow(reason);
  await db.close();
}

/** A proxy of one's own, which the driver is sent to. */
async function listen(serve: (socket: Socket) => void): Promise<Server> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    serve(socket);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('The proxy has no port');
  await useWebSocketProxy(`127.0.0.1:${address.port}`);
  return server;
}

function openWebSocketAndFallSilent(socket: Socket): void {
  socket.once('data', (request) => {
    const key = /^sec-websocket-key: *(\S+)/im.exec(request.toString())?.[1] ?? '';
    const accept = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
    );
    socket.on('data', () => undefined);
  });
}
