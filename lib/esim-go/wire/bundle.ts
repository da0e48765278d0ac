import * as z from 'zod';
import { listWire, milliWire, textWire } from './common.ts';

export interface BundlePlace {
  /** ISO 3166 alpha-2, a vendor's own code, or the label of a region when the bundle is regional. */
  readonly iso: string;
  readonly name: string;
  readonly region: string;
}

export interface BundleAllowance {
  readonly type: string;
  readonly service: string;
  readonly amount: number | null;
  readonly unit: string;
  readonly unlimited: boolean;
}

export interface Bundle {
  readonly name: string;
  readonly description: string;
  readonly groups: readonly string[];
  /** The base country; a regional bundle has one pseudo-country here and its real coverage in `roaming`. */
  readonly countries: readonly BundlePlace[];
  readonly roaming: readonly BundlePlace[];
  /** Decimal megabytes (1000 = 1 GB); null when unlimited. */
  readonly dataMb: number | null;
  readonly durationDays: number;
  readonly unlimited: boolean;
  readonly autostart: boolean;
  readonly speeds: readonly string[];
  /** What the bundle costs us, in thousandths of the organisation's currency. */
  readonly priceMilli: number;
  readonly profileName: string | null;
  readonly allowances: readonly BundleAllowance[];
}

const flatPlaceWire = z.object({ iso: z.string().min(1), name: textWire, region: textWire });
// Some accounts get the country one level deeper, beside its networks.
const placeWire = z
  .union([flatPlaceWire, z.object({ country: flatPlaceWire }).transform((nested) => nested.country)])
  .transform(({ iso, name, region }): BundlePlace => ({ iso, name: name ?? iso, region: region ?? '' }));

const allowanceWire = z.object({
  type: z.string(),
  service: textWire,
  amount: z.number().nullish(),
  unit: textWire,
  unlimited: z.boolean().nullish(),
});

const bundleWire = z
  .object({
    name: z.string().min(1),
    description: textWire,
    groups: z.union([listWire(z.string()), z.string().transform((group) => [group])]),
    // The single-bundle call writes the same list in the singular.
    group: z.union([listWire(z.string()), z.string().transform((group) => [group])]),
    countries: listWire(placeWire),
    roamingEnabled: listWire(placeWire),
    dataAmount: z.number().nullish(),
    duration: z.number().int().positive(),
    speed: listWire(z.string()),
    autostart: z.boolean().nullish(),
    unlimited: z.boolean().nullish(),
    price: milliWire().refine((milli) => milli > 0, 'no price'),
    profileName: textWire,
    allowances: listWire(allowanceWire),
  })
  .refine((bundle) => isUnlimited(bundle) || dataMbOf(bundle) > 0, {
    path: ['dataAmount'],
    message: 'no amount of data',
  });

interface DataWire {
  readonly dataAmount?: number | null | undefined;
  readonly unlimited?: boolean | null | undefined;
  readonly allowances: readonly z.output<typeof allowanceWire>[];
}

// The flag decides, never the amount: an unlimited bundle's amount is -1 or any other number.
function isUnlimited(bundle: DataWire): boolean {
  return bundle.unlimited ?? bundle.allowances.some(({ type, unlimited }) => type === 'DATA' && unlimited === true);
}

function dataMbOf(bundle: DataWire): number {
  if (bundle.dataAmount !== undefined && bundle.dataAmount !== null) return bundle.dataAmount;
  return bundle.allowances
    .filter(({ type, unit }) => type === 'DATA' && unit === 'MB')
    .reduce((sum, { amount }) => sum + (amount ?? 0), 0);
}

export function decodeBundle(wire: unknown): Bundle {
  const bundle = bundleWire.parse(wire);
  const unlimited = isUnlimited(bundle);
  return {
    name: bundle.name,
    description: bundle.description ?? '',
    groups: bundle.groups.length > 0 ? bundle.groups : bundle.group,
    countries: bundle.countries,
    roaming: bundle.roamingEnabled,
    dataMb: unlimited ? null : dataMbOf(bundle),
    durationDays: bundle.duration,
    unlimited,
    autostart: bundle.autostart ?? false,
    speeds: bundle.speed,
    priceMilli: bundle.price,
    profileName: bundle.profileName || null,
    allowances: bundle.allowances.map(({ type, service, amount, unit, unlimited: hasNoLimit }) => ({
      type,
      service: service ?? '',
      amount: amount ?? null,
      unit: unit ?? '',
      unlimited: hasNoLimit ?? false,
    })),
  };
}

/** One page, its rows not yet decoded: one odd bundle must not keep the others from being sold. */
export interface CataloguePage {
  readonly rows: readonly unknown[];
  readonly pageCount: number | null;
  /** How many bundles all pages hold together. */
  readonly totalRows: number | null;
}

const cataloguePageWire = z.union([
  z.array(z.unknown()).transform((rows) => ({ bundles: rows, pageCount: null, rows: null })),
  z.object({
    bundles: z
      .array(z.unknown())
      .nullable()
      .transform((rows) => rows ?? []),
    pageCount: z.number().int().nullish(),
    rows: z.number().int().nullish(),
  }),
]);

export function decodeCataloguePage(wire: unknown): CataloguePage {
  const page = cataloguePageWire.parse(wire);
  return { rows: page.bundles, pageCount: page.pageCount ?? null, totalRows: page.rows ?? null };
}
