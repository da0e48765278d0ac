import { destinationName, shortDestinationName } from '../../lib/i18n/destination-name.ts';
import { editDistance, inOtherLayout, normalise } from './text.ts';

const NEAREST = 3;
/** How many slips a suggestion may be away when nothing else is found. */
const FARTHEST = 4;
/** Below this a hit is a guess; above, what was typed is there. */
const GUESS = 100;

interface Entry {
  code: string;
  names: Key[];
  aliases: Key[];
}

interface Key {
  text: string;
  words: string[];
}

export interface Found {
  /** Codes, best first. */
  codes: string[];
  /** True when nothing matched and these are only the nearest in spelling. */
  isGuess: boolean;
}

export interface Search {
  find(query: string): Found;
  /** Capitals, resorts and other names, by code; they come later than the destinations. */
  learn(aliases: ReadonlyMap<string, readonly string[]>): void;
}

/** Finds destinations by what people type: either language, either keyboard layout, with slips, codes, flags. */
export function createSearch(codes: readonly string[]): Search {
  const entries: Entry[] = codes.map((code) => ({ code, names: keysOf(namesOf(code)), aliases: [] }));

  return {
    learn(aliases) {
      for (const entry of entries) entry.aliases = keysOf(aliases.get(entry.code) ?? []);
    },
    find(query) {
      const flagCode = codeOfFlag(query);
      if (flagCode !== null)
        return { codes: entries.flatMap(({ code }) => (code === flagCode ? [code] : [])), isGuess: false };
      const asTyped = normalise(query);
      const swapped = normalise(inOtherLayout(query));
      // What was typed as it is goes before what the other layout makes of it.
      for (const wanted of [asTyped, swapped]) {
        const hits = rank(entries, (entry) => exactScore(entry, wanted));
        if (hits.length > 0) return { codes: hits, isGuess: false };
      }
      for (const wanted of [asTyped, swapped]) {
        const hits = rank(entries, (entry) => fuzzyScore(entry, wanted, slipsAllowed(wanted)));
        if (hits.length > 0) return { codes: hits, isGuess: false };
      }
      const nearest = rank(entries, (entry) => fuzzyScore({ ...entry, aliases: [] }, asTyped, FARTHEST));
      return { codes: nearest.slice(0, NEAREST), isGuess: true };
    },
  };
}

function namesOf(code: string): string[] {
  return (['ru', 'en'] as const).flatMap((language) => [
    destinationName(code, language),
    shortDestinationName(code, language),
  ]);
}

function keysOf(texts: readonly string[]): Key[] {
  return [...new Set(texts.map(normalise))].map((text) => ({ text, words: text.split(' ') }));
}

function rank(entries: readonly Entry[], scoreOf: (entry: Entry) => number): string[] {
  return entries
    .map((entry) => ({ code: entry.code, score: scoreOf(entry) }))
    .filter(({ score }) => score < GUESS)
    .sort((one, other) => one.score - other.score)
    .map(({ code }) => code);
}

/** Lower is better: the whole name, a whole other name for it, its beginning, a later word, the middle of a word. */
function exactScore({ code, names, aliases }: Entry, wanted: string): number {
  if (wanted === '') return GUESS;
  const byName = Math.min(...names.map((key) => keyScore(key, wanted)));
  const byAlias = Math.min(GUESS, ...aliases.map((key) => (key.text === wanted ? 1 : keyScore(key, wanted) + 5)));
  const byCode = code.toLowerCase() === wanted ? 1 : GUESS;
  return Math.min(byName, byAlias, byCode);
}

function keyScore({ text, words }: Key, wanted: string): number {
  if (text === wanted) return 0;
  if (text.startsWith(wanted)) return 2 + text.length / 100;
  if (words.some((word) => word.startsWith(wanted))) return 4;
  const parts = wanted.split(' ');
  if (parts.length > 1 && parts.every((part) => words.some((word) => word.startsWith(part)))) return 5;
  if (wanted.length >= 3 && text.includes(wanted)) return 20;
  return GUESS;
}

/** A word of three letters is too short to guess at. */
function slipsAllowed(wanted: string): number {
  if (wanted.length < 4) return 0;
  return wanted.length < 7 ? 1 : 2;
}

function fuzzyScore({ names, aliases }: Entry, wanted: string, limit: number): number {
  if (limit === 0 || wanted === '') return GUESS;
  const beginning = wanted.slice(0, 2);
  const score = (keys: readonly Key[], more: number) => {
    let best = GUESS;
    for (const { text, words } of keys) {
      for (const candidate of words.length > 1 ? [text, ...words] : [text]) {
        // Words of two or three letters are near everything. The first letter is seldom wrong, only swapped: looking no
        // further spares most of the work of a keystroke.
        if (candidate.length < 4 || !beginning.includes(candidate.charAt(0))) continue;
        const distance = editDistance(wanted, candidate, limit, candidate.length > wanted.length);
        if (distance <= limit)
          best = Math.min(best, 10 * distance + more + Math.abs(candidate.length - wanted.length) / 10);
      }
    }
    return best;
  };
  return Math.min(score(names, 0), score(aliases, 3));
}

function codeOfFlag(query: string): string | null {
  const letters = [...query.trim()].map((sign) => (sign.codePointAt(0) ?? 0) - 0x1f1e6);
  if (letters.length !== 2 || letters.some((letter) => letter < 0 || letter > 25)) return null;
  return letters.map((letter) => String.fromCharCode(65 + letter)).join('');
}
