import * as z from 'zod';
import { readEnv, type Env, type SecretName } from './env.ts';
import { productionProblems, weakSecrets } from './production-problems.ts';
import { Secrets } from './secrets.ts';
import {
  baseUrl,
  count,
  dataKey,
  onOff,
  postgresUrl,
  seconds,
  secret,
  telegramIds,
  text,
  type UrlRules,
  whole,
} from './settings.ts';

export interface Config {
  appUrl: string;
  shopName: string;
  supportContact: string | null;
  /** False on preview deployments: they share the bot and the balance, so they do no work of their own. */
  runsJobs: boolean;
  /** Vercel stands in front: what its own headers say was not written by the caller. */
  isOnVercel: boolean;
  database: { adapter: 'pg' | 'vercel-postgres' };
  kv: { adapter: 'vercel-kv' | 'postgres-table' | 'memory' };
  esimGo: { baseUrl: string; callbackV2: boolean; ratePerS: number; orderIntervalMs: number };
  telegram: { apiUrl: string; botId: number; ratePerS: number };
  admin: { telegramIds: readonly number[]; chatId: string | null };
  initDataMaxAgeS: number;
  orderTtlS: number;
  deliveryDeadlineS: number;
  reconcileWindowS: number;
  catalogueTtlS: number;
  maxStars: number;
  /** Each 0 for none. */
  limits: { openOrders: number; userPerMin: number; authFailuresPerMin: number };
  emailEnabled: boolean;
}

export interface LoadedConfig {
  config: Config;
  secrets: Secrets;
  /** Sentences for the operator; the shop starts all the same. */
  warnings: readonly string[];
}

export class ConfigError extends Error {
  override name = 'ConfigError';
  /** Each begins with the name of its setting. */
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(`The settings are not complete:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`);
    this.problems = problems;
  }
}

/** Reads every setting once. All that is missing or wrong is in the one error, without a value. */
export function loadConfig(source: Readonly<Record<string, string | undefined>>): LoadedConfig {
  const env = readEnv(source);
  const parsed = schemaFor(env).safeParse(env);
  const problems = [
    ...(parsed.success ? [] : parsed.error.issues.map((issue) => `${issue.path.join('.')} ${sentence(issue)}`)),
    ...groupProblems(env),
  ];
  const named = new Set(problems.map(nameOf));
  problems.push(...unsafeIn(env).filter((problem) => !named.has(nameOf(problem))));
  if (!parsed.success || problems.length > 0) throw new ConfigError([...new Set(problems)]);
  const values = parsed.data;
  const config: Config = {
    appUrl: values.APP_URL,
    shopName: values.SHOP_NAME,
    supportContact: values.SUPPORT_CONTACT ?? null,
    runsJobs: env.VERCEL_ENV === undefined || env.VERCEL_ENV === 'production',
    isOnVercel: env.VERCEL !== undefined,
    database: { adapter: values.DATABASE_URL === undefined ? 'vercel-postgres' : 'pg' },
    kv: { adapter: kvAdapter(env) },
    esimGo: {
      baseUrl: values.ESIMGO_API_URL,
      callbackV2: values.ESIMGO_CALLBACK_V2,
      ratePerS: values.ESIMGO_RATE_PER_S,
      orderIntervalMs: values.ESIMGO_ORDER_INTERVAL_MS,
    },
    telegram: {
      apiUrl: values.TELEGRAM_API_URL,
      botId: Number(values.TELEGRAM_BOT_TOKEN.split(':')[0]),
      ratePerS: values.TELEGRAM_RATE_PER_S,
    },
    admin: { telegramIds: values.ADMIN_TELEGRAM_IDS ?? [], chatId: values.ADMIN_CHAT_ID ?? null },
    initDataMaxAgeS: values.INIT_DATA_MAX_AGE,
    orderTtlS: values.ORDER_TTL,
    deliveryDeadlineS: values.DELIVERY_DEADLINE,
    reconcileWindowS: values.RECONCILE_WINDOW_S,
    catalogueTtlS: values.CATALOGUE_TTL,
    maxStars: values.MAX_STARS,
    limits: {
      openOrders: values.MAX_OPEN_ORDERS,
      userPerMin: values.USER_RATE_PER_MIN,
      authFailuresPerMin: values.AUTH_FAILURES_PER_MIN,
    },
    emailEnabled: values.SMTP_URL !== undefined,
  };
  return { config, secrets: secretsFrom(values), warnings: warningsFor(config) };
}

/** The settings of this process. Nothing outside this folder reads the environment. */
export function loadProcessConfig(): LoadedConfig {
  return loadConfig(process.env);
}

