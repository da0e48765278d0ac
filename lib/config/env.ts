/** Every setting of the shop. `.env.example` explains each; a test keeps the two in step. */
export const ENV_NAMES = [
  'APP_URL',
  'DATABASE_URL',
  'DATABASE_URL_UNPOOLED',
  'POSTGRES_URL',
  'KV_REST_API_URL',
  'KV_REST_API_TOKEN',
  'ESIMGO_API_KEY',
  'ESIMGO_API_KEY_PREVIOUS',
  'ESIMGO_API_URL',
  'ESIMGO_CALLBACK_V2',
  'ESIMGO_RATE_PER_S',
  'ESIMGO_ORDER_INTERVAL_MS',
  'TELEGRAM_BOT_TOKEN',
  'TELEGRAM_API_URL',
  'TELEGRAM_WEBHOOK_SECRET',
  'TELEGRAM_RATE_PER_S',
  'CRON_SECRET',
  'DATA_KEY',
  'DATA_KEY_PREVIOUS',
  'ADMIN_TELEGRAM_IDS',
  'ADMIN_CHAT_ID',
  'INIT_DATA_MAX_AGE',
  'ORDER_TTL',
  'DELIVERY_DEADLINE',
  'RECONCILE_WINDOW_S',
  'CATALOGUE_TTL',
  'MAX_STARS',
  'MAX_OPEN_ORDERS',
  'USER_RATE_PER_MIN',
  'AUTH_FAILURES_PER_MIN',
  'SMTP_URL',
  'SHOP_NAME',
  'SUPPORT_CONTACT',
] as const;

/** Those whose values are held as `Secrets`: nothing that is deployed, logged or answered may contain one. */
export type SecretName = Extract<
  (typeof ENV_NAMES)[number],
  | 'DATABASE_URL'
  | 'DATABASE_URL_UNPOOLED'
  | 'POSTGRES_URL'
  | 'KV_REST_API_URL'
  | 'KV_REST_API_TOKEN'
  | 'ESIMGO_API_KEY'
  | 'ESIMGO_API_KEY_PREVIOUS'
  | 'TELEGRAM_BOT_TOKEN'
  | 'TELEGRAM_WEBHOOK_SECRET'
  | 'CRON_SECRET'
  | 'DATA_KEY'
  | 'DATA_KEY_PREVIOUS'
  | 'SMTP_URL'
>;

/** Set by the platform, never by the operator. */
const PLATFORM_NAMES = ['NODE_ENV', 'VERCEL', 'VERCEL_ENV'] as const;

export type EnvName = (typeof ENV_NAMES)[number] | (typeof PLATFORM_NAMES)[number];
export type Env = Readonly<Partial<Record<EnvName, string>>>;

/** Only our names, trimmed; an empty value counts as not set, as hosting panels cannot tell the two apart. */
export function readEnv(source: Readonly<Record<string, string | undefined>>): Env {
  const env: Partial<Record<EnvName, string>> = {};
  for (const name of [...ENV_NAMES, ...PLATFORM_NAMES]) {
    const value = source[name]?.trim();
    if (value) env[name] = value;
  }
  return env;
}
