import type { Env } from './env.ts';
import { isLoopback } from './settings.ts';

/** Whatever names a simulator carries this word: its keys, its bot tokens and its paths. */
const SIMULATOR = /sandbox/i;
const OUTSIDE_URLS = ['APP_URL', 'ESIMGO_API_URL', 'TELEGRAM_API_URL', 'KV_REST_API_URL'] as const;
const OUTSIDE_KEYS = ['ESIMGO_API_KEY', 'ESIMGO_API_KEY_PREVIOUS', 'TELEGRAM_BOT_TOKEN'] as const;
const OWN_SECRETS = ['CRON_SECRET', 'TELEGRAM_WEBHOOK_SECRET', 'DATA_KEY'] as const;
const DATABASES = ['DATABASE_URL', 'DATABASE_URL_UNPOOLED', 'POSTGRES_URL'] as const;

// Sixteen random bytes in hex show twelve different digits on average, and fewer than eight once in a million.
const MIN_DIFFERENT_CHARACTERS = 8;
const WELL_KNOWN = /secret|password|passw0rd|change-?_?me|default|example|qwerty|letmein/i;

/** What must not be in a deployment that takes real money: simulators, secrets that can be guessed, a throw-away database. */
export function productionProblems(env: Env): string[] {
  const problems: string[] = [];
  for (const name of OUTSIDE_URLS) {
    const value = env[name];
    if (value !== undefined && (SIMULATOR.test(value) || isLoopbackUrl(value))) {
      problems.push(`${name} points at a simulator or at this machine, which production refuses`);
    }
  }
  for (const name of OUTSIDE_KEYS) {
    if (SIMULATOR.test(env[name] ?? '')) problems.push(`${name} belongs to a simulator, which production refuses`);
  }
  for (const name of DATABASES) {
    const value = env[name];
    if (value !== undefined && isLoopbackUrl(value)) {
      problems.push(`${name} is a database on this machine, which is lost with it: use a hosted PostgreSQL`);
    }
  }
  return [...problems, ...weakSecrets(env)];
}

/** Those of our own that can be guessed, or that open two doors. */
export function weakSecrets(env: Env): string[] {
  return OWN_SECRETS.flatMap((name) => {
    const value = env[name];
    const isShared = OWN_SECRETS.some((other) => other !== name && env[other] === value);
    const weakness = value === undefined ? null : isShared ? 'is used for two things' : weaknessOf(value);
    return weakness === null ? [] : [`${name} ${weakness}: openssl rand -hex 32`];
  });
}

/** Why a secret is easy to guess, or null. */
export function weaknessOf(value: string): string | null {
  if (WELL_KNOWN.test(value)) return 'is made of words';
  if (new Set(value).size < MIN_DIFFERENT_CHARACTERS) return 'repeats itself';
  if (/^(.{1,16}?)\1+$/.test(value)) return 'repeats itself';
  return isCounting(value) ? 'is a row of neighbours such as 0123' : null;
}

/** Two thirds of its characters stand next to each other in the alphabet; in a random one it is every sixth. */
function isCounting(value: string): boolean {
  const codes = Array.from(value, (character) => character.codePointAt(0) ?? 0);
  const steps = codes.filter((code, index) => index > 0 && Math.abs(code - (codes[index - 1] ?? 0)) <= 1);
  return steps.length > ((codes.length - 1) * 2) / 3;
}

function isLoopbackUrl(value: string): boolean {
  // What is no URL at all is refused elsewhere, by its own rule.
  return URL.canParse(value) && isLoopback(new URL(value).hostname);
}
