import * as z from 'zod';
import type { Database } from '../db/sql.ts';
import { DEFAULT_PRICE_RULES, type PriceRules } from '../money/price-rules.ts';

const markupPercent = z.int().min(0).max(1000);
const addOnCents = z.int().min(0).max(100_000);
const surcharges = z.record(
  z.string().min(1).max(120),
  z.strictObject({ markupPercent: markupPercent.optional(), addOnCents: addOnCents.optional() }),
);
const microUsd = z.int().positive().max(1_000_000_000);

export const priceRulesSchema: z.ZodType<PriceRules> = z.strictObject({
  base: z.strictObject({ markupPercent, addOnCents }),
  byGroup: surcharges,
  byDestination: surcharges,
  byBundle: surcharges,
  floorProfitCents: z.int().min(0).max(100_000),
  rounding: z.strictObject({ aboveStars: z.int().min(0).max(1_000_000), toMultipleOf: z.int().min(1).max(1000) }),
  payoutMicroUsdPerStar: microUsd,
  buyerMicroUsdPerStar: microUsd,
  ratesDate: z.iso.date(),
  fxMicroUsd: z.record(z.string().regex(/^[A-Z]{3}$/), z.strictObject({ microUsd, date: z.iso.date() })),
});

export interface VersionedPriceRules {
  version: number;
  rules: PriceRules;
}

const NEWEST = 'select version, rules from price_rules order by version desc limit 1';

/** The newest rules; a shop without any gets the defaults as its first version. */
export async function activePriceRules(db: Database): Promise<VersionedPriceRules> {
  const [newest] = await db.query<{ version: number; rules: unknown }>(NEWEST);
  if (newest) return parsed(newest);
  return db.transaction(async (tx) => {
    // Whoever comes second waits here and then finds the row of the first.
    await tx.query('lock table price_rules in share row exclusive mode');
    const [first] = await tx.query<{ version: number; rules: unknown }>(NEWEST);
    if (first) return parsed(first);
    const [inserted] = await tx.query<{ version: number; rules: unknown }>(
      'insert into price_rules (rules) values ($1) returning version, rules',
      [JSON.stringify(DEFAULT_PRICE_RULES)],
    );
    if (!inserted) throw new Error('An insert returned no row');
    return parsed(inserted);
  });
}

/** Rows are never changed, so a version that was read once is known for good. */
export async function priceRulesOf(db: Database, version: number): Promise<PriceRules> {
  const [row] = await db.query<{ version: number; rules: unknown }>(
    'select version, rules from price_rules where version = $1',
    [version],
  );
  if (!row) throw new Error(`There are no price rules ${version}`);
  return parsed(row).rules;
}

function parsed({ version, rules }: { version: number; rules: unknown }): VersionedPriceRules {
  return { version, rules: priceRulesSchema.parse(rules) };
}
