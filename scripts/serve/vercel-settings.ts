import { readFileSync } from 'node:fs';
import * as z from 'zod';

const settingsSchema = z.object({
  headers: z
    .array(
      z.strictObject({ source: z.string(), headers: z.array(z.strictObject({ key: z.string(), value: z.string() })) }),
    )
    .default([]),
  rewrites: z.array(z.strictObject({ source: z.string(), destination: z.string() })).default([]),
});

export interface VercelSettings {
  /** The headers of `vercel.json` for a path, in lower case. A function's own header of the same name wins. */
  headersFor(pathname: string): readonly (readonly [name: string, value: string])[];
  /** Where a path without a file or function is answered from, or null. */
  rewriteOf(pathname: string): string | null;
}

export function readVercelSettings(file: string): VercelSettings {
  return createVercelSettings(JSON.parse(readFileSync(file, 'utf8')));
}

export function createVercelSettings(source: unknown): VercelSettings {
  const { headers, rewrites } = settingsSchema.parse(source);
  const headerRules = headers.map((rule) => ({
    pattern: sourcePattern(rule.source),
    headers: rule.headers.map(({ key, value }) => [key.toLowerCase(), value] as const),
  }));
  const rewriteRules = rewrites.map((rule) => ({ ...rule, pattern: sourcePattern(rule.source) }));
  return {
    headersFor: (pathname) => {
      const matching = headerRules.filter(({ pattern }) => pattern.test(pathname));
      // The usual case, one rule for everything, allocates nothing.
      return matching.length === 1 && matching[0] ? matching[0].headers : matching.flatMap((rule) => rule.headers);
    },
    rewriteOf: (pathname) => rewriteRules.find(({ pattern }) => pattern.test(pathname))?.destination ?? null,
  };
}

/** The part of Vercel's path syntax that we use: plain text, `:name`, `:name*` as a last segment, and groups such as `(.*)`. */
function sourcePattern(source: string): RegExp {
  const pattern = source
    .split(/(\/:\w+\*$|:\w+|\([^()]*\))/)
    .map((part) => {
      if (part.startsWith('/:') && part.endsWith('*')) return '(?:/.*)?';
      if (part.startsWith(':')) return '[^/]+';
      if (part.startsWith('(')) return part;
      if (/[*?+{}[\]()^$|\\]/.test(part))
        throw new Error(`vercel.json: the source ${source} uses a syntax that our servers do not know`);
      return part.replaceAll('.', String.raw`\.`);
    })
    .join('');
  return new RegExp(`^${pattern}$`);
}
