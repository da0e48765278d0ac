import { once } from 'node:events';
import { connect } from 'node:net';
import type { RedisCommand, RedisEngine, RedisReply } from './redis-engine.ts';

export interface RedisConnection extends RedisEngine {
  /** Brings the end of every key nearer, because the server's clock cannot be moved. */
  pass(seconds: number): Promise<void>;
}

type Wire = RedisReply | { list: Wire[] };

/** One connection to a real Redis, in its own protocol. Every key gets the prefix, and `close` removes them all. */
export async function connectRedis(redisUrl: string, prefix: string): Promise<RedisConnection> {
  const url = new URL(redisUrl);
  const socket = connect(Number(url.port || 6379), url.hostname);
  await once(socket, 'connect');
  const waiting: { resolve(reply: Wire): void; reject(error: Error): void }[] = [];
  let received = Buffer.alloc(0);
  socket.on('data', (chunk) => {
    received = Buffer.concat([received, chunk]);
    for (let parsed = parse(received, 0); parsed !== null; parsed = parse(received, 0)) {
      received = received.subarray(parsed.end);
      waiting.shift()?.resolve(parsed.reply);
    }
  });
  socket.on('close', () => {
    for (const { reject } of waiting.splice(0)) reject(new Error('Redis closed the connection'));
  });
  socket.on('error', () => undefined);

  function send(commands: readonly RedisCommand[]): Promise<Wire[]> {
    const replies = commands.map(() => new Promise<Wire>((resolve, reject) => waiting.push({ resolve, reject })));
    // Written at once: what other callers send cannot come between MULTI and EXEC.
    socket.write(commands.map(serialize).join(''));
    return Promise.all(replies);
  }

  async function ownKeys(): Promise<string[]> {
    const [keys] = await send([['KEYS', `${prefix}*`]]);
    return keys !== undefined && 'list' in keys ? keys.list.map(textOf) : [];
  }

  if (url.password) await send([['AUTH', decodeURIComponent(url.password)]]);
  if (url.pathname.length > 1) await send([['SELECT', url.pathname.slice(1)]]);

  return {
    async run(commands, isTransaction) {
      const own = commands.map(([name = '', key = '', ...rest]) => [name, `${prefix}${key}`, ...rest]);
      if (!isTransaction) return (await send(own)).map(single);
      const executed = (await send([['MULTI'], ...own, ['EXEC']])).at(-1);
      if (executed !== undefined && 'list' in executed) return executed.list.map(single);
      throw new Error(`Redis refused the transaction: ${JSON.stringify(executed)}`);
    },
    async pass(seconds) {
      for (const key of await ownKeys()) {
        const [ttl] = await send([['PTTL', key]]);
        const leftMs = Number(ttl === undefined ? -2 : textOf(ttl));
        if (leftMs >= 0) await send([['PEXPIRE', key, leftMs - seconds * 1_000]]);
      }
    },
    async close() {
      for (const key of await ownKeys()) await send([['DEL', key]]);
      socket.end();
      await once(socket, 'close');
    },
  };
}

function serialize(command: RedisCommand): string {
  const parts = command.map((part) => `$${Buffer.byteLength(String(part))}\r\n${part}\r\n`);
  return `*${parts.length}\r\n${parts.join('')}`;
}

/** The reply that starts there and where it ends; null while a part of it is still under way. */
function parse(bytes: Buffer, start: number): { reply: Wire; end: number } | null {
  const lineEnd = bytes.indexOf('\r\n', start);
  if (lineEnd < 0) return null;
  const line = bytes.toString('utf8', start + 1, lineEnd);
  const next = lineEnd + 2;
  switch (bytes.toString('latin1', start, start + 1)) {
    case '+':
      return { reply: { status: line }, end: next };
    case '-':
      return { reply: { error: line }, end: next };
    case ':':
      return { reply: { value: Number(line) }, end: next };
    case '$': {
      const length = Number(line);
      if (length < 0) return { reply: { value: null }, end: next };
      const end = next + length + 2;
      return end > bytes.length ? null : { reply: { value: bytes.toString('utf8', next, next + length) }, end };
    }
    case '*': {
      const list: Wire[] = [];
      let end = next;
      for (let i = 0; i < Number(line); i += 1) {
        const item = parse(bytes, end);
        if (item === null) return null;
        list.push(item.reply);
        end = item.end;
      }
      return { reply: { list }, end };
    }
    default:
      throw new Error(`Redis sent something unknown: ${line}`);
  }
}

function single(reply: Wire): RedisReply {
  if ('list' in reply) throw new Error('Redis answered a list to a command that has one value');
  return reply;
}

function textOf(reply: Wire): string {
  return 'value' in reply ? String(reply.value) : '';
}
