import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import { json } from 'node:stream/consumers';
import * as z from 'zod';
import type { RedisEngine, RedisReply } from './redis-engine.ts';

export interface RedisRestBridge {
  url: string;
  token: string;
  /** The paths of the requests so far. */
  requests: readonly string[];
  /** Carries the next request out, then breaks its connection instead of answering. */
  loseNextAnswer(): void;
  /** Lets the next request wait for ever. */
  hangNext(): void;
  /** While down, every request is answered with an error. */
  setDown(isDown: boolean): void;
  close(): Promise<void>;
}

const command = z.array(z.union([z.string(), z.number()])).nonempty();
const commands = z.array(command).nonempty();

/** Stands where Upstash's REST API stands, in front of an engine. */
export async function startRedisRestBridge(engine: RedisEngine): Promise<RedisRestBridge> {
  const token = randomBytes(16).toString('hex');
  const requests: string[] = [];
  let isDown = false;
  let next: 'answer' | 'lose' | 'hang' = 'answer';

  async function answer(request: IncomingMessage): Promise<{ status: number; body: unknown }> {
    if (request.headers.authorization !== `Bearer ${token}`) return { status: 401, body: { error: 'Unauthorized' } };
    if (isDown) return { status: 503, body: { error: 'ERR the database is not available' } };
    const isBase64 = request.headers['upstash-encoding'] === 'base64';
    const encode = (reply: RedisReply) => encodeReply(reply, isBase64);
    const body: unknown = await json(request);
    if (request.url === '/pipeline' || request.url === '/multi-exec') {
      const replies = await engine.run(commands.parse(body), request.url === '/multi-exec');
      return { status: 200, body: replies.map(encode) };
    }
    const [reply] = (await engine.run([command.parse(body)], false)).map(encode);
    return { status: reply !== undefined && 'error' in reply ? 400 : 200, body: reply };
  }

  const server = createServer((request, response) => {
    requests.push(request.url ?? '');
    const then = next;
    next = 'answer';
    if (then === 'hang') return;
    answer(request).then(
      ({ status, body }) => {
        if (then === 'lose') request.socket.destroy();
        else response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
      },
      (error: unknown) => response.writeHead(500).end(JSON.stringify({ error: String(error) })),
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('The bridge has no port');

  return {
    url: `http://127.0.0.1:${address.port}`,
    token,
    requests,
    loseNextAnswer() {
      next = 'lose';
    },
    hangNext() {
      next = 'hang';
    },
    setDown(down) {
      isDown = down;
    },
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
      await engine.close();
    },
  };
}

/** Upstash leaves the status `OK` as it is: no text in base64 looks like it. */
function encodeReply(reply: RedisReply, isBase64: boolean): { result: string | number | null } | { error: string } {
  if ('error' in reply) return reply;
  if ('status' in reply) return { result: reply.status };
  const { value } = reply;
  return { result: isBase64 && typeof value === 'string' ? Buffer.from(value).toString('base64') : value };
}
