import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chmod, cp, mkdir, mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { isRoot, serverAccount } from '../../scripts/embedded-postgres/account.ts';
import { findBinaries, findPackage } from '../../scripts/embedded-postgres/binaries.ts';
import { existingHome, findServer } from '../../scripts/embedded-postgres/cluster.ts';
import { claimDataDir, removeDataDir, twinOf } from '../../scripts/embedded-postgres/data-dir.ts';
import { isRunning } from '../../scripts/embedded-postgres/processes.ts';
import { startEmbeddedPostgres, stopServerOf } from '../../scripts/embedded-postgres/start.ts';

const PARENT = fileURLToPath(new URL('../support/embedded-postgres-parent.ts', import.meta.url));
const RESET = fileURLToPath(new URL('../../scripts/reset.ts', import.meta.url));

let dataDir: string;

beforeEach(async () => {
  dataDir = await mkdtemp(path.join(os.tmpdir(), `esim-shop-test-${process.pid}-`));
  await chmod(dataDir, isRoot() ? 0o711 : 0o700);
});

afterEach(async () => {
  await stopServerOf(dataDir);
  await removeDataDir(dataDir);
});

const start = () => startEmbeddedPostgres({ dataDir });

describe('startEmbeddedPostgres', () => {
  it('gives a UTF-8 server in UTC that keeps its data and its password over a restart', async () => {
    const first = await start();
    expect(first.mode).toBe('started');
    expect(
      await ask(
        first.url,
        `select current_setting('timezone') as zone, upper('ñя') as upper, 'я' > 'z' as code_points`,
      ),
    ).toEqual([{ zone: 'UTC', upper: 'ÑЯ', code_points: true }]);
    await ask(first.url, 'create table kept as select 1 as one');
    await first.stop();
    await first.stop();
    await expect(ask(first.url, 'select 1')).rejects.toThrow('ECONNREFUSED');

    const second = await start();
    expect(new URL(second.url).password).toBe(new URL(first.url).password);
    expect(await ask(second.url, 'select one from kept')).toEqual([{ one: 1 }]);
  });

  it('lets in nobody without the password, and listens on loopback only', async () => {
    const { url } = await start();
    const wrong = new URL(url);
    wrong.password = 'wrong';
    await expect(ask(wrong.href, 'select 1')).rejects.toThrow('password authentication failed');
    const [settings] = await ask(
      url,
      `select current_setting('listen_addresses') as tcp, current_setting('unix_socket_directories') as sockets`,
    );
    expect(settings).toEqual({ tcp: '127.0.0.1', sockets: '' });
    const password = path.join(homeOf(dataDir), 'password');
    expect((await stat(password)).mode & 0o777).toBe(0o600);
  });

  it('hands the server none of our environment', async () => {
    process.env['TEST_ONLY_SECRET'] = 'x';
    const { url } = await start();
    delete process.env['TEST_ONLY_SECRET'];
    await ask(url, 'create table seen (name text)');
    await ask(url, `copy seen from program 'env'`);
    expect(await ask(url, `select name from seen where name like 'TEST_ONLY%'`)).toEqual([]);
  });

  it('gives two starts at once the same server, and leaves stopping it to the first', async () => {
    const both = await Promise.all([start(), start()]);
    expect(both.map((server) => server.mode).sort()).toEqual(['joined', 'started']);
    expect(both[0].url).toBe(both[1].url);
    const joined = both.find((server) => server.mode === 'joined');
    await joined?.stop();
    expect(await ask(both[0].url, 'select 1 as one')).toEqual([{ one: 1 }]);
  });

  it('joins the server of another live process', async () => {
    const parent = await startParent(dataDir, 'wait');
    const here = await start();
    expect(here.mode).toBe('joined');
    expect(here.url).toBe(parent.url);
    parent.child.kill('SIGKILL');
  });

  it('adopts the server of a parent that was killed, and stops it', async () => {
    const parent = await startParent(dataDir, 'wait');
    await ask(parent.url, 'create table kept as select 1 as one');
    await end(parent.child, 'SIGKILL');
    const { pid } = await serverOf(dataDir);

    const adopted = await start();
    expect(adopted.mode).toBe('adopted');
    expect((await serverOf(dataDir)).pid).toBe(pid);
    expect(await ask(adopted.url, 'select one from kept')).toEqual([{ one: 1 }]);
    await adopted.stop();
    expect(isRunning(pid)).toBe(false);
  });

  it('ends the server however its parent ends, unless by a kill', async () => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      const { child } = await startParent(dataDir, 'wait');
      await end(child, signal);
      await expect.poll(() => findServer(homeOf(dataDir)), { message: signal, timeout: 10_000 }).toBeNull();
    }
    for (const ending of ['return', 'throw']) {
      const { child } = await startParent(dataDir, ending);
      await end(child);
      await expect.poll(() => findServer(homeOf(dataDir)), { message: ending, timeout: 10_000 }).toBeNull();
    }
  });

  it('starts again after the server itself was killed', async () => {
    const first = await start();
    await ask(first.url, 'create table kept as select 1 as one');
    const { pid } = await serverOf(dataDir);
    process.kill(pid, 'SIGKILL');
    await expect.poll(() => isRunning(pid)).toBe(false);
    const second = await start();
    expect(second.mode).toBe('started');
    expect(await ask(second.url, 'select one from kept')).toEqual([{ one: 1 }]);
  });

  it('is not misled by a lock whose process id has gone to another process', async () => {
    await (await start()).stop();
    const lock = path.join(homeOf(dataDir), 'data', 'postmaster.pid');
    await writeFile(lock, `${process.pid}\n${path.dirname(lock)}\n1\n5432\n\n127.0.0.1\n\nready   \n`);
    expect((await start()).mode).toBe('started');
  });

  it('starts over when it was killed while it made the cluster', async () => {
    await mkdir(path.join(dataDir, 'postgres.draft', 'data'), { recursive: true });
    await writeFile(path.join(dataDir, 'postgres.lock'), '999999999');
    expect((await start()).mode).toBe('started');
  });

  it('says what to do about a broken cluster', async () => {
    await (await start()).stop();
    await truncate(path.join(homeOf(dataDir), 'data', 'global', 'pg_control'), 100);
    await expect(start()).rejects.toThrow(/^The database in .* does not start \(.+\): `npm run reset` makes a new one/);
  });

  it.runIf(isRoot())('keeps the cluster in /var/tmp when only root can enter DATA_DIR', async () => {
    await chmod(dataDir, 0o700);
    const first = await start();
    expect(existsSync(path.join(twinOf(dataDir), 'postgres', 'data'))).toBe(true);
    expect(existsSync(path.join(dataDir, 'postgres'))).toBe(false);
    await first.stop();
    expect((await start()).mode).toBe('started');
    await stopServerOf(dataDir);
    await removeDataDir(dataDir);
    expect(existsSync(twinOf(dataDir))).toBe(false);
  });

  it.runIf(isRoot())('forgets the cluster in /var/tmp when DATA_DIR was removed by hand', async () => {
    await chmod(dataDir, 0o700);
    const first = await start();
    await ask(first.url, 'create table forgotten ()');
    await rm(dataDir, { recursive: true });
    await mkdir(dataDir, { mode: 0o700 });
    const second = await start();
    expect(second.mode).toBe('started');
    expect(await ask(second.url, `select to_regclass('forgotten') as found`)).toEqual([{ found: null }]);
  });
});

