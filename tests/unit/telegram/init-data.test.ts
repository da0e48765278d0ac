import { createHmac } from 'node:crypto';
import { sign } from '@tma.js/init-data-node';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseAuthorization, verifyInitData, type InitDataResult } from '../../../lib/telegram/init-data.ts';

const TOKEN = '7342037359:AAFZehRPBRs8Seg40oDjTMIW8uTGPuW1zfQ';
const OTHER_TOKEN = '7342037359:AAFZehRPBRs8Seg40oDjTMIW8uTGPuW1zfR';
const AUTH_DATE = new Date('2026-11-21T10:00:00Z');
const ANNA = { id: 279058397, first_name: 'Anna' };

type SignedData = Parameters<typeof sign>[0];

/** Signed by an independent library. */
function signedBy(token: string, data: Partial<SignedData> = {}, authDate = AUTH_DATE): string {
  return sign({ user: ANNA, query_id: 'AAHdF6IQAAAAAN0XohDhrOrc', ...data }, token, authDate);
}

/** Signed by hand, for fields that the library does not know. */
function signedFields(fields: Record<string, string>): string {
  const text = Object.keys(fields)
    .toSorted()
    .map((name) => `${name}=${fields[name]}`)
    .join('\n');
  const secret = createHmac('sha256', 'WebAppData').update(TOKEN).digest();
  const hash = createHmac('sha256', secret).update(text).digest('hex');
  return new URLSearchParams({ ...fields, hash }).toString();
}

function verify(raw: string | null, now = AUTH_DATE): InitDataResult {
  return verifyInitData({ raw, botToken: TOKEN, maxAgeS: 3600, now });
}

const secondsLater = (seconds: number) => new Date(AUTH_DATE.getTime() + seconds * 1000);
const INVALID = { ok: false, reason: 'invalid' };

