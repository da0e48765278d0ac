import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { createLog, type Log } from '../../../lib/log/log.ts';

const NOW = new Date('2026-11-21T10:00:00Z');

function capture(): { log: Log; lines: string[] } {
  const lines: string[] = [];
  return {
    log: createLog(
      (line) => lines.push(line),
      () => NOW,
    ),
    lines,
  };
}

/** What one line says of these fields. */
function printed(fields: Record<string, unknown>): string {
  const { log, lines } = capture();
  log.error('something', fields);
  expect(lines).toHaveLength(1);
  expect(lines[0]).not.toContain('\n');
  return lines[0] ?? '';
}

const parsed = (fields: Record<string, unknown>): Record<string, unknown> => JSON.parse(printed(fields));

const ICCID = '8943108170001234567';
const TOKEN = '7342037359:AAFZehRPBRs8Seg40oDjTMIW8uTGPuW1zfQ';
const LPA = 'LPA:1$rsp.example.com$JQ-209U6H-6I82J5';
const HASH = 'c501b71e775f74ce10e377dea85a7ea24ecd640b223ea86dfe453e0eaed2e2b2';
const INIT_DATA = `user=%7B%22id%22%3A1%7D&auth_date=1732183200&signature=zL-ucjNyREiHDE8aihFwpfR9aggP2xiA&hash=${HASH}`;
const SECRET = 'k9-unlikely-value-7f';

describe('createLog', () => {
  it('writes one JSON object a line, with the time, the level and the event first', () => {
    const { log, lines } = capture();
    log.info('request', { route: 'session', status: 200 });
    log.with({ requestId: 'req_1' }).warn('slow\nevent', { ms: 12.5 });
    expect(lines).toEqual([
      '{"at":"2026-11-21T10:00:00.000Z","level":"info","event":"request","route":"session","status":200}',
      '{"at":"2026-11-21T10:00:00.000Z","level":"warn","event":"slow\\nevent","requestId":"req_1","ms":12.5}',
    ]);
  });
});