describe('findBinaries', () => {
  it('makes the links to libraries that npm left out', async () => {
    const { packageRoot, links } = await packageWithoutLinks(dataDir);
    const bin = await findBinaries(null, dataDir, packageRoot);
    expect(bin).toBe(path.join(packageRoot, 'native', 'bin'));
    for (const link of links) expect(existsSync(path.join(packageRoot, link))).toBe(true);
  });

  it.runIf(isRoot())("copies the program when the server's user cannot reach it, once", async () => {
    const { packageRoot } = await packageWithoutLinks(dataDir);
    await chmod(packageRoot, 0o700);
    const bin = await findBinaries(serverAccount(), dataDir, packageRoot);
    expect(bin.startsWith(path.join(dataDir, 'postgres-program-'))).toBe(true);
    const { mtimeMs } = await stat(bin);
    expect(await findBinaries(serverAccount(), dataDir, packageRoot)).toBe(bin);
    expect((await stat(bin)).mtimeMs).toBe(mtimeMs);
  });

  it('says what to do when the program does not run here', async () => {
    const packageRoot = path.join(dataDir, 'package');
    await mkdir(path.join(packageRoot, 'native', 'bin'), { recursive: true });
    await writeFile(path.join(packageRoot, 'package.json'), '{"version":"1.0.0"}');
    await expect(findBinaries(null, dataDir, packageRoot)).rejects.toThrow(
      /set DATABASE_URL to a PostgreSQL server\.$/,
    );
  });
});

