import type { Database } from '../db/sql.ts';
import type { Kv } from '../kv/kv.ts';
import type { Log } from '../log/log.ts';
import type { CatalogueSupplier } from './supplier.ts';

export interface CatalogueDeps {
  db: Database;
  kv: Kv;
  supplier: CatalogueSupplier;
  settings: { catalogueTtlS: number; maxStars: number };
  log: Log;
  /** Keeps the instance alive until the work is done, after the answer was sent. */
  background: (work: Promise<unknown>) => void;
  now: () => Date;
}
