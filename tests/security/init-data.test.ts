import { createHash, createHmac } from 'node:crypto';
import { sign } from '@tma.js/init-data-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { signInitData } from '../../sandbox/telegram/init-data.ts';
import { rawRequest } from '../support/raw-request.ts';
import { startShop, type Answer, type ShopUnderTest } from '../support/shop.ts';

const VICTIM = 4_242;
const OTHER_BOT = '7342037359:AAFZehRPBRs8Seg40oDjTMIW8uTGPuW1zfQ';
const MAX_AGE_S = 3_600;
const USER = JSON.stringify({ id: VICTIM, first_name: 'Anna' });

let shop: ShopUnderTest;
let token: string;
beforeAll(async () => {
  shop = await startShop({ INIT_DATA_MAX_AGE: String(MAX_AGE_S) });
  token = shop.env['TELEGRAM_BOT_TOKEN'] ?? '';
});
afterAll(() => shop?.close());

const nowS = () => Math.floor(Date.now() / 1_000);
const session = (raw: string): Promise<Answer> =>
  rawRequest(shop.url, '/api/session', { headers: { authorization: `tma ${raw}` } });

/** As Telegram signs, with whatever fields and key. */
function signed(fields: Record<string, string>, key = token): string {
  return signInitData(key, { auth_date: String(nowS()), user: USER, ...fields });
}

/** The hash of these very fields, over a secret of the attacker's choice. */
function hashOf(pairs: readonly (readonly [string, string])[], secret: Buffer | string): string {
  const text = pairs
    .map(([name, value]) => `${name}=${value}`)
    .toSorted()
    .join('\n');
  return createHmac('sha256', secret).update(text).digest('hex');
}

async function expectRefused(raws: readonly string[], code = 'init_data_invalid'): Promise<void> {
  for (const raw of raws) {
    const answer = await session(raw);
    expect(answer, raw.slice(0, 300)).toMatchObject({ status: 401, body: { error: { code } } });
    expect(JSON.stringify(answer.body)).not.toContain('Anna');
  }
}

async function expectVictim(raw: string): Promise<void> {
  expect(await session(raw), raw).toMatchObject({ status: 200, body: { user: { id: VICTIM } } });
}

