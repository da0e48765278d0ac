import { destinationName, shortDestinationName } from '../../lib/i18n/destination-name.ts';
import { editDistance, inCyrillicLayout, inLatinLayout, normalise } from './text.ts';

const LANGUAGES = ['ru', 'en'] as const;
const NEAREST = 3;
/** How many letters there are to each slip of a suggestion, when nothing else is found. */
const LETTERS_PER_SLIP = 3;
/** With slips: what is another slip farther than the best is another word. */
const ANOTHER_SLIP = 10;
/** At or above this, what was typed is not there. */
const MISS = 100;
/** Another name of a place stands behind its name; only the whole of it is worth as much. */
const ALIAS = { whole: 1, exact: 5, fuzzy: 3 };
/** Shorter beginnings of a country that is not sold are more likely those of one that is. */
const UNSOLD_FROM = 4;

interface Entry {
  code: string;
  isSold: boolean;
  keys: readonly Key[];
}

interface Key {
  text: string;
  words: string[];
  isAlias: boolean;
}

export interface Found {
  /** Codes, best first. */
  codes: string[];
  /** True when nothing matched and these are only the nearest in spelling. */
  isGuess: boolean;
  /** A country that was meant, and is not among the destinations. */
  unsold: string | null;
}

/** What comes later than the destinations. */
export interface Knowledge {
  /** Capitals, resorts and other names, by code. */
  aliases?: ReadonlyMap<string, readonly string[]>;
  /** Also those that are no destinations. */
  countries?: readonly string[];
}

export interface Search {
  find(query: string): Found;
}

/** Finds destinations by what people type: either language, either keyboard layout, with slips, codes, flags. */
export function createSearch(codes: readonly string[], { aliases, countries = [] }: Knowledge = {}): Search {
  const isSold = new Set(codes);
  const entries: Entry[] = [
    ...codes.map((code) => ({
      code,
      isSold: true,
      keys: [...nameKeysOf(code), ...keysOf(aliases?.get(code) ?? [], true)],
    })),
    ...countries.filter((code) => !isSold.has(code)).map((code) => ({ code, isSold: false, keys: nameKeysOf(code) })),
  ];

  /** Null when nothing was found at all. */
  function best(
    scoreOf: (entry: Entry) => number,
    {
      isGuess = false,
      mayBeUnsold = false,
      within = MISS,
    }: { isGuess?: boolean; mayBeUnsold?: boolean; within?: number },
  ): Found | null {
    const scored = entries
      .map((entry) => ({ entry, score: scoreOf(entry) }))
      .filter(({ score }) => score < MISS)
      .sort((one, other) => one.score - other.score);
    const hits = scored.filter(({ score }) => score < (scored[0]?.score ?? 0) + within).map(({ entry }) => entry);
    const [first] = hits;
    const unsold = mayBeUnsold && first?.isSold === false ? first.code : null;
    const found = hits.flatMap((entry) => (entry.isSold ? [entry.code] : []));
    return found.length > 0 || unsold !== null ? { codes: found, isGuess, unsold } : null;
  }

  return {
    find(query) {
      const flagCode = codeOfFlag(query);
      if (flagCode !== null) {
        return isSold.has(flagCode)
          ? { codes: [flagCode], isGuess: false, unsold: null }
          : { codes: [], isGuess: false, unsold: entries.some(({ code }) => code === flagCode) ? flagCode : null };
      }
      // What was typed as it is goes before what other layouts make of it.
      const readings = [...new Set([query, inCyrillicLayout(query), inLatinLayout(query)].map(normalise))].filter(
        (wanted) => wanted !== '',
      );
      for (const wanted of readings) {
        const hits = best((entry) => exactScore(entry, wanted), { mayBeUnsold: wanted.length >= UNSOLD_FROM });
        if (hits) return hits;
      }
      for (const wanted of readings) {
        const limit = slipsAllowed(wanted);
        const hits =
          limit === 0
            ? null
            : best((entry) => fuzzyScore(entry, wanted, limit), { mayBeUnsold: true, within: ANOTHER_SLIP });
        if (hits) return hits;
      }
      const [asTyped] = readings;
      const guess = asTyped === undefined ? null : best((entry) => guessScore(entry, asTyped), { isGuess: true });
      return guess ? { ...guess, codes: guess.codes.slice(0, NEAREST) } : { codes: [], isGuess: true, unsold: null };
    },
  };
}

