import { createHash, timingSafeEqual } from 'node:crypto';
import type { App } from '../app.ts';
import { AppError } from '../contract/error-codes.ts';
import { statusOf } from './problem.ts';
import { parseAuthorization, verifyInitData, type InitDataUser } from '../telegram/init-data.ts';

/** Whoever the initData proves; nothing else in a request says who is calling. Counts the request as theirs. */
export async function requireUser({ deps, secrets, limits }: App, request: Request): Promise<InitDataUser> {
  const result = verifyInitData({
    raw: parseAuthorization(request.headers.get('authorization')),
    botToken: secrets.get('telegramBotToken'),
    maxAgeS: deps.config.initDataMaxAgeS,
    now: deps.now(),
  });
  if (!result.ok) throw new AppError(`init_data_${result.reason}`);
  const { user } = result.initData;
  await limits.users.take(String(user.id));
  return user;
}

/**
 * What to answer to a request without a valid proof: the error itself, or `rate_limited` when too many came from its
 * address. Only after the proof has failed, so that nobody is kept out by what others do from the same address.
 */
export async function refusalOf({ limits }: App, request: Request, error: unknown): Promise<unknown> {
  if (!(error instanceof AppError) || statusOf(error.code) !== 401) return error;
  try {
    await limits.failures.take(networkOf(request.headers.get('x-real-ip') ?? 'unknown'));
    return error;
  } catch (limited) {
    return limited;
  }
}

/** Of IPv6 the network: one caller has all addresses of it. A digest, since the store need not know who that is. */
function networkOf(address: string): string {
  const [head = '', tail = ''] = address.split('::').map((part) => part.split(':').filter((group) => group !== ''));
  const network = address.includes(':')
    ? [...head, ...Array<string>(Math.max(0, 8 - head.length - tail.length)).fill('0'), ...tail].slice(0, 4).join(':')
    : address;
  return createHash('sha256').update(network).digest('base64url').slice(0, 22);
}

export function isAdmin({ deps }: App, user: Pick<InitDataUser, 'id'>): boolean {
  return deps.config.admin.telegramIds.includes(user.id);
}

export function hasCronSecret({ secrets }: App, request: Request): boolean {
  const given = /^Bearer (\S+)$/i.exec(request.headers.get('authorization') ?? '')?.[1];
  return given !== undefined && isSame(given, secrets.get('cronSecret'));
}

/** Digests have one length, so the comparison takes as long for every guess. */
function isSame(given: string, expected: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(expected));
}
