/** As it comes in JSON: the command's name, then its arguments. */
export type RedisCommand = readonly (string | number)[];

export type RedisReply = { status: string } | { value: string | number | null } | { error: string };

export interface RedisEngine {
  /** In order; `isTransaction` lets no other command come between them. */
  run(commands: readonly RedisCommand[], isTransaction: boolean): Promise<RedisReply[]>;
  close(): Promise<void>;
}

interface Entry {
  value: string;
  expiresAtMs: number;
}

const INTEGER = /^(0|-?[1-9]\d*)$/;
const NOT_AN_INTEGER = { error: 'ERR value is not an integer or out of range' };
const SYNTAX_ERROR = { error: 'ERR syntax error' };

/** Redis 7 for the commands that the KV adapter sends, with its replies and errors; any other command is refused. */
export function createRedisEngine(now: () => number): RedisEngine {
  const entries = new Map<string, Entry>();

  function read(key: string): Entry | null {
    const entry = entries.get(key);
    if (entry !== undefined && entry.expiresAtMs > now()) return entry;
    entries.delete(key);
    return null;
  }

  function set(key: string, value: string, options: readonly string[]): RedisReply {
    let ttlMs = Infinity;
    let isNew = false;
    for (let i = 0; i < options.length; i += 1) {
      const option = options[i]?.toUpperCase();
      if (option === 'NX') isNew = true;
      else if (option === 'PX') {
        const ms = options[(i += 1)] ?? '';
        if (!INTEGER.test(ms)) return NOT_AN_INTEGER;
        if (Number(ms) <= 0) return { error: "ERR invalid expire time in 'set' command" };
        ttlMs = Number(ms);
      } else return SYNTAX_ERROR;
    }
    if (isNew && read(key) !== null) return { value: null };
    entries.set(key, { value, expiresAtMs: now() + ttlMs });
    return { status: 'OK' };
  }

  function incrementBy(key: string, by: string): RedisReply {
    const entry = read(key) ?? { value: '0', expiresAtMs: Infinity };
    if (!INTEGER.test(by) || !INTEGER.test(entry.value)) return NOT_AN_INTEGER;
    const count = Number(entry.value) + Number(by);
    entries.set(key, { ...entry, value: String(count) });
    return { value: count };
  }

  function timeLeft(key: string): number {
    const entry = read(key);
    if (entry === null) return -2;
    return entry.expiresAtMs === Infinity ? -1 : entry.expiresAtMs - now();
  }

  function run([name = '', ...args]: string[]): RedisReply {
    const [key = '', value = '', ...options] = args;
    const form = `${name.toUpperCase()} ${args.length}`;
    if (form === 'GET 1') return { value: read(key)?.value ?? null };
    if (form === 'DEL 1') return { value: read(key) !== null && entries.delete(key) ? 1 : 0 };
    if (form === 'INCRBY 2') return incrementBy(key, value);
    if (form === 'PTTL 1') return { value: timeLeft(key) };
    if (name.toUpperCase() === 'SET' && args.length >= 2) return set(key, value, options);
    return { error: `ERR unknown command '${name}' with ${args.length} arguments` };
  }

  return {
    async run(commands) {
      return commands.map((command) => run(command.map(String)));
    },
    async close() {
      entries.clear();
    },
  };
}
