import * as z from 'zod';
import type { CallPriority } from '../rate-limit.ts';
import type { EsimGoRequest, Transport } from '../transport.ts';
import { decodeBundle, decodeCataloguePage, type Bundle } from '../wire/bundle.ts';
import { issuesOf } from '../wire/common.ts';
import { decodeNetworks, type CountryNetworks } from '../wire/account.ts';

export interface ListCatalogueOptions {
  readonly perPage?: number;
  readonly priority?: CallPriority;
  /** Told of each row that cannot be sold because it is not in the known form or has no price. */
  readonly onUnreadable?: (row: { readonly name: string | null; readonly issues: readonly string[] }) => void;
}

export function catalogueCalls(transport: Transport) {
  /**
   * Every bundle the account may sell, a page at a time. Ends normally only if all of it was seen: a listing that came
   * to its end without an error may be used to decide what is no longer sold.
   */
  async function* listCatalogue(options: ListCatalogueOptions = {}): AsyncGenerator<Bundle[], void, undefined> {
    const { perPage = 1000, priority = 'sync' } = options;
    const seen = new Set<string>();
    let seenRows = 0;
    for (let page = 1; ; page += 1) {
      const request: EsimGoRequest = {
        method: 'GET',
        path: '/catalogue',
        query: [
          ['page', String(page)],
          ['perPage', String(perPage)],
        ],
        priority,
        repeat: 'safe',
      };
      const { value } = await transport.read(request, decodeCataloguePage);
      const bundles = value.rows.flatMap((row) => readBundle(row, options));
      if (value.rows.length > 0 && bundles.length === 0) {
        throw transport.shapeError(request, [`page ${page}: none of its ${value.rows.length} bundles is readable`]);
      }
      if (bundles.some(({ name }) => seen.has(name)))
        throw transport.shapeError(request, [`page ${page}: bundles repeat`]);
      for (const { name } of bundles) seen.add(name);
      seenRows += value.rows.length;
      if (bundles.length > 0) yield bundles;
      // A bare list has no page count, and a short page may only mean that the vendor allows no larger one.
      const isLast = value.rows.length === 0 || (value.pageCount !== null && page >= value.pageCount);
      if (!isLast) continue;
      if (value.totalRows !== null && value.totalRows !== seenRows) {
        throw transport.shapeError(request, [`saw ${seenRows} of ${value.totalRows} bundles`]);
      }
      return;
    }
  }

  /** A name that is not sold any more is refused with some 4xx; which one is not documented. */
  async function getBundle(name: string, options: { priority?: CallPriority } = {}): Promise<Bundle> {
    const path = `/catalogue/bundle/${encodeURIComponent(name)}`;
    const request: EsimGoRequest = { method: 'GET', path, priority: options.priority ?? 'status', repeat: 'safe' };
    return (await transport.read(request, decodeBundle)).value;
  }

  async function listNetworks(isos: readonly string[]): Promise<CountryNetworks[]> {
    const query = [['isos', isos.join(',')]] as const;
    const request: EsimGoRequest = { method: 'GET', path: '/networks', query, priority: 'sync', repeat: 'safe' };
    return (await transport.read(request, decodeNetworks)).value;
  }

  return { listCatalogue, getBundle, listNetworks };
}

function readBundle(row: unknown, { onUnreadable }: ListCatalogueOptions): Bundle[] {
  try {
    return [decodeBundle(row)];
  } catch (error) {
    if (!(error instanceof z.ZodError)) throw error;
    onUnreadable?.({ name: nameOf(row), issues: issuesOf(error) });
    return [];
  }
}

function nameOf(row: unknown): string | null {
  return typeof row === 'object' && row !== null && 'name' in row && typeof row.name === 'string' ? row.name : null;
}
