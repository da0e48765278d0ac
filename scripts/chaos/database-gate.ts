import net from 'node:net';

/** The way of the shop's processes to the database, and of nobody else's. */
export interface DatabaseGate {
  /** The address of the database through the gate. */
  url: string;
  /** Cuts every connection, and each new one until it is opened. */
  shut(): void;
  open(): void;
  close(): Promise<void>;
}

const DEFAULT_PORT = 5_432;

export async function startDatabaseGate(databaseUrl: string): Promise<DatabaseGate> {
  const { hostname, port } = new URL(databaseUrl);
  const sockets = new Set<net.Socket>();
  let isShut = false;

  function join(from: net.Socket, to: net.Socket): void {
    sockets.add(from);
    from.setNoDelay(true);
    from.pipe(to);
    from.on('error', () => to.destroy());
    from.on('close', () => {
      sockets.delete(from);
      to.destroy();
    });
  }

  const server = net.createServer((client) => {
    if (isShut) {
      client.destroy();
      return;
    }
    const target = net.connect({ host: hostname, port: Number(port || DEFAULT_PORT) });
    join(client, target);
    join(target, client);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new TypeError('the gate has no port');
  const url = new URL(databaseUrl);
  url.hostname = '127.0.0.1';
  url.port = String(address.port);

  function cutAll(): void {
    for (const socket of sockets) socket.destroy();
  }

  return {
    url: url.href,
    shut() {
      isShut = true;
      cutAll();
    },
    open() {
      isShut = false;
    },
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      cutAll();
      await closed;
    },
  };
}
