const LATIN_MARKS = /[\u00c0-\u024f\u1e00-\u1eff]/g;
const NO_LETTER = /[^\p{L}\p{N}]+/gu;

/** One spelling of what people spell in many ways. Only Latin letters lose their marks: й is a letter of its own. */
export function normalise(text: string): string {
  return text
    .toLowerCase()
    .replace(LATIN_MARKS, (letter) => letter.normalize('NFD').charAt(0))
    .replaceAll('ё', 'е')
    .replaceAll("'", '')
    .replaceAll('’', '')
    .replace(NO_LETTER, ' ')
    .trim();
}

const LATIN_KEYS = "qwertyuiop[]asdfghjkl;'zxcvbnm,.`";
const CYRILLIC_KEYS = 'йцукенгшщзхъфывапролджэячсмитьбюё';
const CYRILLIC_OF = new Map([...LATIN_KEYS].map((key, index) => [key, CYRILLIC_KEYS.charAt(index)]));
const LATIN_OF = new Map([...CYRILLIC_KEYS].map((key, index) => [key, LATIN_KEYS.charAt(index)]));

/** What the same keys write in the Russian layout, also where only some were typed in the other: `Таbkfyl` → `таиланд`. */
export function inCyrillicLayout(text: string): string {
  return retype(text, CYRILLIC_OF);
}

export function inLatinLayout(text: string): string {
  return retype(text, LATIN_OF);
}

function retype(text: string, layout: ReadonlyMap<string, string>): string {
  return [...text.toLowerCase()].map((key) => layout.get(key) ?? key).join('');
}

const LONGEST = 48;
/** Three lines of the table, kept: a keystroke compares thousands of words. */
const lines = [new Uint8Array(LONGEST + 1), new Uint8Array(LONGEST + 1), new Uint8Array(LONGEST + 1)] as const;

/**
 * Edits from one text to the other (a letter more, less, other, or two swapped), as far as `limit`; more than that is
 * `limit + 1`. The end of `long` may be missing when `isPrefix`: people stop typing early.
 */
export function editDistance(short: string, long: string, limit: number, isPrefix = false): number {
  const height = Math.min(short.length, LONGEST);
  const width = Math.min(long.length, height + limit, LONGEST);
  if (height - width > limit || (!isPrefix && Math.abs(short.length - long.length) > limit)) return limit + 1;
  let [before, last, line] = lines;
  for (let column = 0; column <= width; column += 1) last[column] = column;
  for (let row = 1; row <= height; row += 1) {
    line[0] = row;
    let least = row;
    const letter = short.charCodeAt(row - 1);
    const previous = short.charCodeAt(row - 2);
    for (let column = 1; column <= width; column += 1) {
      const other = long.charCodeAt(column - 1);
      let cost = Math.min(
        at(last, column) + 1,
        at(line, column - 1) + 1,
        at(last, column - 1) + (letter === other ? 0 : 1),
      );
      if (row > 1 && column > 1 && letter === long.charCodeAt(column - 2) && previous === other) {
        cost = Math.min(cost, at(before, column - 2) + 1);
      }
      line[column] = cost;
      if (cost < least) least = cost;
    }
    if (least > limit) return limit + 1;
    [before, last, line] = [last, line, before];
  }
  let best = at(last, width);
  if (isPrefix) for (let column = 0; column < width; column += 1) best = Math.min(best, at(last, column));
  return Math.min(limit + 1, best);
}

function at(line: Uint8Array, column: number): number {
  return line[column] ?? LONGEST;
}
