import * as z from 'zod';

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

export function isLoopback(hostname: string): boolean {
  return LOOPBACK.test(hostname);
}

export const whole = (fallback: number, min: number, max: number) => {
  const hint = `must be a whole number from ${min} to ${max}`;
  return z.coerce.number(hint).int(hint).min(min, hint).max(max, hint).default(fallback);
};
export const seconds = (fallback: number) => whole(fallback, 1, 31_536_000);
export const count = (fallback: number, max: number) => whole(fallback, 0, max);
export const text = (max: number) => z.string().min(1).max(max);

/** A secret that cannot be guessed; `hint` says where to get one. */
export const secret = (hint: string, pattern = /^\S{16,200}$/) => z.string().regex(pattern, hint);

export const onOff = z
  .enum(['on', 'off', 'true', 'false', '1', '0'])
  .default('off')
  .transform((value) => value === 'on' || value === 'true' || value === '1');

export interface UrlRules {
  /** Outside calls of a production shop must be encrypted. */
  httpsOnly: boolean;
  /** A server of one's own may talk to itself in clear. */
  allowLoopback: boolean;
}

/** A base URL without its trailing slash. */
export const baseUrl = (rules: UrlRules) =>
  z
    .url({
      protocol: /^https?$/,
      // The next check reads the URL, which must be one.
      abort: true,
      error: ({ input }) => (input === undefined ? undefined : 'must be a full URL such as https://example.com'),
    })
    .refine((value) => isAllowed(value, rules), 'must start with https:// in production')
    .transform((value) => value.replace(/\/+$/, ''));

function isAllowed(value: string, { httpsOnly, allowLoopback }: UrlRules): boolean {
  const url = new URL(value);
  return url.protocol === 'https:' || !httpsOnly || (allowLoopback && isLoopback(url.hostname));
}

export const postgresUrl = z
  .string()
  .regex(/^postgres(ql)?:\/\/\S+$/, 'must be a connection string such as postgres://user:password@host/database');

/** 32 random bytes, as 64 hex digits or 44 characters of base64. */
export const dataKey = z
  .string()
  .regex(/^([0-9a-fA-F]{64}|[A-Za-z0-9+/]{43}=)$/, 'must be 32 bytes in hex or base64: openssl rand -hex 32');

export const telegramIds = z
  .string()
  .regex(/^\d{1,16}(\s*,\s*\d{1,16})*$/, 'must be Telegram user ids divided by commas')
  .transform((value) => value.split(',').map((id) => Number(id.trim())));
