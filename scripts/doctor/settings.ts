import { ConfigError, loadConfig, type Config, type LoadedConfig } from '../../lib/config/config.ts';
import { ENV_NAMES, readEnv, type EnvName } from '../../lib/config/env.ts';
import { productionProblems } from '../../lib/config/production-problems.ts';
import { ok, skipped, warn, wrong, type Finding } from './finding.ts';

type Source = Readonly<Record<string, string | undefined>>;

/** Their values may be printed; everything else is only said to be set. */
const PUBLIC_NAMES: ReadonlySet<EnvName> = new Set([
  'APP_URL',
  'ESIMGO_API_URL',
  'ESIMGO_CALLBACK_V2',
  'ESIMGO_RATE_PER_S',
  'ESIMGO_ORDER_INTERVAL_MS',
  'TELEGRAM_API_URL',
  'TELEGRAM_RATE_PER_S',
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
  'SHOP_NAME',
  'SUPPORT_CONTACT',
]);

export interface ReadSettings {
  findings: readonly Finding[];
  /** Null when the shop would not start with these settings. */
  loaded: LoadedConfig | null;
}

export function readSettings(source: Source): ReadSettings {
  const env = readEnv(source);
  let loaded: LoadedConfig | null = null;
  let problems: readonly string[] = [];
  try {
    loaded = loadConfig(source);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    problems = error.problems;
  }
  const warnings = [
    ...(loaded?.warnings ?? []),
    ...(loaded === null ? [] : limitWarnings(loaded.config)),
    // A server of one's own may well have its database beside it.
    ...(env.VERCEL_ENV === 'production' ? [] : productionProblems(env)).filter(
      (text) => !/^\w*(DATABASE|POSTGRES)/.test(text),
    ),
  ];
  const findings = ENV_NAMES.flatMap((name): Finding[] => {
    const says = env[name] === undefined ? 'not set' : PUBLIC_NAMES.has(name) ? (env[name] ?? '') : 'set';
    const problem = problems.find((text) => text.startsWith(`${name} `));
    if (problem !== undefined) return [wrong(name, says, sentence(problem))];
    const warning = warnings.find((text) => text.startsWith(`${name} `));
    if (warning !== undefined) return [warn(name, says, sentence(warning))];
    return [env[name] === undefined ? skipped(name, 'not set') : ok(name, says)];
  });
  return { findings, loaded };
}

/** Values that are allowed and make no sense in a shop that sells. Each begins with the name of its setting. */
function limitWarnings(config: Config): string[] {
  const { esimGo, telegram, limits } = config;
  const odd: readonly (readonly [boolean, string])[] = [
    [
      esimGo.ratePerS === 0 || esimGo.ratePerS > 10,
      'ESIMGO_RATE_PER_S allows more than the 10 a second that eSIM Go takes from an account: leave it out for 8',
    ],
    [
      telegram.ratePerS === 0 || telegram.ratePerS > 30,
      'TELEGRAM_RATE_PER_S allows more than the 30 a second that Telegram takes from a bot: leave it out for 25',
    ],
    [config.initDataMaxAgeS < 3_600, 'INIT_DATA_MAX_AGE logs people out of an open app: leave it out for a day'],
    [config.orderTtlS < 300, 'ORDER_TTL leaves people less than 5 minutes to buy Stars and pay: leave it out for 900'],
    [
      config.deliveryDeadlineS < config.reconcileWindowS,
      'DELIVERY_DEADLINE ends before RECONCILE_WINDOW_S, so each lost answer needs a person: leave both out',
    ],
    [
      config.reconcileWindowS < 300,
      'RECONCILE_WINDOW_S is so short that an order which eSIM Go lists late would be bought twice: leave it out for 600',
    ],
    [config.catalogueTtlS < 600, 'CATALOGUE_TTL reads the whole catalogue all the time: leave it out for 21600'],
    [
      limits.userPerMin > 0 && limits.userPerMin < 60,
      'USER_RATE_PER_MIN stops people who only wait for their eSIM: leave it out for 600',
    ],
  ];
  return odd.filter(([isOdd]) => isOdd).map(([, warning]) => warning);
}

/** Which shop these settings are judged for. */
export function rulesFinding(source: Source): Finding {
  const { NODE_ENV, VERCEL_ENV } = readEnv(source);
  const name = 'rules';
  if (VERCEL_ENV === 'production') return ok(name, 'those of a production deployment on Vercel');
  if (VERCEL_ENV !== undefined) return ok(name, `those of VERCEL_ENV=${VERCEL_ENV}: no jobs, no sales`);
  return NODE_ENV === 'production'
    ? ok(name, 'those of `npm start`; VERCEL_ENV=production applies those of Vercel')
    : ok(name, `those of development (NODE_ENV=${NODE_ENV ?? ''}), which are looser than those of \`npm start\``);
}

function sentence(text: string): string {
  return text.endsWith('.') ? text : `${text}.`;
}

const SUPPORTED_NODE = [20, 22, 24];
/** Vercel stopped deploying Node 20 in October 2026. */
const DEPLOYED_NODE = [22, 24];

export function nodeFinding(version: string): Finding {
  const major = Number(/^v?(\d+)/.exec(version)?.[1]);
  if (!SUPPORTED_NODE.includes(major)) return wrong('Node', version, 'Install Node 20, 22 or 24.');
  const note = DEPLOYED_NODE.includes(major) ? '' : '; fine here, Vercel itself runs 22 or 24';
  return ok('Node', `${version}${note}`);
}
