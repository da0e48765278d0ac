import type * as z from 'zod';

import { BadInput } from '../context.ts';

/** Input of the control API, or a `BadInput` whose message names the field. */
export function parseInput<Schema extends z.ZodType>(schema: Schema, input: unknown): z.output<Schema> {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  const sentences = parsed.error.issues.map((issue) => {
    const where = issue.path.map(String).join('.');
    return where === '' ? issue.message : `${where}: ${issue.message}`;
  });
  throw new BadInput(sentences.join('; '));
}
