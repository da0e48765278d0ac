import http from 'node:http';

export interface Front {
  url: string;
  close(): Promise<void>;
}

/**
 * Spreads requests over the shop's live processes, as a platform does. Only a refused connection is tried elsewhere: any
 * other failure reaches the sender, who cannot know what was done.
 */
export async function startFront(ports: () => readonly number[]): Promise<Front> {
  let turn = 0;
  const server = http.createServer((request, response) => {
    const body: Buffer[] = [];
    request.on('data', (chunk: Buffer) => body.push(chunk));
    request.on('end', () => {
      turn += 1;
      const live = ports();
      const order = live.map((_, index) => live[(index + turn) % live.length] ?? 0);
      pass(request, Buffer.concat(body), response, order);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new TypeError('the front has no port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function pass(
  request: http.IncomingMessage,
  body: Buffer,
  response: http.ServerResponse,
  [port, ...others]: readonly number[],
): void {
  if (port === undefined) {
    response.writeHead(502).end('no process of the shop is up');
    return;
  }
  const { method, url } = request;
  const headers = { ...request.headers, connection: 'close' };
  const call = http.request({ host: '127.0.0.1', port, method, path: url, headers, agent: false }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(response);
    answer.on('error', () => response.destroy());
  });
  call.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'ECONNREFUSED') pass(request, body, response, others);
    else response.destroy();
  });
  response.on('close', () => call.destroy());
  call.end(body);
}
