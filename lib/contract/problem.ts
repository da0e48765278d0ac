import * as z from 'zod';
import { ERROR_CODES } from './error-codes.ts';

export const problemSchema = z.strictObject({
  error: z.strictObject({
    code: z.enum(ERROR_CODES),
    request_id: z.string(),
    details: z.record(z.string(), z.unknown()).optional(),
  }),
});
export type Problem = z.infer<typeof problemSchema>;