describe('a log line', () => {
  it.each([
    'initData',
    'init_data',
    'hash',
    'signature',
    'x-signature-sha256',
    'authorization',
    'Authorization',
    'x-api-key',
    'apiKey',
    'esimGoApiKey',
    'token',
    'botToken',
    'telegramBotToken',
    'x-telegram-bot-api-secret-token',
    'secret',
    'cronSecret',
    'DATA_KEY',
    'password',
    'cookie',
    'lpa',
    'lpaString',
    'activation_code',
    'qr_code',
    'matchingId',
    'matching_id',
    'pin',
    'pin2',
    'puk',
    'puk1',
    'body',
  ])('never shows what stands under %s, however deep', (key) => {
    expect(printed({ [key]: SECRET })).not.toContain(SECRET);
    expect(printed({ outer: { list: [{ [key]: { inner: SECRET } }] } })).not.toContain(SECRET);
    expect(printed({ error: Object.assign(new Error('failed'), { [key]: SECRET }) })).not.toContain(SECRET);
  });

  it.each([
    ['an Authorization header', `authorization: tma ${INIT_DATA}`, HASH],
    ['initData alone', INIT_DATA, HASH],
    ['encoded initData', encodeURIComponent(INIT_DATA), HASH],
    ['initData encoded twice', encodeURIComponent(encodeURIComponent(INIT_DATA)), HASH],
    ['a signature in encoded initData', encodeURIComponent(INIT_DATA), 'zL-ucjNyREiHDE8aihFwpfR9aggP2xiA'],
    ['an encoded hash alone', `query_id%3DAA%26hash%3D${HASH}`, HASH],
    ['an encoded hash in small letters', `hash%3d${HASH}`, HASH],
    ['a hash in encoded JSON', encodeURIComponent(`{"hash":"${HASH}"}`), HASH],
    ['a launch address', `https://shop.example/#tgWebAppData=${encodeURIComponent(INIT_DATA)}&x=1`, '1732183200'],
    ['a bearer', `Authorization: Bearer ${SECRET}`, SECRET],
    ['a URL of the Bot API', `GET https://api.telegram.org/bot${TOKEN}/getMe failed`, TOKEN],
    ['a bot token', `token ${TOKEN} is revoked`, TOKEN.slice(11)],
    ['an API key in a header', `x-api-key: ${SECRET}`, SECRET],
    ['an API key in JSON', `{"apiKey":"${SECRET}"}`, SECRET],
    ['a hash in JSON', `{"hash": "${HASH}"}`, HASH],
    ['a secret in a query', `https://x.example/?secret=${SECRET}&a=1`, SECRET],
    ['a secret token', `secret_token=${SECRET}`, SECRET],
    ['a signature', `x-signature-sha256: ${SECRET}`, SECRET],
    ['a connection string', `connect postgres://shop:${SECRET}@db.example:5432/shop`, SECRET],
    ['a connection string without a user', `redis://:${SECRET}@kv.example`, SECRET],
    ['an LPA string', `the code ${LPA} is used`, 'JQ-209U6H'],
    ['an install link', `https://esimsetup.apple.com/x?carddata=${LPA}`, 'JQ-209U6H'],
    ['an encoded install link', `https://x.example/?carddata=${encodeURIComponent(LPA)}`, 'JQ-209U6H'],
    ['a matching ID in JSON', '{"matchingId":"JQ-209U6H-6I82J5"}', 'JQ-209U6H'],
    ['an ICCID', `no eSIM ${ICCID} here`, ICCID],
    ['an ICCID in a path', `/v2.5/esims/${ICCID}/bundles`, ICCID],
    ['an ICCID glued to a word', `iccid_${ICCID}_x`, ICCID],
    ['an encoded e-mail address', 'email=anna.petrova%40mail.example.com', 'petrova'],
    ['an e-mail address in Cyrillic', 'mail to анна.петрова@почта.рф failed', 'петрова'],
    ['an e-mail address', 'mail to anna.petrova+esim@mail.example.com failed', 'anna.petrova'],
  ])('hides in any text: %s', (_name, text, hidden) => {
    for (const fields of [
      { text },
      { error: new Error(text) },
      { error: { cause: new Error('outer', { cause: new Error(text) }) } },
      { list: [text] },
    ]) {
      expect(printed(fields)).not.toContain(hidden);
    }
  });

  it('keeps what finds a line again: the last four digits, the first letter and the domain', () => {
    expect(parsed({ iccid: ICCID, mail: 'anna@mail.example.com' })).toMatchObject({ iccid: '…4567', mail: 'a…@…' });
    expect(printed({ iccid: Number(ICCID) })).not.toContain(String(Number(ICCID)));
    expect(printed({ iccid: BigInt(ICCID) })).not.toContain(ICCID);
  });

  it('leaves ids, counts and times as they are', () => {
    const fields = {
      orderId: 'ord_h3KxA8sdKJ3hs8dhK2ls',
      userId: 4503599627370495,
      bytes: 53_687_091_200,
      atMs: 1_795_255_200_000,
      ok: true,
      none: null,
    };
    expect(parsed(fields)).toMatchObject(fields);
  });

  it('says of an error its name, its message, where it came from and its causes', () => {
    const error = new TypeError('outer', { cause: Object.assign(new Error('inner'), { code: '23505' }) });
    const { error: said } = parsed({ error });
    expect(said).toMatchObject({ name: 'TypeError', message: 'outer', cause: { message: 'inner', code: '23505' } });
    expect(inspect(said)).toContain('log.test.ts');
  });

  it('shows no secret that is cut in half', () => {
    for (let start = 380; start <= 500; start += 1) {
      expect(printed({ text: `${'.'.repeat(start)} ${TOKEN}` })).not.toMatch(/AAFZ/);
    }
    for (let start = 1_880; start <= 2_000; start += 1) {
      const shrinking = `bearer ${'x'.repeat(start - 8)}`;
      expect(printed({ text: `${shrinking} ${TOKEN}` })).not.toMatch(/AAFZ/);
    }
  });

  it('stays short and quick for huge texts', () => {
    const huge = ['a'.repeat(1_000_000), 'a.'.repeat(500_000), `${'1'.repeat(500_000)}@`, 'LPA:1$'.repeat(200_000)];
    for (const text of huge) expect(printed({ text, error: new Error(text) }).length).toBeLessThan(4_000);
  });

  it('ends for objects that hold themselves', () => {
    const one: Record<string, unknown> = { name: 'one' };
    one.self = one;
    one.many = Array.from({ length: 1_000 }, () => one);
    const wide: unknown[] = [];
    for (let index = 0; index < 1_000; index += 1) wide.push(wide);
    const error = new Error('round');
    error.cause = error;
    for (const value of [one, wide, error]) expect(printed({ value }).length).toBeLessThan(100_000);
  });

  it('stays short for wide and deep objects', () => {
    const wide = Object.fromEntries(Array.from({ length: 10_000 }, (_, index) => [`k${index}`, index]));
    let deep: object = {};
    for (let index = 0; index < 10_000; index += 1) deep = { deep };
    expect(printed({ wide, deep, list: Array.from({ length: 100_000 }, () => wide) }).length).toBeLessThan(50_000);
  });

  it('survives every kind of value', () => {
    const values = {
      none: undefined,
      symbol: Symbol('x'),
      fn: () => SECRET,
      date: new Date(NaN),
      bytes: new Uint8Array(100_000),
      buffer: Buffer.from(SECRET),
      url: new URL(`https://user:${SECRET}@x.example/`),
      map: new Map([[SECRET, SECRET]]),
      nan: NaN,
      bare: Object.create(null),
      toJSON: () => SECRET,
      aggregate: new AggregateError([new Error(SECRET)]),
      half: '\ud800',
    };
    expect(printed(values)).not.toContain(SECRET);
  });

  it('is written without its fields when one of them throws', () => {
    const trap = {
      get value(): string {
        throw new RangeError(SECRET);
      },
    };
    expect(parsed({ trap })).toEqual({
      at: NOW.toISOString(),
      level: 'error',
      event: 'something',
      unprintable: 'RangeError',
    });
  });
});
