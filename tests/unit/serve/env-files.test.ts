import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'env-files-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A command of scripts/ in `folder`, where nothing but its files sets anything. */
function run(name: string, settings: Record<string, string> = { DATA_DIR: folder }, ...args: string[]): string {
  const script = fileURLToPath(new URL(`../../../scripts/${name}.ts`, import.meta.url));
  const { PATH, HOME } = process.env;
  const ran = spawnSync(process.execPath, ['--import', import.meta.resolve('tsx'), script, ...args], {
    cwd: folder,
    env: { PATH, HOME, ...settings },
    encoding: 'utf8',
    timeout: 25_000,
  });
  expect(ran.status).toBe(1);
  return ran.stdout + ran.stderr;
}

describe('the settings of commands that run simulators', () => {
  it.each(['dev', 'sandbox'])('npm run %s reads .env.dev, and nothing of the real shop’s .env', async (name) => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const address = taken.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    writeFileSync(path.join(folder, '.env.dev'), `PORT=${address.port}\n`);
    // Were it read, the refusal would be about this.
    writeFileSync(path.join(folder, '.env'), 'HOST=192.0.2.1\n');
    try {
      expect(run(name)).toBe(
        `Port ${address.port} is already in use: stop what listens there or set PORT to another one.\n`,
      );
    } finally {
      taken.close();
    }
  });

  it('npm run reset removes what npm run dev would have used', () => {
    for (const name of ['chosen', 'real']) mkdirSync(path.join(folder, name));
    writeFileSync(path.join(folder, '.env.dev'), `DATA_DIR=${path.join(folder, 'chosen')}\n`);
    writeFileSync(path.join(folder, '.env'), `DATA_DIR=${path.join(folder, 'real')}\n`);
    // Neither is a folder of ours, so each is named and none is removed.
    expect(run('reset', {}, '--yes')).toContain(`${path.join(realpathSync(folder), 'chosen')} was not made by this`);
    expect(run('reset', { DATA_DIR: folder }, '--yes')).toContain(`${realpathSync(folder)} was not made by this`);
  });

  it('npm start reads .env, and not .env.dev', () => {
    writeFileSync(path.join(folder, '.env.dev'), 'TELEGRAM_RATE_PER_S=fast\n');
    writeFileSync(path.join(folder, '.env'), 'ESIMGO_RATE_PER_S=fast\n');
    const refusal = run('start');
    expect(refusal).toContain('ESIMGO_RATE_PER_S must be');
    expect(refusal).not.toContain('TELEGRAM_RATE_PER_S');
  });
});