/** Intl takes its time for a thousand names, which never change. */
const nameKeys = new Map<string, Key[]>();

function nameKeysOf(code: string): Key[] {
  let keys = nameKeys.get(code);
  if (!keys) {
    const names = LANGUAGES.flatMap((one) => [destinationName(code, one), shortDestinationName(code, one)]);
    nameKeys.set(code, (keys = keysOf(names, false)));
  }
  return keys;
}

function keysOf(texts: readonly string[], isAlias: boolean): Key[] {
  return [...new Set(texts.map(normalise))].map((text) => ({ text, words: text.split(' '), isAlias }));
}

/** Lower is better: the whole name, a whole other name for it, its beginning, a later word, the middle of a word. */
function exactScore({ code, keys }: Entry, wanted: string): number {
  let best = code.length === wanted.length && code.toLowerCase() === wanted ? ALIAS.whole : MISS;
  const parts = wanted.split(' ');
  for (const key of keys) {
    // One letter is the beginning of a name; other names begin with every letter.
    if (key.isAlias && wanted.length === 1) continue;
    const score = keyScore(key, wanted, parts);
    if (score < MISS) best = Math.min(best, !key.isAlias ? score : score === 0 ? ALIAS.whole : score + ALIAS.exact);
  }
  return best;
}

function keyScore({ text, words }: Key, wanted: string, parts: readonly string[]): number {
  const at = text.indexOf(wanted);
  if (at === 0) return text.length === wanted.length ? 0 : 2 + text.length / 100;
  if (at > 0 && words.some((word) => word.startsWith(wanted))) return 4;
  if (parts.length > 1 && parts.every((part) => words.some((word) => word.startsWith(part)))) return 5;
  return at > 0 && wanted.length >= 3 ? 20 : MISS;
}

/** A word of three letters is too short to guess at. */
function slipsAllowed(wanted: string): number {
  if (wanted.length < 4) return 0;
  return wanted.length < 7 ? 1 : 2;
}

function fuzzyScore({ keys }: Entry, wanted: string, limit: number): number {
  const beginning = wanted.slice(0, 2);
  let best = MISS;
  for (const { text, words, isAlias } of keys) {
    for (const candidate of words.length > 1 ? [text, ...words] : words) {
      // Words of two or three letters are near everything. The first letter is seldom wrong, only swapped: looking no
      // further spares most of the work of a keystroke.
      if (candidate.length < 4 || !beginning.includes(candidate.charAt(0))) continue;
      const distance = editDistance(wanted, candidate, limit, candidate.length > wanted.length);
      if (distance > limit) continue;
      const far = Math.abs(candidate.length - wanted.length) / 10;
      best = Math.min(best, 10 * distance + far + (isAlias ? ALIAS.fuzzy : 0));
    }
  }
  return best;
}

function guessScore({ code, isSold, keys }: Entry, wanted: string): number {
  if (!isSold) return MISS;
  const names = keys.filter(({ isAlias }) => !isAlias);
  return fuzzyScore({ code, isSold, keys: names }, wanted, Math.ceil(wanted.length / LETTERS_PER_SLIP));
}

const REGIONAL_A = 0x1f1e6;
const BLACK_FLAG = 0x1f3f4;
const TAG = 0xe0000;

/** Of a flag as people send it: two letters, or a black flag with the letters of a part of a country behind it. */
function codeOfFlag(query: string): string | null {
  const signs = [...query.trim()].map((sign) => sign.codePointAt(0) ?? 0);
  const letters =
    signs[0] === BLACK_FLAG
      ? signs.slice(1, 3).map((sign) => sign - TAG - 'a'.charCodeAt(0))
      : signs.map((sign) => sign - REGIONAL_A);
  if (letters.length !== 2 || letters.some((letter) => letter < 0 || letter > 25)) return null;
  return letters.map((letter) => String.fromCharCode('A'.charCodeAt(0) + letter)).join('');
}
