import { createHash } from 'node:crypto';

import type { SandboxRandom } from './context.ts';

export interface SeededRandom extends SandboxRandom {
  reseed(seed: string): void;
}

/** The sfc32 generator: small, quick, and good enough for ids that only have to look random. Never used for keys. */
export function createRandom(seed: string): SeededRandom {
  let state = stateOf(seed);

  function nextUint32(): number {
    const { a, b, c, counter } = state;
    const mixed = (a + b + counter) | 0;
    state = {
      a: b ^ (b >>> 9),
      b: (c + (c << 3)) | 0,
      c: (((c << 21) | (c >>> 11)) + mixed) | 0,
      counter: (counter + 1) | 0,
    };
    return mixed >>> 0;
  }

  function next(): number {
    return nextUint32() / 2 ** 32;
  }

  function integer(minInclusive: number, maxInclusive: number): number {
    return minInclusive + Math.floor(next() * (maxInclusive - minInclusive + 1));
  }

  function string(length: number, alphabet: string): string {
    let text = '';
    while (text.length < length) text += alphabet.charAt(integer(0, alphabet.length - 1));
    return text;
  }

  return {
    next,
    integer,
    string,
    uuid() {
      const hex = string(30, '0123456789abcdef');
      const variant = string(1, '89ab');
      return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(12, 15)}-${variant}${hex.slice(15, 18)}-${hex.slice(18)}`;
    },
    reseed(newSeed) {
      state = stateOf(newSeed);
    },
  };
}

function stateOf(seed: string): { a: number; b: number; c: number; counter: number } {
  const digest = createHash('sha256').update(seed).digest();
  return { a: digest.readInt32LE(0), b: digest.readInt32LE(4), c: digest.readInt32LE(8), counter: 1 };
}
