import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants } from 'node:fs';
import { chmod, chown, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const NOBODY = 65534;
const POLL_MS = 50;
const MAX_TRIES = 200;

export interface Pooler {
  /** The database's URL, through the pooler. */
  url: string;
  stop(): Promise<void>;
}

/** A pooler where pgbouncer is installed, the way without one elsewhere. */
export async function startPooler(databaseUrl: string): Promise<Pooler> {
  const binary = findPgbouncer();
  return binary === null ? { url: databaseUrl, stop: async () => undefined } : startPgbouncer(binary, databaseUrl);
}

/** Debian installs it where only root's PATH looks. */
export function findPgbouncer(): string | null {
  const folders = [...(process.env['PATH'] ?? '').split(path.delimiter), '/usr/sbin', '/usr/local/sbin'];
  return folders.map((folder) => path.join(folder, 'pgbouncer')).find(isExecutable) ?? null;
}

/**
 * In transaction mode, with fewer connections to the server than the shop opens to it: what one statement leaves behind
 * in its session meets the next one of somebody else.
 */
async function startPgbouncer(binary: string, databaseUrl: string): Promise<Pooler> {
  const target = new URL(databaseUrl);
  const port = await freePort();
  const folder = await mkdtemp(path.join(tmpdir(), 'pgbouncer-'));
  const configFile = path.join(folder, 'pgbouncer.ini');
  const usersFile = path.join(folder, 'users.txt');
  await writeFile(
    configFile,
    [
      '[databases]',
      `* = host=${target.hostname} port=${target.port || 5432}`,
      '[pgbouncer]',
      'listen_addr = 127.0.0.1',
      `listen_port = ${port}`,
      'unix_socket_dir =',
      'auth_type = trust',
      `auth_file = ${usersFile}`,
      'pool_mode = transaction',
      'default_pool_size = 3',
      '',
    ].join('\n'),
  );
  // With `trust` the password is not asked for, but used: pgbouncer logs in to the server with it.
  await writeFile(usersFile, `${quoted(target.username)} ${quoted(target.password)}\n`);
  // pgbouncer refuses to run as root.
  const account = process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {};
  if ('uid' in account) {
    await chmod(usersFile, 0o600);
    for (const file of [folder, configFile, usersFile]) await chown(file, NOBODY, NOBODY);
  }

  const child = spawn(binary, [configFile], { ...account, stdio: ['ignore', 'ignore', 'pipe'] });
  const ended = once(child, 'close');
  let output = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  for (let tries = 1; !(await accepts(port)); tries += 1) {
    if (child.exitCode !== null || tries === MAX_TRIES) throw new Error(`pgbouncer did not start: ${output}`);
    await sleep(POLL_MS);
  }

  const url = new URL(databaseUrl);
  url.host = `127.0.0.1:${port}`;
  return {
    url: url.href,
    async stop() {
      child.kill('SIGTERM');
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function quoted(text: string): string {
  return `"${decodeURIComponent(text).replaceAll('"', '""')}"`;
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  await once(probe, 'close');
  if (typeof address !== 'object' || address === null) throw new Error('The probe has no port');
  return address.port;
}

async function accepts(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
