import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ConfigError, loadConfig } from '../../../lib/config/config.ts';
import { ENV_NAMES } from '../../../lib/config/env.ts';

const COMPLETE = {
  APP_URL: 'https://esim.example.com',
  DATABASE_URL: 'postgres://user:password@host:5432/shop',
  ESIMGO_API_KEY: 'a-key-of-the-portal',
  TELEGRAM_BOT_TOKEN: '7342037359:AAFZehRPBRs8Seg40oDjTMIW8uTGPuW1zfQ',
  TELEGRAM_WEBHOOK_SECRET: 'Zq7wT2mXb9LkR4vN',
  CRON_SECRET: 'c81e0f5b27d94a36',
  DATA_KEY: '5f0c9a3e71b84d26'.concat('e94b7d10c62a8f35', '1d7e4c0b9a5f3682', 'b36a81f05e9d2c47'),
};
type Settings = Record<string, string | undefined>;

const load = (more: Settings = {}) => loadConfig({ ...COMPLETE, ...more });

/** The sentences of the error, one for each setting. */
function problemsOf(settings: Settings): string[] {
  try {
    loadConfig(settings);
  } catch (error) {
    if (error instanceof ConfigError) return error.message.split('\n  - ').slice(1);
    throw error;
  }
  return [];
}

const problemsWith = (more: Settings) => problemsOf({ ...COMPLETE, ...more });

