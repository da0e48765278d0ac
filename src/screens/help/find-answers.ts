import { editDistance, inCyrillicLayout, inLatinLayout, normalise } from '../../search/text.ts';

/** What is looked through: an answer, or a part of the page. */
export interface Findable {
  id: string;
  question: string;
  words?: string;
  text?: readonly string[];
}

export interface FoundAnswers<Item> {
  /** Best first. */
  items: Item[];
  /** True when nothing matched and these are only the nearest in spelling, or nothing. */
  isGuess: boolean;
}

/** Where a word stands: what an answer is about counts for more than what it mentions. */
const WORTH = { question: 4, words: 3, text: 1 };
const PHRASE = 2;
const NEAREST = 3;
const SHORT = 3;
/** Words that every question has. */
const EMPTY = new Set(
  normalise(
    'как что где кто когда почему если или для это мой моя мое мои мне вас вам ваш есть нет ' +
      'how what where who when why the and for this that are does can not you your have',
  ).split(' '),
);

/** Finds by what people type: any form of a word, either keyboard layout, with slips; what fits best goes first. */
export function findAnswers<Item extends Findable>(all: readonly Item[], query: string): FoundAnswers<Item> {
  const readings = [...new Set([query, inCyrillicLayout(query), inLatinLayout(query)].map(normalise))].filter(
    (wanted) => wanted !== '',
  );
  for (const isAlike of [isForm, isFormWithSlips]) {
    for (const wanted of readings) {
      const items = best(all, wanted, isAlike);
      if (items.length > 0) return { items, isGuess: false };
    }
  }
  const [asTyped] = readings;
  return { items: asTyped === undefined ? [] : best(all, asTyped, isNear).slice(0, NEAREST), isGuess: true };
}

type IsAlike = (wanted: string, word: string) => boolean;

/** Those that have the most of the words. */
function best<Item extends Findable>(all: readonly Item[], wanted: string, isAlike: IsAlike): Item[] {
  const typed = wanted.split(' ');
  const telling = typed.filter((word) => word.length >= SHORT && !EMPTY.has(word));
  const parts = telling.length > 0 ? telling : typed;
  const scored = all.map((item) => ({ item, ...scoreOf(item, wanted, parts, isAlike) }));
  const most = Math.max(...scored.map(({ hits }) => hits));
  if (most === 0) return [];
  return scored
    .filter(({ hits }) => hits === most)
    .sort((one, other) => other.score - one.score)
    .map(({ item }) => item);
}

function scoreOf({ question, words = '', text = [] }: Findable, wanted: string, parts: string[], isAlike: IsAlike) {
  const fields = [
    { text: normalise(question), worth: WORTH.question },
    { text: normalise(words), worth: WORTH.words },
    { text: normalise(text.join(' ')), worth: WORTH.text },
  ];
  let hits = 0;
  let score = 0;
  for (const part of parts) {
    const worth = Math.max(
      ...fields.map((field) => (field.text.split(' ').some((word) => isAlike(part, word)) ? field.worth : 0)),
    );
    if (worth > 0) hits += 1;
    score += worth;
  }
  // "Not working" is more than its words.
  if (wanted.includes(' ')) {
    score += Math.max(...fields.map((field) => (` ${field.text}`.includes(` ${wanted}`) ? PHRASE * field.worth : 0)));
  }
  return { hits, score };
}

/** The same word with another ending: возврат and возвраты, refund and refunded. */
function isForm(wanted: string, word: string): boolean {
  if (word.startsWith(wanted)) return wanted.length >= SHORT || word === wanted;
  let same = 0;
  while (same < wanted.length && wanted[same] === word[same]) same += 1;
  const longestEnding = same > SHORT ? SHORT : 1;
  return same >= SHORT && Math.max(wanted.length, word.length) - same <= longestEnding;
}

function isFormWithSlips(wanted: string, word: string): boolean {
  return isForm(wanted, word) || isWithin(wanted, word, wanted.length < 4 ? 0 : wanted.length < 7 ? 1 : 2);
}

function isNear(wanted: string, word: string): boolean {
  return isWithin(wanted, word, Math.ceil(wanted.length / 3));
}

function isWithin(wanted: string, word: string, slips: number): boolean {
  return slips > 0 && word.length >= wanted.length - slips && editDistance(wanted, word, slips, true) <= slips;
}
