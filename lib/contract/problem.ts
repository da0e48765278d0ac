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

/** The details of `price_changed`: the price of today, and what that many Stars cost a buyer. */
export interface PriceChangedDetails {
  price_stars: number;
  price_usd: string;
}
