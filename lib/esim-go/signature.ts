import { createHmac, timingSafeEqual } from 'node:crypto';

export interface CallbackSignature {
  /** The bytes as received; parsing and re-serialising would change them. */
  readonly rawBody: Uint8Array;
  /** The header `X-Signature-SHA256`. */
  readonly signature: string | null;
  /** The current API key, then the previous one while a rotation is under way. */
  readonly keys: readonly string[];
}

const HEX = /^[0-9a-f]{64}$/i;
const BASE64 = /^[A-Za-z0-9+/]{43}=?$/;

/** Accepts hex and base64, because the vendor's guide and its reference disagree; both are the same 32 bytes. */
export function verifyCallbackSignature({ rawBody, signature, keys }: CallbackSignature): boolean {
  const given = signatureBytes(signature?.trim() ?? '');
  if (given === null) return false;
  let isValid = false;
  for (const key of keys) {
    // Anyone can sign with an empty key: one left unset must never count as a match.
    if (key === '') continue;
    isValid = timingSafeEqual(createHmac('sha256', key).update(rawBody).digest(), given) || isValid;
  }
  return isValid;
}

/** The vendor's side of the signature, for tests and tools that send callbacks. */
export function signCallback(rawBody: Uint8Array, key: string, encoding: 'base64' | 'hex' = 'base64'): string {
  return createHmac('sha256', key).update(rawBody).digest(encoding);
}

function signatureBytes(signature: string): Buffer | null {
  if (HEX.test(signature)) return Buffer.from(signature, 'hex');
  if (BASE64.test(signature)) return Buffer.from(signature, 'base64');
  return null;
}
