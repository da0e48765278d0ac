import { expect } from 'vitest';
import { brokenPromises, readTables, type Exceptions } from '../../scripts/chaos/books.ts';
import type { ShopUnderTest } from './shop.ts';

/** The promises of the money path hold, over the simulators' ledger and our tables. To be called when nothing is under way. */
export async function expectBooksToBalance(shop: ShopUnderTest, exceptions: Exceptions = {}): Promise<void> {
  const [ledger, tables] = await Promise.all([shop.ledger(), readTables(shop.query)]);
  const broken = brokenPromises({ ledger, ...tables }, exceptions);
  expect(broken.map(({ promise }) => promise)).toEqual([]);
}
