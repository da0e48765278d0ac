import * as z from 'zod';
import { milliFromDecimal } from '../decimal.ts';

export const iccidWire = z.string().regex(/^\d{18,22}$/);

export const textWire = z.string().nullish();

/** The vendor's Go services write an empty list as null. */
export function listWire<Item extends z.ZodType>(item: Item) {
  return z
    .array(item)
    .nullish()
    .transform((items) => items ?? []);
}

/** A decimal amount of money, as a number or its text, in integer thousandths. */
export function milliWire(rounding: 'up' | 'down' = 'up') {
  return z.union([z.number(), z.string()]).transform((value, context) => {
    const milli = milliFromDecimal(value, rounding);
    if (milli !== null) return milli;
    context.addIssue({ code: 'custom', message: 'not a decimal amount' });
    return z.NEVER;
  });
}

/** A time as RFC 3339 text (up to nanoseconds), as epoch milliseconds, or in one of the ways to say never. */
export const timeWire = z
  .union([z.string(), z.number()])
  .nullish()
  .transform((value) => timeOf(value ?? null));

export function timeOf(value: string | number | null): Date | null {
  if (value === null || value === '' || value === 0) return null;
  const time = new Date(typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value);
  // Go's zero time is the year 1; nothing here is older than this century.
  return Number.isNaN(time.getTime()) || time.getTime() < Date.UTC(2000) ? null : time;
}

/** What of an answer the schema did not expect, without the answer's values. */
export function issuesOf(error: z.ZodError): string[] {
  return error.issues.map((issue) => `${issue.path.map(String).join('.') || '(whole)'}: ${issue.message}`);
}
