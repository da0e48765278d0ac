import type { CatalogueDeps } from '../../lib/catalogue/deps.ts';
import type { CatalogueSupplier, SupplierBundle } from '../../lib/catalogue/supplier.ts';
import { connectPg } from '../../lib/db/pg.ts';
import type { Database } from '../../lib/db/sql.ts';
import type { Kv } from '../../lib/kv/kv.ts';
import { createMemoryKv } from '../../lib/kv/memory.ts';
import { createLog } from '../../lib/log/log.ts';
import { createTestDatabase } from '../support/database.ts';

export const aBundle = (name: string, change: Partial<SupplierBundle> = {}): SupplierBundle => {
  const [, gigabytes = '1', days = '7', code = 'PT'] = /^esim_(\d+)GB_(\d+)D_([A-Z0-9-]+)_V2$/.exec(name) ?? [];
  return {
    name,
    description: `eSIM, ${gigabytes}GB, ${days} Days, V2`,
    groups: ['Standard Fixed'],
    countries: [{ iso: code }],
    roaming: [],
    dataMb: Number(gigabytes) * 1000,
    durationDays: Number(days),
    unlimited: false,
    autostart: true,
    speeds: ['4G', '5G'],
    priceMilli: Number(gigabytes) * 1000,
    ...change,
  };
};

/** The far side: what it sells, and how it breaks. */
export class FakeSupplier implements CatalogueSupplier {
  pages: SupplierBundle[][];
  currency = 'USD';
  /** Thrown when this page is asked for, counted from 0. */
  failure: { page: number; error: Error } | null = null;
  /** Each page waits for it. */
  gate: Promise<void> = Promise.resolve();
  listings = 0;

  constructor(pages: SupplierBundle[][]) {
    this.pages = pages;
  }

  async *listCatalogue(): AsyncGenerator<SupplierBundle[]> {
    this.listings += 1;
    for (const [index, page] of this.pages.entries()) {
      await this.gate;
      if (this.failure?.page === index) throw this.failure.error;
      yield page;
    }
  }

  async getOrganisation(): Promise<{ currency: string }> {
    return { currency: this.currency };
  }
}

export interface TestShop {
  deps: CatalogueDeps;
  supplier: FakeSupplier;
  db: Database;
  kv: Kv;
  lines: string[];
  /** How many statements reached PostgreSQL. */
  queries: () => number;
  advance: (seconds: number) => void;
  /** The sync that the last answer started, if it started one. */
  settled: () => Promise<void>;
  /** Another instance of the same shop: same database and store, nothing in its memory. */
  otherInstance: () => CatalogueDeps;
  close: () => Promise<void>;
}

export async function openTestShop(
  pages: SupplierBundle[][],
  settings: Partial<CatalogueDeps['settings']> = {},
): Promise<TestShop> {
  const database = await createTestDatabase();
  const pool = connectPg({ url: database.url });
  let queryCount = 0;
  const db: Database = {
    query: (text, values) => {
      queryCount += 1;
      return pool.query(text, values);
    },
    transaction: (work) => {
      queryCount += 1;
      return pool.transaction(work);
    },
    close: () => pool.close(),
  };
  let nowMs = Date.parse('2026-09-27T12:00:00Z');
  const now = () => new Date(nowMs);
  const kv = createMemoryKv({ now: () => nowMs });
  const supplier = new FakeSupplier(pages);
  const lines: string[] = [];
  const work = new Set<Promise<unknown>>();
  const deps: CatalogueDeps = {
    db,
    kv,
    supplier,
    settings: { catalogueTtlS: 21_600, maxStars: 10_000, ...settings },
    log: createLog((line) => lines.push(line), now),
    background: (promise) => {
      work.add(promise);
    },
    now,
  };
  return {
    deps,
    supplier,
    db,
    kv,
    lines,
    queries: () => queryCount,
    advance: (seconds) => {
      nowMs += seconds * 1000;
    },
    settled: async () => {
      await Promise.all(work);
      work.clear();
    },
    otherInstance: () => ({
      ...deps,
      kv: {
        get: (key) => kv.get(key),
        set: (key, value, options) => kv.set(key, value, options),
        delete: (key) => kv.delete(key),
        increment: (key, by, ttlS) => kv.increment(key, by, ttlS),
        close: () => kv.close(),
      },
    }),
    close: async () => {
      await Promise.all(work);
      await pool.close();
      await database.drop();
    },
  };
}
