import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createHmac,
  hkdfSync,
  randomBytes,
  timingSafeEqual,
} from 'node:crypto';

const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** Seals short texts for storage and opens them again, and makes digests of texts that need only be recognised. */
export interface Keyring {
  /** `purpose` and the row's id are bound to the text: a value moved to another row or column does not open. */
  seal(plain: string, purpose: string): string;
  open(sealed: string, purpose: string): string;
  /** True when the value was sealed with a key that is on its way out. */
  isOld(sealed: string): boolean;
  /** 64 hex digits by which the text is known again; without the key nobody can find it by guessing. */
  digest(text: string, purpose: string): string;
  /** Whether a digest of any key of the ring is that of the text. */
  isDigestOf(digest: string, text: string, purpose: string): boolean;
  /** What values sealed now carry as the id of their key. */
  readonly currentId: string;
  /** True while an older key can open values as well. */
  readonly isRotating: boolean;
}

export class SealError extends Error {
  override name = 'SealError';
}

/** AES-256-GCM. The first key seals; every key opens, so that keys can be rotated. Stored as `v1.<key id>.<base64url>`. */
export function createKeyring(keys: readonly string[]): Keyring {
  const ring = keys.map(keyFrom);
  const [current] = ring;
  if (current === undefined) throw new SealError('a keyring needs a key');
  return {
    seal(plain, purpose) {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv('aes-256-gcm', current.bytes, nonce).setAAD(Buffer.from(purpose));
      const sealed = Buffer.concat([nonce, cipher.update(plain, 'utf8'), cipher.final(), cipher.getAuthTag()]);
      return `v1.${current.id}.${sealed.toString('base64url')}`;
    },
    open(sealed, purpose) {
      const [version, id, body] = sealed.split('.');
      const key = ring.find((candidate) => candidate.id === id);
      if (version !== 'v1' || key === undefined || body === undefined) throw new SealError('no key opens this value');
      const bytes = Buffer.from(body, 'base64url');
      if (bytes.length < NONCE_BYTES + TAG_BYTES) throw new SealError('the sealed value is cut short');
      const decipher = createDecipheriv('aes-256-gcm', key.bytes, bytes.subarray(0, NONCE_BYTES))
        .setAAD(Buffer.from(purpose))
        .setAuthTag(bytes.subarray(-TAG_BYTES));
      try {
        return decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES), undefined, 'utf8') + decipher.final('utf8');
      } catch (cause) {
        throw new SealError('the sealed value was altered or belongs elsewhere', { cause });
      }
    },
    currentId: current.id,
    isRotating: ring.some(({ id }) => id !== current.id),
    isOld: (sealed) => sealed.split('.')[1] !== current.id,
    digest: (text, purpose) => digestWith(current.bytes, text, purpose).toString('hex'),
    isDigestOf(digest, text, purpose) {
      const given = Buffer.from(digest, 'hex');
      let isValid = false;
      for (const { bytes } of ring) {
        const expected = digestWith(bytes, text, purpose);
        isValid = (given.length === expected.length && timingSafeEqual(given, expected)) || isValid;
      }
      return isValid;
    },
  };
}

/** HMAC-SHA256 with a key of its own for each purpose. */
function digestWith(key: Buffer, text: string, purpose: string): Buffer {
  const derived = Buffer.from(hkdfSync('sha256', key, '', `digest:${purpose}`, 32));
  return createHmac('sha256', derived).update(text).digest();
}

function keyFrom(text: string): { id: string; bytes: Buffer } {
  const bytes = Buffer.from(text, text.length === 64 ? 'hex' : 'base64');
  if (bytes.length !== 32) throw new SealError('a data key must be 32 bytes');
  return { id: createHash('sha256').update(bytes).digest('hex').slice(0, 8), bytes };
}
