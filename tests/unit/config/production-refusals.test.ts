import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { ConfigError, loadConfig } from '../../../lib/config/config.ts';
import { weaknessOf } from '../../../lib/config/production-problems.ts';

const PRODUCTION = {
  VERCEL_ENV: 'production',
  APP_URL: 'https://esim.acme.travel',
  DATABASE_URL: 'postgres://user:password@ep-cool.eu-central-1.aws.neon.tech/shop',
  ESIMGO_API_KEY: 'Xq3vT9bLmR7wK2nZ',
  TELEGRAM_BOT_TOKEN: '7342037359:AAFZehRPBRs8Seg40oDjTMIW8uTGPuW1zfQ',
  TELEGRAM_WEBHOOK_SECRET: '8d1f4a7c02b95e63',
  CRON_SECRET: 'c81e0f5b27d94a36',
  DATA_KEY: randomBytes(32).toString('hex'),
};

function problemsWith(more: Record<string, string>): readonly string[] {
  try {
    loadConfig({ ...PRODUCTION, ...more });
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

describe('settings of a production deployment', () => {
  it('are taken when they are real', () => {
    expect(problemsWith({})).toEqual([]);
  });

  it.each([
    ['APP_URL', 'https://localhost:3000'],
    ['APP_URL', 'https://shop.acme.travel/sandbox'],
    ['ESIMGO_API_URL', 'https://shop.acme.travel/sandbox/esimgo/v2.5'],
    ['ESIMGO_API_URL', 'https://127.0.0.1/v2.5'],
    ['TELEGRAM_API_URL', 'https://shop.acme.travel/sandbox/telegram'],
    ['TELEGRAM_API_URL', 'https://[::1]'],
    ['ESIMGO_API_KEY', 'sandbox-Xq3vT9bLmR7wK2nZ'],
    ['ESIMGO_API_KEY_PREVIOUS', 'sandbox-Xq3vT9bLmR7wK2nZ'],
    ['TELEGRAM_BOT_TOKEN', '7342037359:sandbox_PBRs8Seg40oDjTMIW8uTGPuW1zf'],
    ['DATABASE_URL', 'postgres://shop@127.0.0.1:5433/shop'],
    ['DATABASE_URL_UNPOOLED', 'postgres://shop@localhost/shop'],
    ['POSTGRES_URL', 'postgres://shop@[::1]/shop'],
    ['CRON_SECRET', 'change-me-change-me'],
    ['CRON_SECRET', 'my-cron-secret-1234'],
    ['CRON_SECRET', 'aaaaaaaaaaaaaaaaaaaa'],
    ['CRON_SECRET', '0123456789abcdef'],
    ['CRON_SECRET', PRODUCTION.TELEGRAM_WEBHOOK_SECRET],
    ['TELEGRAM_WEBHOOK_SECRET', '1234567890123456'],
    ['TELEGRAM_WEBHOOK_SECRET', 'a8Zk3PqTa8Zk3PqT'],
    ['DATA_KEY', '00'.repeat(32)],
    ['DATA_KEY', '0123456789abcdef'.repeat(4)],
  ])('are refused with %s=%s, in a sentence that does not repeat the value', (name, value) => {
    const problems = problemsWith({ [name]: value });
    expect(problems.some((problem) => problem.startsWith(`${name} `))).toBe(true);
    for (const problem of problems) expect(problem).not.toContain(value);
  });

  it.each([{ VERCEL_ENV: 'preview' }, { VERCEL_ENV: '', NODE_ENV: 'production' }])(
    'may name a simulator and a database of one’s own under %j',
    (elsewhere) => {
      const own = {
        ESIMGO_API_URL: 'http://127.0.0.1:3000/sandbox/esimgo/v2.5',
        DATABASE_URL: 'postgres://shop@127.0.0.1:5433/shop',
      };
      expect(problemsWith({ ...own, ...elsewhere })).toEqual([]);
    },
  );
});

describe('secrets that can be guessed', () => {
  const WEAK: [name: string, value: string][] = [
    ['CRON_SECRET', 'abcabcabcabcabcabc'],
    ['TELEGRAM_WEBHOOK_SECRET', 'my-default-secret'],
    ['DATA_KEY', '00'.repeat(32)],
  ];

  it.each(WEAK)('are refused on a server of one’s own as well: %s=%s', (name, value) => {
    const problems = problemsWith({ VERCEL_ENV: '', NODE_ENV: 'production', [name]: value });
    expect(problems).toEqual([expect.stringMatching(new RegExp(`^${name} .*openssl rand -hex 32$`))]);
    expect(problems.join()).not.toContain(value);
  });

  it.each(WEAK)('are taken in development: %s=%s', (name, value) => {
    expect(problemsWith({ VERCEL_ENV: '', [name]: value })).toEqual([]);
  });
});

describe('weaknessOf', () => {
  it('finds nothing in random secrets, however they are written', () => {
    for (let i = 0; i < 2000; i += 1) {
      const bytes = randomBytes(32);
      for (const encoding of ['hex', 'base64', 'base64url'] as const) {
        expect(weaknessOf(bytes.toString(encoding)), bytes.toString(encoding)).toBeNull();
      }
    }
  });
});
