/** What the catalogue needs to know of a bundle, as the supplier states it. */
export interface SupplierBundle {
  readonly name: string;
  readonly description: string;
  readonly groups: readonly string[];
  /** The base country; a region's pseudo-country has a label instead of a code. */
  readonly countries: readonly { readonly iso: string }[];
  /** Where a regional bundle works. Empty when the supplier does not say. */
  readonly roaming: readonly { readonly iso: string }[];
  /** Null when unlimited. */
  readonly dataMb: number | null;
  readonly durationDays: number;
  readonly unlimited: boolean;
  readonly autostart: boolean;
  readonly speeds: readonly string[];
  readonly priceMilli: number;
}

export interface UnreadableRow {
  readonly name: string | null;
  readonly issues: readonly string[];
}

export interface CatalogueSupplier {
  /** Ends without an error only when every bundle on sale was seen. */
  listCatalogue(options: { onUnreadable: (row: UnreadableRow) => void }): AsyncIterable<readonly SupplierBundle[]>;
  getOrganisation(): Promise<{ readonly currency: string }>;
}
