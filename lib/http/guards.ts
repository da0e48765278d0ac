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
export async function refusalOf(app: App, request: Request, error: unknown): Promise<unknown> {
  if (!(error instanceof AppError) || statusOf(error.code) !== 401 || counted.has(request)) return error;
  try {
    await countUnproven(app, request);
    return error;
  } catch (limited) {
    return limited;
  }
}

const counted = new WeakSet<Request>();

/** One more request of its address without a valid proof; throws `rate_limited` when it is one too many. */
export async function countUnproven({ limits }: App, request: Request): Promise<void> {
  counted.add(request);
  await limits.failures.take(networkOf(request.headers.get('x-real-ip') ?? 'unknown'));
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
  const given = bearerOf(request);
  return given !== undefined && isSame(given, secrets.get('cronSecret'));
}

/** The same where a stranger is welcome as well: a wrong secret is a failed proof all the same. */
export async function isOperator(app: App, request: Request): Promise<boolean> {
  if (hasCronSecret(app, request)) return true;
  if (bearerOf(request) !== undefined) await countUnproven(app, request);
  return false;
}

function bearerOf(request: Request): string | undefined {
  return /^Bearer (\S+)$/i.exec(request.headers.get('authorization') ?? '')?.[1];
}

/** Digests have one length, so the comparison takes as long for every guess. */
function isSame(given: string, expected: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(expected));
}
