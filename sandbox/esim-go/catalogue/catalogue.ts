import type { Bundle } from './generate-bundles.ts';
import { generateBundles } from './generate-bundles.ts';

/** What the vendor sells at the moment: the generated bundles with the prices and removals that were set. */
export interface Catalogue {
  /** On sale, sorted by name. */
  onSale(): readonly Bundle[];
  findOnSale(name: string): Bundle | undefined;
  /** Also finds what is not sold any more, because eSIMs may still carry it. */
  find(name: string): Bundle | undefined;
  /** `null` takes the bundle off sale. */
  override(name: string, priceMilli: number | null): void;
  restore(name: string): void;
}

export function createCatalogue(): Catalogue {
  const generated = new Map(generateBundles().map((bundle) => [bundle.name, bundle]));
  const overrides = new Map<string, Bundle | null>();
  let sold: readonly Bundle[] | null = null;

  function findOnSale(name: string): Bundle | undefined {
    const override = overrides.get(name);
    if (override === null) return undefined;
    return override ?? generated.get(name);
  }

  return {
    onSale() {
      sold ??= [...generated.keys()].flatMap((name) => findOnSale(name) ?? []);
      return sold;
    },
    findOnSale,
    find: (name) => findOnSale(name) ?? generated.get(name),
    override(name, priceMilli) {
      const bundle = generated.get(name);
      if (bundle === undefined) return;
      overrides.set(name, priceMilli === null ? null : { ...bundle, priceMilli });
      sold = null;
    },
    restore(name) {
      overrides.delete(name);
      sold = null;
    },
  };
}
