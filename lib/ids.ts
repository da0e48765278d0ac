import { randomInt } from 'node:crypto';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
const LENGTH = 20;

export type IdPrefix = 'ord' | 'pay' | 'esim' | 'req';

/** Such as `ord_h3Kx…`: 119 random bits, so an id of ours cannot be guessed from another. */
export function newId(prefix: IdPrefix): string {
  let id = `${prefix}_`;
  for (let i = 0; i < LENGTH; i += 1) id += ALPHABET.charAt(randomInt(ALPHABET.length));
  return id;
}
