import { createHash, timingSafeEqual } from 'node:crypto';
import type { App } from '../app.ts';
import { AppError } from '../contract/error-codes.ts';
import { parseAuthorization, verifyInitData, type InitDataUser } from '../telegram/init-data.ts';

/** Whoever the initData proves; nothing else in a request says who is calling. */
export function requireUser({ deps, secrets }: App, request: Request): InitDataUser {
  const result = verifyInitData({
    raw: parseAuthorization(request.headers.get('authorization')),
    botToken: secrets.get('telegramBotToken'),
    maxAgeS: deps.config.initDataMaxAgeS,
    now: deps.now(),
  });
  if (!result.ok) throw new AppError(`init_data_${result.reason}`);
  return result.initData.user;
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
