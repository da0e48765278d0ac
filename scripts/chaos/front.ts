import http from 'node:http';

export interface Front {
  url: string;
  close(): Promise<void>;
}

interface Target {
  port: number;
  agent: http.Agent;
  /** Requests that it has not answered yet. */
  open: number;
  answeredAtMs: number;
}

/** A process that holds so many requests and has answered none for so long is frozen; the others are tried before it. */
const HELD_WHEN_FROZEN = 8;
const SILENT_WHEN_FROZEN_MS = 500;

/**
 * Spreads requests over the shop's live processes, as a platform does. Only a refused connection is tried elsewhere: any
 * other failure reaches the sender, who cannot know what was done.
 */
export async function startFront(ports: () => readonly number[]): Promise<Front> {
  let turn = 0;
  const targets = new Map<number, Target>();

  /** In the order in which to try them. */
  function liveTargets(): Target[] {
    const live = ports();
    for (const port of targets.keys()) if (!live.includes(port)) forget(port);
    turn += 1;
    return live
      .map((_, index) => targetOf(live[(index + turn) % live.length] ?? 0))
      .toSorted((a, b) => Number(seemsFrozen(a)) - Number(seemsFrozen(b)));
  }

  function targetOf(port: number): Target {
    const known = targets.get(port);
    if (known !== undefined) return known;
    const target = { port, agent: new http.Agent({ keepAlive: true }), open: 0, answeredAtMs: performance.now() };
    targets.set(port, target);
    return target;
  }

  function forget(port: number): void {
    targets.get(port)?.agent.destroy();
    targets.delete(port);
  }

  const server = http.createServer((request, response) => {
    const body: Buffer[] = [];
    request.on('data', (chunk: Buffer) => body.push(chunk));
    request.on('end', () => pass(request, Buffer.concat(body), response, liveTargets()));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new TypeError('the front has no port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    async close() {
      server.closeAllConnections();
      for (const port of targets.keys()) forget(port);
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function seemsFrozen({ open, answeredAtMs }: Target): boolean {
  return open >= HELD_WHEN_FROZEN && performance.now() - answeredAtMs > SILENT_WHEN_FROZEN_MS;
}

function pass(
  request: http.IncomingMessage,
  body: Buffer,
  response: http.ServerResponse,
  [target, ...others]: readonly Target[],
): void {
  if (target === undefined) {
    response.writeHead(502).end('no process of the shop is up');
    return;
  }
  const { method, url } = request;
  const { port, agent } = target;
  // Each side keeps its own connections.
  const { connection: _asked, ...headers } = request.headers;
  target.open += 1;
  const call = http.request({ host: '127.0.0.1', port, method, path: url, headers, agent }, (answer) => {
    target.answeredAtMs = performance.now();
    const { connection: _answered, 'keep-alive': _kept, ...answered } = answer.headers;
    response.writeHead(answer.statusCode ?? 502, answered);
    answer.pipe(response);
    answer.on('error', () => response.destroy());
  });
  call.on('close', () => {
    target.open -= 1;
  });
  call.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'ECONNREFUSED') pass(request, body, response, others);
    else response.destroy();
  });
  response.on('close', () => {
    if (!response.writableFinished) call.destroy();
  });
  call.end(body);
}