describe('a login', () => {
  it('is believed as Telegram signs it, with the signature for third parties and without', async () => {
    await expectVictim(signed({}));
    await expectVictim(sign({ user: { id: VICTIM, first_name: 'Anna' } }, token, new Date()));
  });

  it('is one set of fields in any order, so that re-ordering gains nothing', async () => {
    const parts = signed({ start_param: 'TH' }).split('&');
    await expectVictim(parts.toReversed().join('&'));
    await expectVictim(parts.toSorted().join('&'));
    // Values that changed places are another set.
    const swapped = new URLSearchParams(parts.join('&'));
    const [user, start] = [swapped.get('user') ?? '', swapped.get('start_param') ?? ''];
    swapped.set('user', start);
    swapped.set('start_param', user);
    await expectRefused([swapped.toString()]);
  });

  it('is not forged with a key that an attacker has', async () => {
    const pairs = [
      ['auth_date', String(nowS())],
      ['user', USER],
    ] as const;
    const fields = new URLSearchParams(Object.fromEntries(pairs)).toString();
    const webAppSecret = (key: string) => createHmac('sha256', 'WebAppData').update(key).digest();
    const forged = [
      webAppSecret(''),
      webAppSecret(token.split(':')[0] ?? ''),
      webAppSecret(OTHER_BOT),
      // The two of them in the wrong places, and the scheme of the login button on web sites, a different proof.
      createHmac('sha256', token).update('WebAppData').digest(),
      createHash('sha256').update(token).digest(),
      'WebAppData',
      '',
    ].map((secret) => `${fields}&hash=${hashOf(pairs, secret)}`);
    await expectRefused(forged);
    await expectRefused([
      fields,
      `${fields}&hash=`,
      `${fields}&hash=${'0'.repeat(64)}`,
      `${fields}&signature=${Buffer.alloc(64).toString('base64url')}`,
    ]);
    await expectVictim(`${fields}&hash=${hashOf(pairs, webAppSecret(token))}`);
  });

  it("is not another bot's, nor that of a bot with the same number", async () => {
    const [id = '', secret = ''] = token.split(':');
    const sameNumber = `${id}:${secret.slice(0, -1)}${secret.endsWith('x') ? 'y' : 'x'}`;
    await expectRefused([signed({}, OTHER_BOT), signed({}, sameNumber), signed({}, `${token} `), signed({}, secret)]);
  });

  it('is refused wherever it is cut off', async () => {
    const raw = signed({ start_param: 'TH' });
    const cuts = Array.from({ length: raw.length - 1 }, (_, index) => raw.slice(0, index + 1));
    // Each place in the hash and one in seven before it.
    await expectRefused(cuts.filter((cut, index) => index % 7 === 0 || cut.includes('&hash=')));
    await expectRefused([raw.slice(1)]);
  });

  it('is refused without its `signature`, with another, and with one that was not there', async () => {
    const raw = signed({});
    await expectRefused([
      raw.replace(/&?signature=[^&]*/, ''),
      raw.replace(/signature=[^&]*/, 'signature='),
      raw.replace(/signature=./, (start) => `${start.slice(0, -1)}${start.endsWith('A') ? 'B' : 'A'}`),
      `${sign({ user: { id: VICTIM, first_name: 'Anna' } }, token, new Date())}&signature=x`,
    ]);
  });

  it('is refused with any field twice, in whatever place and spelling', async () => {
    const raw = signed({ start_param: 'TH' });
    for (const [name, value] of new URLSearchParams(raw)) {
      const spellings = [name, `%${name.charCodeAt(0).toString(16)}${name.slice(1)}`];
      for (const spelling of spellings) {
        const extra = `${spelling}=${encodeURIComponent(value)}`;
        await expectRefused([`${raw}&${extra}`, `${extra}&${raw}`, `${raw}&${spelling}=`, `${raw}&${spelling}`]);
      }
    }
  });

  it('is refused with fields added, renamed or folded into others', async () => {
    const raw = signed({ start_param: 'TH' });
    const folded = raw.replace('&start_param=TH', '').replace(/(auth_date=\d+)/, '$1%0Astart_param%3DTH');
    await expectRefused([
      folded,
      `${raw}&is_admin=1`,
      `${raw}&__proto__=1`,
      `${raw}&=1`,
      `${raw}&user%00=x`,
      raw.replace('user=', 'User='),
      raw.replace('user=', 'user%20='),
      raw.replace('user=', 'user[]='),
      raw.replace('user=', 'user%0A='),
      raw.replace('&user=', ';user='),
      raw.replace('&user=', '&amp;user='),
      raw.replace('&user=', '%26user='),
    ]);
  });

  it('is read once: a value encoded again is another value', async () => {
    const raw = signed({});
    const user = encodeURIComponent(USER);
    expect(raw).toContain(user);
    await expectRefused([
      raw.replace(user, encodeURIComponent(user)),
      raw.replace(user, user.replaceAll('%22', '%2522')),
      raw.replace(user, `${user}%00`),
      raw.replace(user, `%EF%BB%BF${user}`),
      raw.replace(user, user.replace('Anna', 'Ann%C1%A1')),
      raw.replace(user, user.replace('Anna', 'Ann%D0%B0')),
      raw.replace(user, user.replace(String(VICTIM), '%EF%BC%94242')),
      raw.replace(user, user.replace(String(VICTIM), '4243')),
    ]);
    // Another spelling of the same bytes is the same login.
    await expectVictim(raw.replace(user, user.replace('Anna', '%41%6e%6Ea')));
    await expectVictim(raw.replace(user, user.replaceAll('%3A', ':').replaceAll('%2C', ',')));
  });

  it.each(['Ёжик 🦔', '‮evil‬', 'a+b&c=d%41', '👩‍🚀', '<script>', '  ', '"', '\\', '{}', '\u2028'])(
    'names a person %j as they are, and no one else',
    async (name) => {
      const raw = signed({ user: JSON.stringify({ id: VICTIM, first_name: name }) });
      expect(await session(raw)).toMatchObject({ status: 200, body: { user: { id: VICTIM, first_name: name } } });
      await expectRefused([raw.replace(/hash=./, (start) => `hash=${start.endsWith('0') ? '1' : '0'}`)]);
    },
  );

  it('ends: yesterday’s is told from a forged one, tomorrow’s is no login', async () => {
    const at = (seconds: number) => String(nowS() + seconds);
    await expectVictim(signed({ auth_date: at(30 - MAX_AGE_S) }));
    await expectRefused([signed({ auth_date: at(-MAX_AGE_S - 30) }), signed({ auth_date: '0' })], 'init_data_expired');
    await expectRefused([
      signed({ auth_date: at(-MAX_AGE_S - 30) }, OTHER_BOT),
      signed({ auth_date: at(3_600) }),
      signed({ auth_date: '999999999999' }),
      signed({ auth_date: `-${at(0)}` }),
      signed({ auth_date: `${at(0)}.0` }),
      signed({ auth_date: `${at(0)}e0` }),
      signed({ auth_date: `0x${nowS().toString(16)}` }),
      signed({ auth_date: [...at(0)].map((digit) => String.fromCodePoint(0xff10 + Number(digit))).join('') }),
      signed({ auth_date: '' }),
      signed({ auth_date: 'Infinity' }),
    ]);
    const raw = signed({ auth_date: at(-MAX_AGE_S - 30) });
    await expectRefused([raw.replace(/auth_date=\d+/, `auth_date=${at(0)}`)]);
  });

  it('is refused when it is huge, and the connection lives on', async () => {
    await expectRefused([
      signed({ start_param: 'x'.repeat(8_000) }),
      '&'.repeat(9_000),
      'a=b&'.repeat(2_000),
      '%'.repeat(8_000),
      `user=${'['.repeat(8_000)}`,
    ]);
    // Past what a header may be at all, Node's server hangs up politely.
    const { status } = await session('x'.repeat(20_000));
    expect(status).toBe(431);
    await expectVictim(signed({}));
  });

  it('is taken from its own header alone, once', async () => {
    const raw = signed({});
    const at = (path: string, headers: Record<string, string | string[]>) => rawRequest(shop.url, path, { headers });
    const encoded = encodeURIComponent(raw);
    const refused = await Promise.all([
      at(`/api/session?initData=${encoded}&tgWebAppData=${encoded}&authorization=tma%20${encoded}`, {}),
      at('/api/session', { cookie: `initData=${encoded}`, 'x-init-data': raw, 'proxy-authorization': `tma ${raw}` }),
      at('/api/session', { authorization: raw }),
      at('/api/session', { authorization: `Bearer ${raw}` }),
      at('/api/session', { authorization: `tma ${raw} ${raw}` }),
      at('/api/session', { authorization: `tma tma ${raw}` }),
    ]);
    for (const answer of refused) expect(answer.status).toBe(401);
    // Of two the first counts, as in Node's own reading of the header, and never a mixture of both.
    const other = signed({ user: JSON.stringify({ id: 4_343, first_name: 'Bob' }) });
    const twice = await at('/api/session', { authorization: [`tma ${raw}`, `tma ${other}`] });
    expect([200, 401]).toContain(twice.status);
    if (twice.status === 200) expect(twice.body).toMatchObject({ user: { id: VICTIM } });
  });
});
