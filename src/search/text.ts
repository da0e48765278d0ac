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
const OTHER_LAYOUT = new Map<string, string>(
  [...LATIN_KEYS].flatMap((latin, index) => {
    const cyrillic = CYRILLIC_KEYS.charAt(index);
    return [
      [latin, cyrillic],
      [cyrillic, latin],
    ];
  }),
);

/** What the same keys would have written in the other layout: `Nfbkfyl` → `тайланд`. */
export function inOtherLayout(text: string): string {
  return [...text.toLowerCase()].map((key) => OTHER_LAYOUT.get(key) ?? key).join('');
}

/**
 * Edits from one text to the other (a letter more, less, other, or two swapped), as far as `limit`; more than that is
 * `limit + 1`. The end of `long` may be missing when `isPrefix`: people stop typing early.
 */
export function editDistance(short: string, long: string, limit: number, isPrefix = false): number {
  const width = Math.min(long.length, short.length + limit);
  if (!isPrefix && Math.abs(short.length - long.length) > limit) return limit + 1;
  let before: number[] = [];
  let last = Array.from({ length: width + 1 }, (_, column) => column);
  for (let row = 1; row <= short.length; row += 1) {
    const line = [row];
    let least = row;
    for (let column = 1; column <= width; column += 1) {
      const isSame = short[row - 1] === long[column - 1];
      let cost = Math.min(at(last, column) + 1, at(line, column - 1) + 1, at(last, column - 1) + (isSame ? 0 : 1));
      if (row > 1 && column > 1 && short[row - 1] === long[column - 2] && short[row - 2] === long[column - 1]) {
        cost = Math.min(cost, at(before, column - 2) + 1);
      }
      line.push(cost);
      least = Math.min(least, cost);
    }
    if (least > limit) return limit + 1;
    before = last;
    last = line;
  }
  return Math.min(limit + 1, isPrefix ? Math.min(...last) : at(last, width));
}

function at(line: readonly number[], column: number): number {
  return line[column] ?? Number.POSITIVE_INFINITY;
}