describe('verifyInitData', () => {
  it('accepts what an independent signer made', () => {
    expect(verify(signedBy(TOKEN))).toEqual({
      ok: true,
      initData: { user: { id: 279058397, firstName: 'Anna', allowsWriteToPm: false }, authDate: AUTH_DATE },
    });
  });

  it('reads every field of the user', () => {
    const user = {
      id: 4503599627370495,
      first_name: 'Анна + Co & "Сыновья"',
      last_name: '=?&#%41',
      username: 'anna',
      language_code: 'ru',
      allows_write_to_pm: true,
      is_premium: true,
      photo_url: 'https://t.me/i/userpic/320/x.svg',
    };
    const result = verify(signedBy(TOKEN, { user, start_param: 'promo_2026-11' }));
    expect(result).toEqual({
      ok: true,
      initData: {
        user: {
          id: 4503599627370495,
          firstName: 'Анна + Co & "Сыновья"',
          lastName: '=?&#%41',
          username: 'anna',
          languageCode: 'ru',
          allowsWriteToPm: true,
        },
        authDate: AUTH_DATE,
        startParam: 'promo_2026-11',
      },
    });
  });

  it.each(['a+b', 'a&b=c', '👩‍🚀 Ада', 'Ёжик', 'a%20b', 'a\\/b', '<b>', '"', '\n', ''])(
    'accepts the first name %j',
    (name) => {
      const result = verify(signedBy(TOKEN, { user: { id: 1, first_name: name } }));
      expect(result).toMatchObject({ ok: true, initData: { user: { firstName: name } } });
    },
  );

  it('accepts the escaped slashes that Telegram writes into the user', () => {
    const raw = signedFields({
      auth_date: '1795255200',
      user: '{"id":1,"first_name":"A\\/B","photo_url":"https:\\/\\/t.me\\/x.svg"}',
    });
    expect(verify(raw)).toMatchObject({ ok: true, initData: { user: { firstName: 'A/B' } } });
  });

  it('covers the signature for third parties and fields it does not know', () => {
    const fields = {
      auth_date: '1795255200',
      user: JSON.stringify(ANNA),
      signature: 'abc-_',
      chat_join_request_query_id: '5',
    };
    const raw = signedFields(fields);
    expect(verify(raw).ok).toBe(true);
    expect(verify(raw.replace('signature=abc-_', 'signature=abc-x'))).toEqual(INVALID);
    expect(verify(raw.replace('&signature=abc-_', ''))).toEqual(INVALID);
    expect(verify(raw.replace('query_id=5', 'query_id=6'))).toEqual(INVALID);
    expect(verify(`${raw}&can_send_after=1`)).toEqual(INVALID);
  });

  it('accepts the fields in any order', () => {
    const raw = signedBy(TOKEN, { start_param: 'x' });
    expect(verify(raw.split('&').toReversed().join('&')).ok).toBe(true);
  });

  it.each(['user', 'auth_date', 'query_id', 'hash'])('refuses an altered %s', (name) => {
    const fields = new URLSearchParams(signedBy(TOKEN));
    const value = fields.get(name) ?? '';
    fields.set(
      name,
      value.replace(/\d(?!.*\d)/, (digit) => String((Number(digit) + 1) % 10)),
    );
    expect(fields.get(name)).not.toBe(value);
    expect(verify(fields.toString())).toEqual(INVALID);
  });

  it.each(['user', 'auth_date', 'query_id', 'hash'])('refuses data without its %s', (name) => {
    const fields = new URLSearchParams(signedBy(TOKEN));
    fields.delete(name);
    expect(verify(fields.toString())).toEqual(INVALID);
  });

  it.each(['user', 'auth_date', 'hash'])('refuses a repeated %s, even with the same value', (name) => {
    const fields = new URLSearchParams(signedBy(TOKEN));
    fields.append(name, fields.get(name) ?? '');
    expect(verify(fields.toString())).toEqual(INVALID);
  });

  it('refuses a hash that is cut, longer, in capitals or not hex', () => {
    const raw = signedFields({ auth_date: '1795255200', user: JSON.stringify(ANNA) });
    const hash = new URLSearchParams(raw).get('hash') ?? '';
    const withHash = (other: string) => verify(raw.replace(hash, other));
    expect(withHash(hash).ok).toBe(true);
    for (const other of [hash.slice(0, -1), hash.slice(0, -2), `${hash}00`, 'z'.repeat(64), '', hash.toUpperCase()]) {
      expect(withHash(other)).toEqual(INVALID);
    }
  });

  it("refuses another bot's data", () => {
    expect(verify(signedBy(OTHER_TOKEN))).toEqual(INVALID);
  });

  it('refuses fields folded into the value of another, although their signed text is the same', () => {
    const raw = signedFields({ auth_date: '1795255200', query_id: 'A', user: JSON.stringify(ANNA) });
    const folded = raw
      .replace('&query_id=A', '')
      .replace('auth_date=1795255200', 'auth_date=1795255200%0Aquery_id%3DA');
    expect(verify(raw).ok).toBe(true);
    expect(verify(folded)).toEqual(INVALID);
  });

  it('refuses what is older than the limit, and accepts it on the limit', () => {
    expect(verify(signedBy(TOKEN), secondsLater(3600)).ok).toBe(true);
    expect(verify(signedBy(TOKEN), secondsLater(3601))).toEqual({ ok: false, reason: 'expired' });
  });

  it('calls only genuine data expired', () => {
    expect(verify(signedBy(OTHER_TOKEN), secondsLater(99_999))).toEqual(INVALID);
  });

  it('allows a minute of clock difference into the future and no more', () => {
    expect(verify(signedBy(TOKEN), secondsLater(-60)).ok).toBe(true);
    expect(verify(signedBy(TOKEN), secondsLater(-61))).toEqual(INVALID);
  });

  it.each([
    '{"id":0,"first_name":"A"}',
    '{"id":-5,"first_name":"A"}',
    '{"id":1.5,"first_name":"A"}',
    '{"id":9007199254740993,"first_name":"A"}',
    '{"id":"1","first_name":"A"}',
    '{"first_name":"A"}',
    '{"id":1}',
    'null',
    '[]',
    '',
    '{',
  ])('refuses the signed user %s', (user) => {
    expect(verify(signedFields({ auth_date: '1795255200', user }))).toEqual(INVALID);
  });

  it.each(['', 'abc', '-5', '1e9', '1795255200.5', ' 1795255200', '9'.repeat(20)])(
    'refuses the signed auth_date %j',
    (auth_date) => {
      expect(verify(signedFields({ auth_date, user: JSON.stringify(ANNA) }))).toEqual(INVALID);
    },
  );

  it('drops a start parameter in a form that Telegram never makes', () => {
    const result = verify(signedFields({ auth_date: '1795255200', user: JSON.stringify(ANNA), start_param: '../x' }));
    expect(result).toMatchObject({ ok: true });
    expect(result).not.toHaveProperty('initData.startParam');
  });

  it('tells missing data from invalid data', () => {
    expect(verify(null)).toEqual({ ok: false, reason: 'missing' });
    expect(verify('')).toEqual({ ok: false, reason: 'missing' });
    expect(verify('x')).toEqual(INVALID);
  });

  it('refuses more than 8 KB, however well signed', () => {
    expect(verify(signedBy(TOKEN, { user: { id: 1, first_name: 'a'.repeat(9000) } }))).toEqual(INVALID);
  });

  it('never throws and never accepts unsigned text', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string().map((value) => `hash=${'a'.repeat(64)}&auth_date=1795255200&user=${value}`),
      fc.webQueryParameters(),
    );
    fc.assert(fc.property(text, (raw) => !verify(raw).ok));
  });

  it('refuses signed data after any change of one character that changes a decoded value', () => {
    const raw = signedBy(TOKEN, { start_param: 'promo' });
    const decoded = (text: string) => JSON.stringify([...new URLSearchParams(text)].toSorted());
    fc.assert(
      fc.property(fc.nat(raw.length - 1), fc.string({ minLength: 1, maxLength: 1 }), (at, character) => {
        const changed = raw.slice(0, at) + character + raw.slice(at + 1);
        fc.pre(decoded(changed) !== decoded(raw));
        return !verify(changed).ok;
      }),
    );
  });
});

describe('parseAuthorization', () => {
  it('takes the raw initData after the scheme', () => {
    expect(parseAuthorization('tma a=1&b=%20')).toBe('a=1&b=%20');
    expect(parseAuthorization('TMA a=1')).toBe('a=1');
  });

  it.each([null, '', 'tma', 'tma ', 'Bearer a=1', 'tma a b', 'xtma a', ' tma a'])('finds none in %j', (header) => {
    expect(parseAuthorization(header)).toBeNull();
  });
});
