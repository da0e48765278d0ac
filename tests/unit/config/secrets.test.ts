import { format, inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { Secrets, type SecretValues } from '../../../lib/config/secrets.ts';

const VALUES: SecretValues = {
  databaseUrl: 'hidden-database',
  databaseUrlUnpooled: 'hidden-unpooled',
  postgresUrl: 'hidden-postgres',
  kv: { url: 'hidden-kv-url', token: 'hidden-kv-token' },
  esimGoApiKey: 'hidden-key',
  esimGoApiKeyPrevious: 'hidden-previous',
  telegramBotToken: 'hidden-token',
  telegramWebhookSecret: 'hidden-webhook',
  cronSecret: 'hidden-cron',
  dataKey: 'hidden-data-key',
  dataKeyPrevious: 'hidden-data-key-previous',
  smtpUrl: 'hidden-smtp',
};

describe('Secrets', () => {
  const secrets = new Secrets(VALUES);

  it.each<[string, (value: unknown) => string]>([
    ['JSON', (value) => JSON.stringify({ value })],
    ['String()', (value) => String(value)],
    ['a template', (value) => `${Object(value)}`],
    ['inspection', (value) => inspect({ value }, { depth: 10, showHidden: true })],
    ['inspection without custom methods', (value) => inspect(value, { customInspect: false, showHidden: true })],
    ['console formats', (value) => format('%s %o %j', value, value, value)],
    ['an error that carries it', (value) => inspect(Object.assign(new Error('x'), { value }))],
    ['a copy', (value) => JSON.stringify(Object.entries({ ...Object(value) }))],
    ['its own keys', (value) => Reflect.ownKeys(Object(value)).map(String).join()],
  ])('shows nothing of itself in %s', (_name, print) => {
    expect(print(secrets)).not.toContain('hidden');
  });

  it('hands out each value by its name', () => {
    expect(secrets.get('esimGoApiKey')).toBe('hidden-key');
    expect(secrets.get('kv')).toEqual({ url: 'hidden-kv-url', token: 'hidden-kv-token' });
  });
});