describe('loadConfig', () => {
  it('needs no more than the settings without a default', () => {
    expect(load().config).toEqual({
      appUrl: 'https://esim.example.com',
      shopName: 'eSIM',
      supportContact: null,
      runsJobs: true,
      isOnVercel: false,
      database: { adapter: 'pg' },
      kv: { adapter: 'memory' },
      esimGo: { baseUrl: 'https://api.esim-go.com/v2.5', callbackV2: false, ratePerS: 8, orderIntervalMs: 0 },
      telegram: { apiUrl: 'https://api.telegram.org', botId: 7342037359, ratePerS: 25 },
      admin: { telegramIds: [], chatId: null },
      initDataMaxAgeS: 86_400,
      orderTtlS: 900,
      deliveryDeadlineS: 900,
      reconcileWindowS: 600,
      catalogueTtlS: 21_600,
      maxStars: 10_000,
      limits: { openOrders: 10, userPerMin: 600, authFailuresPerMin: 300 },
      emailEnabled: false,
    });
    expect(load().warnings).toEqual([]);
  });

  it('names everything that is missing in one error', () => {
    expect(problemsOf({})).toEqual([
      'APP_URL is missing',
      'ESIMGO_API_KEY is missing',
      'TELEGRAM_BOT_TOKEN is missing',
      'TELEGRAM_WEBHOOK_SECRET is missing',
      'CRON_SECRET is missing',
      'DATA_KEY is missing',
      'DATABASE_URL is missing (or POSTGRES_URL for Vercel Postgres)',
    ]);
  });

  it('takes an empty or blank value as not set', () => {
    expect(problemsWith({ CRON_SECRET: '' })).toEqual(['CRON_SECRET is missing']);
    expect(problemsWith({ CRON_SECRET: '  \n' })).toEqual(['CRON_SECRET is missing']);
    expect(load({ ORDER_TTL: '', ADMIN_TELEGRAM_IDS: ' ', KV_REST_API_URL: '', SMTP_URL: '' }).config).toEqual(
      load().config,
    );
  });

  it('takes spaces off a value', () => {
    expect(load({ CRON_SECRET: ' c81e0f5b27d94a36\n' }).secrets.get('cronSecret')).toBe('c81e0f5b27d94a36');
  });

  it('names everything that is wrong in one error, next to what is missing', () => {
    const wrong = { APP_URL: 'esim', ORDER_TTL: 'soon', ESIMGO_CALLBACK_V2: 'perhaps', KV_REST_API_TOKEN: 'alone' };
    expect(problemsOf({ ...COMPLETE, ...wrong, DATA_KEY: undefined }).map((line) => line.split(' ')[0])).toEqual([
      'APP_URL',
      'ESIMGO_CALLBACK_V2',
      'DATA_KEY',
      'ORDER_TTL',
      'KV_REST_API_URL',
    ]);
  });

  const WRONG: readonly (readonly [name: string, value: string])[] = [
    ['APP_URL', 'unlikely-value'],
    ['APP_URL', 'ftp://unlikely-value.example'],
    ['APP_URL', 'https://'],
    ['DATABASE_URL', 'mysql://unlikely-value/db'],
    ['DATABASE_URL_UNPOOLED', 'unlikely-value'],
    ['POSTGRES_URL', 'unlikely-value'],
    ['ESIMGO_API_KEY', 'has spaces unlikely-value'],
    ['ESIMGO_API_KEY', 'short'],
    ['ESIMGO_API_URL', 'unlikely-value'],
    ['ESIMGO_CALLBACK_V2', 'unlikely-value'],
    ['ESIMGO_RATE_PER_S', '-1'],
    ['ESIMGO_RATE_PER_S', 'unlikely-value'],
    ['ESIMGO_ORDER_INTERVAL_MS', '60001'],
    ['TELEGRAM_BOT_TOKEN', 'unlikely-value'],
    ['TELEGRAM_BOT_TOKEN', '7342037359:unlikely-value'],
    ['TELEGRAM_API_URL', 'api.telegram.org'],
    ['TELEGRAM_WEBHOOK_SECRET', 'unlikely value with spaces'],
    ['TELEGRAM_WEBHOOK_SECRET', 'unlikely-value'],
    ['TELEGRAM_RATE_PER_S', '0.5'],
    ['CRON_SECRET', 'unlikely-value'],
    ['DATA_KEY', 'unlikely-value'],
    ['DATA_KEY', '00'.repeat(31)],
    ['DATA_KEY_PREVIOUS', 'unlikely-value'],
    ['ADMIN_TELEGRAM_IDS', 'unlikely-value'],
    ['ADMIN_TELEGRAM_IDS', '12,@unlikely'],
    ['ADMIN_CHAT_ID', 'unlikely-value'],
    ['INIT_DATA_MAX_AGE', '0'],
    ['ORDER_TTL', '-900'],
    ['ORDER_TTL', '1.5'],
    ['DELIVERY_DEADLINE', 'Infinity'],
    ['RECONCILE_WINDOW_S', 'NaN'],
    ['CATALOGUE_TTL', '31536001'],
    ['MAX_STARS', '0'],
    ['MAX_STARS', '100001'],
    ['SMTP_URL', 'unlikely-value'],
    ['SHOP_NAME', 'unlikely-value'.repeat(3)],
    ['SUPPORT_CONTACT', 'unlikely-value'.repeat(10)],
  ];

  it.each(WRONG)('refuses %s=%s in one sentence that does not repeat the value', (name, value) => {
    const problems = problemsWith({ [name]: value });
    expect(problems).toHaveLength(1);
    expect(problems[0]?.startsWith(`${name} `)).toBe(true);
    expect(problems[0]).not.toContain('unlikely');
  });

  it('needs both settings of a KV store or neither', () => {
    const both = { KV_REST_API_URL: 'https://kv.example', KV_REST_API_TOKEN: 'token' };
    expect(load(both).config.kv).toEqual({ adapter: 'vercel-kv' });
    expect(load(both).secrets.get('kv')).toEqual({ url: 'https://kv.example', token: 'token' });
    expect(problemsWith({ ...both, KV_REST_API_TOKEN: undefined })).toEqual([
      'KV_REST_API_URL and KV_REST_API_TOKEN go together: set both or neither',
    ]);
  });

  it.each([
    [{}, 'memory'],
    [{ NODE_ENV: 'production' }, 'postgres-table'],
    [{ VERCEL_ENV: 'preview' }, 'postgres-table'],
  ] as const)('without a KV store falls back under %j to %s', (more, adapter) => {
    expect(load(more).config.kv).toEqual({ adapter });
  });

  it('takes POSTGRES_URL in place of DATABASE_URL, which wins where both are set', () => {
    const POSTGRES_URL = 'postgresql://user@host/vercel';
    expect(load({ DATABASE_URL: undefined, POSTGRES_URL }).config.database).toEqual({ adapter: 'vercel-postgres' });
    expect(load({ POSTGRES_URL }).config.database).toEqual({ adapter: 'pg' });
  });

  it.each([
    [undefined, true],
    ['production', true],
    ['preview', false],
    ['development', false],
  ])('does work of its own under VERCEL_ENV=%s: %s', (VERCEL_ENV, runsJobs) => {
    expect(load({ VERCEL_ENV }).config.runsJobs).toBe(runsJobs);
  });

  it('takes trailing slashes off base URLs', () => {
    const { config } = load({ APP_URL: 'https://a.example/', ESIMGO_API_URL: 'https://b.example/v2.5//' });
    expect(config).toMatchObject({ appUrl: 'https://a.example', esimGo: { baseUrl: 'https://b.example/v2.5' } });
  });

  it('reads the list of admins and their chat', () => {
    const { config } = load({ ADMIN_TELEGRAM_IDS: '12, 4503599627370495 ,7', ADMIN_CHAT_ID: '-1001234567890' });
    expect(config.admin).toEqual({ telegramIds: [12, 4503599627370495, 7], chatId: '-1001234567890' });
  });

  it.each([
    ['on', true],
    ['true', true],
    ['1', true],
    ['off', false],
    ['false', false],
    ['0', false],
  ])('reads ESIMGO_CALLBACK_V2=%s as %s', (value, isOn) => {
    expect(load({ ESIMGO_CALLBACK_V2: value }).config.esimGo.callbackV2).toBe(isOn);
  });

  it('keeps every secret out of the settings', () => {
    const given = { ...COMPLETE, ESIMGO_API_KEY_PREVIOUS: 'previous-key', SMTP_URL: 'smtps://u:mail-password@host' };
    const printed = JSON.stringify(loadConfig(given));
    for (const name of Object.keys(given)) {
      if (name !== 'APP_URL') expect(printed).not.toContain(Reflect.get(given, name));
    }
  });
});

