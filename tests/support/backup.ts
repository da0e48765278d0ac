import type { ShopUnderTest } from './shop.ts';

interface Table {
  name: string;
  columns: string;
}

/**
 * Keeps the shop's tables as they are at one moment; the simulators' go on. Calling what it returns puts them back, as
 * after a restore of a dump, which is made without the data of `kv`.
 */
export async function takeBackup({ app, query }: ShopUnderTest): Promise<() => Promise<void>> {
  const tables = await query<Table>(
    `SELECT c.relname AS name, string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum) AS columns
     FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
     WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped
       AND a.attgenerated = '' GROUP BY c.relname`,
  );
  const { db } = app.deps;
  await db.transaction(async (tx) => {
    await tx.query(`DROP SCHEMA IF EXISTS backup CASCADE`);
    await tx.query(`CREATE SCHEMA backup`);
    // One moment for all of them.
    await tx.query(`LOCK TABLE ${tables.map(({ name }) => `public.${name}`).join(', ')} IN SHARE MODE`);
    for (const { name, columns } of tables) {
      await tx.query(`CREATE TABLE backup.${name} AS SELECT ${columns} FROM public.${name}`);
    }
  });
  return () =>
    db.transaction(async (tx) => {
      await tx.query(`TRUNCATE ${tables.map(({ name }) => `public.${name}`).join(', ')}`);
      await tx.query(`SET LOCAL session_replication_role = replica`);
      for (const { name, columns } of tables.filter(({ name }) => name !== 'kv')) {
        await tx.query(
          `INSERT INTO public.${name} (${columns}) OVERRIDING SYSTEM VALUE SELECT ${columns} FROM backup.${name}`,
        );
      }
    });
}
