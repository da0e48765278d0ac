import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startSandbox, type RunningSandbox } from '../support/running-sandbox.ts';

const SCRIPT = fileURLToPath(new URL('../../scripts/setup-bot.ts', import.meta.url));

let sandbox: RunningSandbox;
let env: Record<string, string>;
beforeAll(async () => {
  sandbox = await startSandbox();
  env = {
    APP_URL: sandbox.url,
    DATABASE_URL: 'postgres://nobody@127.0.0.1/none',
    ESIMGO_API_KEY: sandbox.sandbox.keys.esimGoApiKey,
    TELEGRAM_BOT_TOKEN: sandbox.sandbox.keys.botToken,
    TELEGRAM_API_URL: `${sandbox.url}/sandbox/telegram`,
    TELEGRAM_WEBHOOK_SECRET: '8d1f4a7c02b95e63',
    CRON_SECRET: 'c81e0f5b27d94a36',
    DATA_KEY: 'f3'.repeat(32),
  };
});
afterAll(() => sandbox?.close());

function run(
  args: string[],
  settings: Record<string, string>,
): Promise<{ code: number; stdout: string; stderr: string }> {
  const { PATH = '', HOME = '' } = process.env;
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      ['--import', 'tsx', SCRIPT, ...args],
      { env: { PATH, HOME, ...settings } },
      (error, stdout, stderr) => resolve({ code: typeof error?.code === 'number' ? error.code : 0, stdout, stderr }),
    );
  });
}

describe('npm run setup:bot', () => {
  it('refuses in a preview deployment and leaves the bot as it is, which --check still shows', async () => {
    const refused = await run([], { ...env, VERCEL_ENV: 'preview' });
    expect(refused).toMatchObject({ code: 1, stdout: '' });
    const shown = await run(['--check'], { ...env, VERCEL_ENV: 'preview' });
    expect(shown.code).toBe(1);
    expect(shown.stdout).toContain('webhook: (nothing)');
  });

  it('finds everything wrong at first, puts it right, and finds nothing after that', async () => {
    const before = await run(['--check'], env);
    expect(before.code).toBe(1);
    expect(before.stdout).toMatch(/^WRONG +webhook: \(nothing\)$/m);
    expect(before.stdout).toMatch(/wrong\. To put it right: npm run setup:bot$/m);

    expect(await run([], env)).toMatchObject({ code: 0, stderr: '' });

    const after = await run(['--check'], env);
    expect(after.code).toBe(0);
    expect(after.stdout).toContain(`ok     webhook: ${sandbox.url}/api/telegram/webhook`);
    expect(after.stdout).not.toContain('WRONG');
    for (const secret of [env['TELEGRAM_BOT_TOKEN'], env['TELEGRAM_WEBHOOK_SECRET']]) {
      expect(after.stdout).not.toContain(secret);
    }
  });

  it('says in a sentence that the token is no bot’s, or which settings are missing', async () => {
    const wrong = await run(['--check'], { ...env, TELEGRAM_BOT_TOKEN: `9876543210:sandbox_${'x'.repeat(27)}` });
    expect(wrong).toMatchObject({ code: 1, stdout: '' });
    expect(wrong.stderr.trim().split('\n')).toHaveLength(1);
    const missing = await run(['--check'], { ...env, CRON_SECRET: '' });
    expect(missing).toMatchObject({ code: 2, stderr: expect.stringContaining('CRON_SECRET is missing') });
  });
});
