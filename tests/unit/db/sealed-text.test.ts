import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createKeyring, SealError } from '../../../lib/db/sealed-text.ts';

const OLD = randomBytes(32).toString('hex');
const NEW = randomBytes(32).toString('base64');
const PURPOSE = 'matching-id:esim_1';

describe('createKeyring', () => {
  it('opens what it sealed, whatever the text', () => {
    const ring = createKeyring([OLD]);
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.string(), (text, purpose) => {
        expect(ring.open(ring.seal(text, purpose), purpose)).toBe(text);
      }),
    );
  });

  it('never seals a text the same way twice, and shows nothing of it', () => {
    const ring = createKeyring([OLD]);
    const [one, other] = [ring.seal('JQ-209U6H-6I82J5', PURPOSE), ring.seal('JQ-209U6H-6I82J5', PURPOSE)];
    expect(one).not.toBe(other);
    expect(Buffer.from(one.split('.')[2] ?? '', 'base64url').includes('JQ-209U6H')).toBe(false);
  });

  it('opens values of the previous key after a rotation, and calls them old', () => {
    const before = createKeyring([OLD]).seal('secret', PURPOSE);
    const ring = createKeyring([NEW, OLD]);
    expect(ring.open(before, PURPOSE)).toBe('secret');
    expect(ring.isOld(before)).toBe(true);

    const after = ring.seal('secret', PURPOSE);
    expect(ring.isOld(after)).toBe(false);
    expect(createKeyring([NEW]).open(after, PURPOSE)).toBe('secret');
  });

  it('opens nothing once the key of a value is gone', () => {
    const sealed = createKeyring([OLD]).seal('secret', PURPOSE);
    expect(() => createKeyring([NEW]).open(sealed, PURPOSE)).toThrow(SealError);
  });

  it('opens the same key given in hex and in base64', () => {
    const sealed = createKeyring([OLD]).seal('secret', PURPOSE);
    expect(createKeyring([Buffer.from(OLD, 'hex').toString('base64')]).open(sealed, PURPOSE)).toBe('secret');
  });

  it('knows a text again by its digest, of the previous key too, and no other text or purpose', () => {
    const before = createKeyring([OLD]).digest('a@b.example', PURPOSE);
    const ring = createKeyring([NEW, OLD]);
    const after = ring.digest('a@b.example', PURPOSE);
    expect(before).toMatch(/^[0-9a-f]{64}$/);
    expect(after).not.toBe(before);
    for (const digest of [before, after]) {
      expect(ring.isDigestOf(digest, 'a@b.example', PURPOSE)).toBe(true);
      expect(ring.isDigestOf(digest, 'b@b.example', PURPOSE)).toBe(false);
      expect(ring.isDigestOf(digest, 'a@b.example', `${PURPOSE}0`)).toBe(false);
    }
    expect(createKeyring([NEW]).isDigestOf(before, 'a@b.example', PURPOSE)).toBe(false);
  });

  it.each(['', '0', 'zz', '0'.repeat(63), '0'.repeat(64), 'f'.repeat(66), 'é'.repeat(64)])(
    'takes %j for the digest of nothing',
    (digest) => {
      expect(createKeyring([OLD]).isDigestOf(digest, 'text', PURPOSE)).toBe(false);
    },
  );

  it('opens no value that was moved to another row or column', () => {
    const ring = createKeyring([OLD]);
    const sealed = ring.seal('secret', PURPOSE);
    for (const purpose of ['matching-id:esim_2', 'order-email:esim_1', '', `${PURPOSE} `]) {
      expect(() => ring.open(sealed, purpose)).toThrow(SealError);
    }
  });

  it('opens no value of which one bit was changed, wherever', () => {
    const ring = createKeyring([OLD]);
    const [version, id, body] = ring.seal('secret', PURPOSE).split('.');
    const bytes = Buffer.from(body ?? '', 'base64url');
    for (let index = 0; index < bytes.length; index += 1) {
      const altered = Buffer.from(bytes);
      altered[index] = (altered[index] ?? 0) ^ 1;
      expect(() => ring.open(`${version}.${id}.${altered.toString('base64url')}`, PURPOSE)).toThrow(SealError);
    }
  });

  it('opens no value that was cut short, and says so in its own words', () => {
    const ring = createKeyring([OLD]);
    const sealed = ring.seal('secret', PURPOSE);
    for (let length = 0; length < sealed.length; length += 1) {
      expect(() => ring.open(sealed.slice(0, length), PURPOSE)).toThrow(SealError);
    }
  });

  it('opens nothing of another version', () => {
    const ring = createKeyring([OLD]);
    expect(() => ring.open(ring.seal('secret', PURPOSE).replace('v1', 'v2'), PURPOSE)).toThrow(SealError);
  });

  it('says nothing of the text, the key or the value in its errors', () => {
    const ring = createKeyring([OLD]);
    const sealed = ring.seal('secret', PURPOSE);
    try {
      ring.open(sealed, 'another');
      expect.unreachable();
    } catch (error) {
      const text = `${String(error)} ${JSON.stringify(error)}`;
      expect(text).not.toContain('secret');
      expect(text).not.toContain(OLD);
      expect(text).not.toContain(sealed);
    }
  });

  it.each([[[]], [['short']], [[`${OLD}00`]], [[OLD, 'short']]])('refuses the keys %j', (keys) => {
    expect(() => createKeyring(keys)).toThrow(SealError);
  });
});