describe('npm run reset', () => {
  it('stops the server and removes DATA_DIR', async () => {
    const parent = await startParent(dataDir, 'wait');
    await end(parent.child, 'SIGKILL');
    const { pid } = await serverOf(dataDir);
    expect(await reset(dataDir, '--yes')).toBe(0);
    expect(isRunning(pid)).toBe(false);
    expect(existsSync(dataDir)).toBe(false);
    expect(await reset(dataDir, '--yes')).toBe(0);
  });

  it('removes nothing when nobody has agreed', async () => {
    await claimDataDir(dataDir);
    expect(await reset(dataDir)).toBe(1);
    expect(existsSync(dataDir)).toBe(true);
  });

  it('refuses a folder that held files before us', async () => {
    await writeFile(path.join(dataDir, 'letter.txt'), 'dear');
    await claimDataDir(dataDir);
    expect(await reset(dataDir, '--yes')).toBe(1);
    expect(await readdir(dataDir)).toContain('letter.txt');
  });
});

async function ask(url: string, text: string): Promise<object[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(text)).rows;
  } finally {
    await client.end();
  }
}

function homeOf(directory: string): string {
  const home = existingHome(directory);
  if (!home) throw new Error(`There is no cluster of ${directory}`);
  return home;
}

async function serverOf(directory: string): Promise<{ pid: number }> {
  const server = await findServer(homeOf(directory));
  if (!server) throw new Error(`No server runs in ${directory}`);
  return server;
}

async function startParent(directory: string, ending: string): Promise<{ child: ChildProcess; url: string }> {
  const child = spawn(process.execPath, ['--import', 'tsx', PARENT, directory, ending], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const [line] = await once(createInterface(child.stdout), 'line');
  return { child, ...z.object({ url: z.string() }).parse(JSON.parse(String(line))) };
}

async function end(child: ChildProcess, signal?: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  if (signal) child.kill(signal);
  await exited;
}

async function reset(directory: string, ...args: string[]): Promise<number> {
  const child = spawn(process.execPath, ['--import', 'tsx', RESET, ...args], {
    env: { ...process.env, DATA_DIR: directory },
    stdio: 'ignore',
  });
  const [code] = await once(child, 'exit');
  return z.number().parse(code);
}

/** The package as npm unpacks it when install scripts do not run. */
async function packageWithoutLinks(parent: string): Promise<{ packageRoot: string; links: string[] }> {
  const packageRoot = path.join(parent, 'package');
  await cp(findPackage(), packageRoot, { recursive: true, verbatimSymlinks: true });
  const list = await readFile(path.join(packageRoot, 'native', 'pg-symlinks.json'), 'utf8');
  const links = z
    .array(z.object({ target: z.string() }))
    .parse(JSON.parse(list))
    .map((link) => link.target);
  for (const link of links) await rm(path.join(packageRoot, link), { force: true });
  return { packageRoot, links };
}
