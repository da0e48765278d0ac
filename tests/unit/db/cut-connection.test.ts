import net from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { connectPg } from '../../../lib/db/pg.ts';

const servers: net.Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

function message(type: string, body: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeInt32BE(body.length + 4);
  return Buffer.concat([Buffer.from(type), length, body]);
}

const AUTHENTICATED = message('R', Buffer.from([0, 0, 0, 0]));
const READY = message('Z', Buffer.from('I'));
const TERMINATED = message(
  'E',
  Buffer.from('SFATAL\0VFATAL\0C57P01\0Mterminating connection due to administrator command\0\0'),
);

/** A PostgreSQL that is shut down at the moment it takes a connection: both messages come in one piece. */
async function startDyingServer(): Promise<string> {
  const server = net.createServer((socket) => {
    socket.once('data', () => socket.end(Buffer.concat([AUTHENTICATED, READY, TERMINATED])));
    socket.on('error', () => undefined);
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new TypeError('no port');
  return `postgres://somebody@127.0.0.1:${address.port}/shop`;
}

describe('connectPg', () => {
  it('survives a connection that is cut while it changes hands', async () => {
    const crashes: unknown[] = [];
    const note = (error: unknown): void => void crashes.push(error);
    const others = process.listeners('uncaughtException');
    process.removeAllListeners('uncaughtException').on('uncaughtException', note);
    const db = connectPg({ url: await startDyingServer() });
    try {
      await expect(db.transaction(async (tx) => tx.query('SELECT 1'))).rejects.toThrow();
    } finally {
      await db.close();
      process.removeAllListeners('uncaughtException');
      for (const listener of others) process.on('uncaughtException', listener);
    }
    expect(crashes).toEqual([]);
  });
});