describe('base URLs', () => {
  const NAMES = ['APP_URL', 'ESIMGO_API_URL', 'TELEGRAM_API_URL', 'KV_REST_API_URL'] as const;
  const SENTENCE = 'must start with https:// in production';
  const withToken = { KV_REST_API_URL: 'https://kv.example', KV_REST_API_TOKEN: 'token' };

  describe.each([{ NODE_ENV: 'production' }, { VERCEL_ENV: 'production' }])('under %j', (production) => {
    it.each(NAMES)('must be https: %s', (name) => {
      const problems = problemsWith({ ...production, ...withToken, [name]: 'http://outside.example' });
      expect(problems).toEqual([`${name} ${SENTENCE}`]);
    });

    it.each(['http://localhost.outside.example', 'http://127.0.0.1.outside.example', 'http://10.0.0.1'])(
      'does not take %s for this machine',
      (url) => {
        expect(problemsWith({ ...production, APP_URL: url })).toEqual([`APP_URL ${SENTENCE}`]);
      },
    );
  });

  const LOOPBACK = ['http://localhost:3000', 'http://127.0.0.1:3000', 'http://127.1.2.3', 'http://[::1]:3000'];

  it.each(LOOPBACK)('may be %s on a server of one’s own', (url) => {
    expect(problemsWith({ NODE_ENV: 'production', APP_URL: url, TELEGRAM_API_URL: url, ESIMGO_API_URL: url })).toEqual(
      [],
    );
  });

  it.each(LOOPBACK)('cannot be %s on Vercel', (url) => {
    const settings = { NODE_ENV: 'production', VERCEL_ENV: 'production', APP_URL: url };
    expect(problemsWith(settings)).toEqual([`APP_URL ${SENTENCE}`]);
  });

  it('may be http: in development', () => {
    expect(problemsWith({ APP_URL: 'http://192.168.0.2:3000' })).toEqual([]);
  });
});

