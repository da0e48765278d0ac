import { createHmac, timingSafeEqual } from 'node:crypto';
import * as z from 'zod';

/** Who opened the Mini App, as Telegram signed it. */
export interface InitData {
  user: InitDataUser;
  authDate: Date;
  startParam?: string;
}

export interface InitDataUser {
  id: number;
  firstName: string;
  lastName?: string;
  username?: string;
  languageCode?: string;
  allowsWriteToPm: boolean;
}

export type InitDataFailure = 'missing' | 'invalid' | 'expired';
export type InitDataResult = { ok: true; initData: InitData } | { ok: false; reason: InitDataFailure };

export interface InitDataCheck {
  /** The query string as the client received it, byte for byte. */
  raw: string | null;
  botToken: string;
  maxAgeS: number;
  now: Date;
}

const MAX_LENGTH = 8192;
const MAX_CLOCK_SKEW_S = 60;

const userWireSchema = z.object({
  id: z.int().positive(),
  first_name: z.string(),
  last_name: z.string().optional(),
  username: z.string().optional(),
  language_code: z.string().optional(),
  allows_write_to_pm: z.boolean().optional(),
});

export function verifyInitData({ raw, botToken, maxAgeS, now }: InitDataCheck): InitDataResult {
  if (raw === null || raw === '') return { ok: false, reason: 'missing' };
  if (raw.length > MAX_LENGTH) return { ok: false, reason: 'invalid' };

  const fields = readFields(raw);
  if (fields === null || !isSignedBy(botToken, fields)) return { ok: false, reason: 'invalid' };

  const authDateS = readAuthDate(fields.get('auth_date'));
  const user = readUser(fields.get('user'));
  if (authDateS === null || user === null) return { ok: false, reason: 'invalid' };

  const nowS = now.getTime() / 1000;
  if (authDateS > nowS + MAX_CLOCK_SKEW_S) return { ok: false, reason: 'invalid' };
  if (nowS - authDateS > maxAgeS) return { ok: false, reason: 'expired' };

  const startParam = readStartParam(fields.get('start_param'));
  return {
    ok: true,
    initData: { user, authDate: new Date(authDateS * 1000), ...(startParam === null ? {} : { startParam }) },
  };
}

/** The raw initData of an `Authorization: tma <raw>` header; null when the header says something else. */
export function parseAuthorization(header: string | null): string | null {
  const match = /^tma (\S+)$/i.exec(header ?? '');
  return match?.[1] ?? null;
}

// A line break in a value or an `=` in a name would let two different sets of fields have one signature.
function readFields(raw: string): ReadonlyMap<string, string> | null {
  const fields = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(raw)) {
    if (!/^\w+$/.test(name) || value.includes('\n') || fields.has(name)) return null;
    fields.set(name, value);
  }
  return fields;
}

// Every field received except `hash` is signed, also those we do not know and the `signature` for third parties.
function isSignedBy(botToken: string, fields: ReadonlyMap<string, string>): boolean {
  const hash = fields.get('hash') ?? '';
  if (!/^[0-9a-f]{64}$/.test(hash)) return false;
  const dataCheckString = [...fields]
    .filter(([name]) => name !== 'hash')
    .map(([name, value]) => `${name}=${value}`)
    .toSorted()
    .join('\n');
  const secret = createHmac('sha256', 'WebAppData').update(botToken).digest();
  const expected = createHmac('sha256', secret).update(dataCheckString).digest();
  return timingSafeEqual(expected, Buffer.from(hash, 'hex'));
}

function readAuthDate(value: string | undefined): number | null {
  return value !== undefined && /^\d{1,12}$/.test(value) ? Number(value) : null;
}

function readUser(value: string | undefined): InitDataUser | null {
  const wire = userWireSchema.safeParse(parseJson(value));
  if (!wire.success) return null;
  const { id, first_name, last_name, username, language_code, allows_write_to_pm } = wire.data;
  return {
    id,
    firstName: first_name,
    ...(last_name === undefined ? {} : { lastName: last_name }),
    ...(username === undefined ? {} : { username }),
    ...(language_code === undefined ? {} : { languageCode: language_code }),
    allowsWriteToPm: allows_write_to_pm ?? false,
  };
}

function readStartParam(value: string | undefined): string | null {
  return value !== undefined && /^[\w-]{1,512}$/.test(value) ? value : null;
}

function parseJson(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? '');
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
