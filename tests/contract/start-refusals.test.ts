import { execFile } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const SCRIPTS = fileURLToPath(new URL('../../scripts/', import.meta.url));

/** Of a production deployment as it should be; no host in it answers. */
const SETTINGS = {
  VERCEL_ENV: 'production',
  APP_URL: 'https://esim.acme.invalid',
  DATABASE_URL: 'postgres://shop:pg-pass-word@db.acme.invalid/shop',
  ESIMGO_API_KEY: 'Xq3vT9bLmR7wK2nZ',
  TELEGRAM_BOT_TOKEN: '7342037359:AAFZehRPBRs8Seg40oDjTMIW8uTGPuW1zfQ',
  TELEGRAM_WEBHOOK_SECRET: '8d1f4a7c02b95e63',
  CRON_SECRET: 'c81e0f5b27d94a36',
  DATA_KEY: 'a81c0e5f2b7d94a36c81e0f5b27d94a3f81e0c5b27d94a36c81e0f5b27d94a30',
};

const WRONG: [what: string, settings: Record<string, string>][] = [
  [
    'simulators',
    {
      ESIMGO_API_URL: 'https://shop.acme.invalid/sandbox/esimgo/v2.5',
      TELEGRAM_API_URL: 'https://shop.acme.invalid/sandbox/telegram',
    },
  ],
  ['keys of simulators', { ESIMGO_API_KEY: 'sandbox-Xq3vT9bLmR7wK2nZ' }],
  ['default secrets', { CRON_SECRET: 'change-me-change-me', TELEGRAM_WEBHOOK_SECRET: 'my-default-secret' }],
  ['an embedded database', { DATABASE_URL: 'postgres://shop:pg-pass-word@127.0.0.1:54321/shop' }],
];

function run(script: string, settings: Record<string, string>): Promise<{ code: number; printed: string }> {
  const { PATH = '', HOME = '' } = process.env;
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      ['--import', 'tsx', path.join(SCRIPTS, script)],
      { env: { PATH, HOME, PORT: '0', ...SETTINGS, ...settings } },
      (error, stdout, stderr) =>
        resolve({ code: typeof error?.code === 'number' ? error.code : 0, printed: stdout + stderr }),
    );
  });
}

describe.each(['start.ts', 'doctor.ts'])('%s in a production deployment', (script) => {
  it.each(WRONG)('refuses %s, names each setting and repeats no value', async (_, settings) => {
    const { code, printed } = await run(script, settings);
    expect(code).toBe(1);
    for (const [name, value] of Object.entries(settings)) {
      expect(printed).toMatch(new RegExp(script === 'doctor.ts' ? `^WRONG +${name} ` : `^ +- ${name} `, 'm'));
      // Addresses are shown; the rest could be a secret.
      if (!name.endsWith('_API_URL')) expect(printed).not.toContain(value);
    }
    expect(printed).not.toContain('Serving on');
  });
});

describe('start.ts in a production deployment', () => {
  it('gets past its settings when they are real, and fails at the database that does not answer', async () => {
    const { code, printed } = await run('start.ts', {});
    expect(code).toBe(1);
    expect(printed).toMatch(/db\.acme\.invalid/);
    expect(printed).not.toContain('The settings');
  });
});

describe('setup-bot.ts in a preview deployment', () => {
  it('leaves the bot to production before it has asked anybody anything', async () => {
    const { code, printed } = await run('setup-bot.ts', { VERCEL_ENV: 'preview' });
    expect(code).toBe(1);
    expect(printed).toContain('nothing was changed');
  });
});

describe.each(['start.ts', 'doctor.ts'])('%s on a server of one’s own', (script) => {
  it('refuses an address in clear', async () => {
    const { code, printed } = await run(script, { VERCEL_ENV: '', APP_URL: 'http://esim.acme.invalid' });
    expect(code).toBe(1);
    expect(printed).toMatch(/APP_URL must start with https/);
  });

  it('refuses secrets that can be guessed, and repeats none', async () => {
    const weak = { CRON_SECRET: 'abcabcabcabcabcabc', TELEGRAM_WEBHOOK_SECRET: 'my-default-secret' };
    const { code, printed } = await run(script, { VERCEL_ENV: '', ...weak });
    expect(code).toBe(1);
    for (const [name, value] of Object.entries(weak)) {
      expect(printed).toMatch(new RegExp(`${name} .*openssl rand -hex 32`));
      expect(printed).not.toContain(value);
    }
    expect(printed).not.toContain('Serving on');
  });
});
