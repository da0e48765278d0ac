import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { migrate, MigrationError } from '../lib/db/migrate.ts';

const USAGE = `npm run migrate

Applies the SQL files of lib/db/migrations that the database does not have yet. It may be run at any time, also by
several at once. The database is the first of these settings that is set, in the environment or in .env:

  DATABASE_URL_UNPOOLED   a direct connection; best for migrations
  DATABASE_URL
  POSTGRES_URL

Exit code: 0 done or nothing to do, 1 failed (nothing of the failing file was applied), 2 wrong use.`;

async function main(): Promise<number> {
  const { help } = parseArgs({ options: { help: { type: 'boolean', short: 'h' } } }).values;
  if (help) {
    console.log(USAGE);
    return 0;
  }
  if (existsSync('.env')) process.loadEnvFile('.env');
  const { DATABASE_URL_UNPOOLED, DATABASE_URL, POSTGRES_URL } = process.env;
  // An empty value, as in a copied .env.example, counts as not set.
  const connectionString = DATABASE_URL_UNPOOLED || DATABASE_URL || POSTGRES_URL;
  if (!connectionString) {
    console.error('Set DATABASE_URL (or DATABASE_URL_UNPOOLED) to the database that is to be migrated.');
    return 2;
  }
  try {
    const { applied } = await migrate({ connectionString });
    console.log(
      applied.length > 0 ? `Applied ${applied.join(', ')}.` : 'Nothing to apply: the database is up to date.',
    );
    return 0;
  } catch (error) {
    console.error(error instanceof MigrationError ? `${error.message}.` : `The migration failed: ${reasonOf(error)}.`);
    return 1;
  }
}

/** A name with several addresses fails with one error for each of them and no message of its own. */
function reasonOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(reasonOf).join('; ');
  return error instanceof Error ? error.message : String(error);
}

try {
  process.exitCode = await main();
} catch (error) {
  console.error(`${reasonOf(error)}\n\n${USAGE}`);
  process.exitCode = 2;
}