function schemaFor(env: Env) {
  const isProduction = env.NODE_ENV === 'production' || env.VERCEL_ENV === 'production';
  const rules: UrlRules = { httpsOnly: isProduction, allowLoopback: env.VERCEL_ENV !== 'production' };
  return z.object({
    APP_URL: baseUrl(rules),
    DATABASE_URL: postgresUrl.optional(),
    DATABASE_URL_UNPOOLED: postgresUrl.optional(),
    POSTGRES_URL: postgresUrl.optional(),
    KV_REST_API_URL: baseUrl(rules).optional(),
    KV_REST_API_TOKEN: text(500).optional(),
    ESIMGO_API_KEY: secret(
      'must be the key shown in the eSIM Go portal, Account Settings → API Details',
      /^\S{8,200}$/,
    ),
    ESIMGO_API_KEY_PREVIOUS: text(200).optional(),
    ESIMGO_API_URL: baseUrl(rules).default('https://api.esim-go.com/v2.5'),
    ESIMGO_CALLBACK_V2: onOff,
    ESIMGO_RATE_PER_S: count(8, 100_000),
    ESIMGO_ORDER_INTERVAL_MS: count(0, 60_000),
    TELEGRAM_BOT_TOKEN: secret('must be the token that @BotFather gave', /^\d{5,15}:[A-Za-z0-9_-]{30,60}$/),
    TELEGRAM_API_URL: baseUrl(rules).default('https://api.telegram.org'),
    TELEGRAM_WEBHOOK_SECRET: secret(
      'must be 16 to 200 of A-Z a-z 0-9 _ -: openssl rand -hex 32',
      /^[A-Za-z0-9_-]{16,200}$/,
    ),
    TELEGRAM_RATE_PER_S: count(25, 100_000),
    CRON_SECRET: secret('must be at least 16 characters without spaces: openssl rand -hex 32'),
    DATA_KEY: dataKey,
    DATA_KEY_PREVIOUS: dataKey.optional(),
    ADMIN_TELEGRAM_IDS: telegramIds.optional(),
    ADMIN_CHAT_ID: z
      .string()
      .regex(/^(-?\d{1,20}|@\w{4,40})$/, 'must be a chat id such as -1001234567890')
      .optional(),
    INIT_DATA_MAX_AGE: seconds(86_400),
    ORDER_TTL: seconds(900),
    DELIVERY_DEADLINE: seconds(900),
    RECONCILE_WINDOW_S: seconds(600),
    CATALOGUE_TTL: seconds(21_600),
    MAX_STARS: whole(10_000, 1, 100_000),
    MAX_OPEN_ORDERS: count(10, 1_000),
    USER_RATE_PER_MIN: count(600, 1_000_000),
    AUTH_FAILURES_PER_MIN: count(300, 1_000_000),
    SMTP_URL: z
      .string()
      .regex(/^smtps?:\/\/\S+$/, { error: 'must be smtp://… or smtps://…', abort: true })
      .refine((value) => URL.canParse(value), 'must be a URL: write special characters of the password as %XX')
      .optional(),
    SHOP_NAME: text(32).default('eSIM'),
    SUPPORT_CONTACT: text(100).optional(),
  });
}

type Values = z.output<ReturnType<typeof schemaFor>>;

function sentence(issue: { code: string; message: string; input?: unknown }): string {
  if (issue.input === undefined && issue.code !== 'custom' && /received undefined/.test(issue.message))
    return 'is missing';
  return issue.message.startsWith('must') ? issue.message : `is wrong: ${issue.message}`;
}

function nameOf(problem: string): string {
  return problem.split(' ', 1)[0] ?? '';
}

/** A server of one's own may well have its database beside it, but no secret that can be guessed. */
function unsafeIn(env: Env): string[] {
  if (env.VERCEL_ENV === 'production') return productionProblems(env);
  return env.NODE_ENV === 'production' ? weakSecrets(env) : [];
}

function groupProblems(env: Env): string[] {
  const problems: string[] = [];
  if (env.DATABASE_URL === undefined && env.POSTGRES_URL === undefined) {
    problems.push('DATABASE_URL is missing (or POSTGRES_URL for Vercel Postgres)');
  }
  if ((env.KV_REST_API_URL === undefined) !== (env.KV_REST_API_TOKEN === undefined)) {
    problems.push('KV_REST_API_URL and KV_REST_API_TOKEN go together: set both or neither');
  }
  return problems;
}

function kvAdapter(env: Env): Config['kv']['adapter'] {
  if (env.KV_REST_API_URL !== undefined) return 'vercel-kv';
  // A Map is one process's own: right for development, wrong as soon as there are two instances.
  return env.NODE_ENV === 'production' || env.VERCEL_ENV !== undefined ? 'postgres-table' : 'memory';
}

/** Typed by name, so that `npm run verify:deploy` looks for each of them: one that is not listed does not compile. */
function secretsFrom(values: Pick<Values, SecretName>): Secrets {
  return new Secrets({
    databaseUrl: values.DATABASE_URL ?? null,
    databaseUrlUnpooled: values.DATABASE_URL_UNPOOLED ?? null,
    postgresUrl: values.POSTGRES_URL ?? null,
    kv:
      values.KV_REST_API_URL !== undefined && values.KV_REST_API_TOKEN !== undefined
        ? { url: values.KV_REST_API_URL, token: values.KV_REST_API_TOKEN }
        : null,
    esimGoApiKey: values.ESIMGO_API_KEY,
    esimGoApiKeyPrevious: values.ESIMGO_API_KEY_PREVIOUS ?? null,
    telegramBotToken: values.TELEGRAM_BOT_TOKEN,
    telegramWebhookSecret: values.TELEGRAM_WEBHOOK_SECRET,
    cronSecret: values.CRON_SECRET,
    dataKey: values.DATA_KEY,
    dataKeyPrevious: values.DATA_KEY_PREVIOUS ?? null,
    smtpUrl: values.SMTP_URL ?? null,
  });
}

function warningsFor(config: Config): string[] {
  const warnings: string[] = [];
  const version = /\/v2\.(\d+)$/.exec(config.esimGo.baseUrl)?.[1];
  if (version === undefined || Number(version) < 3) {
    warnings.push(
      'ESIMGO_API_URL does not end in /v2.3 or later: eSIM Go then answers 404 on /catalogue and nothing can be sold. ' +
        'Set it to https://api.esim-go.com/v2.5.',
    );
  }
  if (config.esimGo.callbackV2) {
    warnings.push(
      'ESIMGO_CALLBACK_V2 is on: unsigned callbacks are taken as hints. Switch the eSIM Go portal to V3 and turn it off.',
    );
  }
  return warnings;
}