describe('warnings', () => {
  it.each(['/v2', '/v2.2', '/v2.0', '', '/v2.5/esims', '/v1.9'])(
    'say what a base URL that ends in "%s" leads to, and the cure',
    (path) => {
      const { warnings } = load({ ESIMGO_API_URL: `https://api.esim-go.com${path}` });
      expect(warnings).toHaveLength(1);
      expect(warnings[0]).toContain('ESIMGO_API_URL');
      expect(warnings[0]).toContain('404 on /catalogue');
      expect(warnings[0]).toContain('https://api.esim-go.com/v2.5');
    },
  );

  it.each(['/v2.3', '/v2.4', '/v2.5', '/v2.5/', '/v2.10'])('say nothing of a base URL that ends in "%s"', (path) => {
    expect(load({ ESIMGO_API_URL: `https://api.esim-go.com${path}` }).warnings).toEqual([]);
  });

  it('name the unsigned callbacks while they are taken', () => {
    expect(load({ ESIMGO_CALLBACK_V2: 'on' }).warnings.join()).toContain('ESIMGO_CALLBACK_V2');
  });
});

describe('ENV_NAMES', () => {
  // The contract with operators: a name may be added, but none may vanish or change under a running shop.
  const PUBLISHED =
    'APP_URL, DATABASE_URL, DATABASE_URL_UNPOOLED, POSTGRES_URL, KV_REST_API_URL, KV_REST_API_TOKEN, ESIMGO_API_KEY, ' +
    'ESIMGO_API_KEY_PREVIOUS, ESIMGO_API_URL, ESIMGO_CALLBACK_V2, ESIMGO_RATE_PER_S, ESIMGO_ORDER_INTERVAL_MS, ' +
    'TELEGRAM_BOT_TOKEN, TELEGRAM_API_URL, TELEGRAM_WEBHOOK_SECRET, TELEGRAM_RATE_PER_S, CRON_SECRET, DATA_KEY, ' +
    'DATA_KEY_PREVIOUS, ADMIN_TELEGRAM_IDS, ADMIN_CHAT_ID, INIT_DATA_MAX_AGE, ORDER_TTL, DELIVERY_DEADLINE, ' +
    'RECONCILE_WINDOW_S, CATALOGUE_TTL, MAX_STARS, SMTP_URL, SHOP_NAME, SUPPORT_CONTACT';

  it('holds every published setting', () => {
    expect([...ENV_NAMES].toSorted()).toEqual(expect.arrayContaining(PUBLISHED.split(', ').toSorted()));
  });

  it('agrees with .env.example, which starts a shop once its blanks are filled', () => {
    const example = Object.fromEntries(
      [...readFileSync('.env.example', 'utf8').matchAll(/^(?:# )?([A-Z][A-Z0-9_]*)=(.*)$/gm)].map(([, name, value]) => [
        name ?? '',
        value ?? '',
      ]),
    );
    expect(Object.keys(example).toSorted()).toEqual([...ENV_NAMES].toSorted());
    const { ESIMGO_API_KEY, TELEGRAM_BOT_TOKEN, TELEGRAM_WEBHOOK_SECRET, CRON_SECRET, DATA_KEY } = COMPLETE;
    const blanks = { ESIMGO_API_KEY, TELEGRAM_BOT_TOKEN, TELEGRAM_WEBHOOK_SECRET, CRON_SECRET, DATA_KEY };
    const filled = loadConfig({ ...example, ...blanks });
    // What the example shows as a default is the default.
    expect(filled.config).toEqual(load().config);
  });
});
