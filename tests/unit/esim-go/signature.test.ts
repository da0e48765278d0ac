import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { signCallback, verifyCallbackSignature } from '../../../lib/esim-go/signature.ts';

const KEY = 'test-key-not-real';
const BODY = new TextEncoder().encode('{"iccid":"8900000000000000017","alertType":"FirstAttachment"}');
const BASE64 = 'Bm0w8qezsmAE/90JevWO3BmCTDft28x4sP7+6QNb02s=';
const HEX = '066d30f2a7b3b26004ffdd097af58edc19824c37eddbcc78b0fefee9035bd36b';

const verify = (signature: string | null, keys: readonly string[] = [KEY], rawBody = BODY) =>
  verifyCallbackSignature({ rawBody, signature, keys });

describe('verifyCallbackSignature', () => {
  it.each([
    ['base64', BASE64],
    ['hex', HEX],
    ['upper-case hex', HEX.toUpperCase()],
    ['base64 without padding', BASE64.slice(0, -1)],
  ])('accepts the known signature in %s', (_encoding, signature) => {
    expect(verify(signature)).toBe(true);
  });

  it('accepts the previous key while a rotation is under way', () => {
    expect(verify(BASE64, ['new-key', KEY])).toBe(true);
    expect(verify(BASE64, [KEY, 'old-key'])).toBe(true);
  });

  it.each([
    ['missing', null],
    ['empty', ''],
    ['of the right length with wrong bytes', BASE64.replace('B', 'C')],
    ['of the right length in hex with wrong bytes', HEX.replace('0', '1')],
    ['cut short', HEX.slice(0, 62)],
    ['too long', `${HEX}00`],
    ['base64 of the hex text', Buffer.from(HEX).toString('base64')],
    ['not an encoding at all', '💥'.repeat(22)],
  ])('refuses a signature that is %s', (_what, signature) => {
    expect(verify(signature)).toBe(false);
  });

  it('refuses another key, no key and an altered body', () => {
    expect(verify(BASE64, ['another-key'])).toBe(false);
    expect(verify(BASE64, [])).toBe(false);
    expect(verify(BASE64, [KEY], new TextEncoder().encode('{"alertType":"FirstAttachment"}'))).toBe(false);
  });

  it('refuses a signature made with an empty key even if an empty key is configured', () => {
    expect(verify(signCallback(BODY, ''), [''])).toBe(false);
  });

  it('accepts whatever the signer signs, in both encodings, and nothing under another key', () => {
    const encoding = fc.constantFrom('base64' as const, 'hex' as const);
    const key = fc.string({ minLength: 1 });
    fc.assert(
      fc.property(fc.uint8Array(), key, encoding, (body, signingKey, form) => {
        const signature = signCallback(body, signingKey, form);
        expect(verify(signature, [signingKey], body)).toBe(true);
        expect(verify(signature, [`${signingKey}x`], body)).toBe(false);
      }),
    );
  });

  it('never throws', () => {
    fc.assert(fc.property(fc.string(), (signature) => void verify(signature)));
  });
});

describe('signCallback', () => {
  it('makes the known signature', () => {
    expect(signCallback(BODY, KEY)).toBe(BASE64);
    expect(signCallback(BODY, KEY, 'hex')).toBe(HEX);
  });
});
