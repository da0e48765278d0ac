const INT8 = 20;
const DATE = 1082;

/** Where the port differs from what the drivers make of a column, by the type's object id. */
export const COLUMN_PARSERS: ReadonlyMap<number, (text: string) => number | string> = new Map<
  number,
  (text: string) => number | string
>([
  [INT8, parseInt8],
  // The drivers would make a Date of it at midnight of the machine's own time zone.
  [DATE, String],
]);

function parseInt8(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new RangeError(`The bigint ${text} does not fit a number`);
  return value;
}
