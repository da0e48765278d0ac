import { createHash } from 'node:crypto';
import {
  destinationsAnswerSchema,
  type Destination,
  type DestinationsAnswer,
  type Plan,
  type PlansAnswer,
} from '../contract/catalogue.ts';
import { priceBundle, usdOfCents, type BundlePrice } from '../money/price-bundle.ts';
import type { PriceRules } from '../money/price-rules.ts';
import { memoryOf, readKv, rulesOf, writeKv, type CurrentCatalogue, type StoredAnswer } from './current-catalogue.ts';
import type { CatalogueDeps } from './deps.ts';
import { partOfWorld } from './part-of-world.ts';
import { PRODUCT_COLUMNS, type Product } from './product.ts';
import { canTopUp, fairUseOf } from './tier.ts';

type Deps = Pick<CatalogueDeps, 'db' | 'kv' | 'settings' | 'log' | 'now'>;

/** All that a line in the list of destinations is made of. */
type ListedProduct = Pick<
  Product,
  'bundleName' | 'tier' | 'destinationCode' | 'destinationKind' | 'coverage' | 'costMilli' | 'costCurrency'
>;

interface Priced<Kind> {
  product: Kind;
  price: BundlePrice;
}

export async function destinationsAnswer(deps: Deps, current: CurrentCatalogue): Promise<StoredAnswer> {
  const answer = await storedAnswer(deps, current, 'destinations', async () => {
    const products = await deps.db.query<ListedProduct>(
      `select bundle_name as "bundleName", tier, destination_code as "destinationCode",
         destination_kind as "destinationKind", coverage, cost_milli as "costMilli", cost_currency as "costCurrency"
       from esimgo_products where state = 'listed' order by destination_code`,
    );
    const priced = withPrices(products, await rulesOf(deps, current.rulesVersion), deps.settings.maxStars);
    return { ...headOf(current), destinations: destinationsOf(priced) } satisfies DestinationsAnswer;
  });
  if (!answer) throw new Error('The answer that there always is was not made');
  return answer;
}

/** Null for a code that nothing is sold for. */
export async function plansAnswer(deps: Deps, current: CurrentCatalogue, code: string): Promise<StoredAnswer | null> {
  // Codes come from strangers: once the codes on sale are known, others reach neither the store nor the database.
  const { codes } = memoryOf(deps.kv).answers;
  if (codes && !codes.has(code)) return null;
  return storedAnswer(deps, current, `plans:${code}`, async () => {
    if (!(await soldCodes(deps, current)).has(code)) return null;
    const products = await deps.db.query<Product>(
      `select ${PRODUCT_COLUMNS} from esimgo_products where state = 'listed' and destination_code = $1`,
      [code],
    );
    const priced = withPrices(products, await rulesOf(deps, current.rulesVersion), deps.settings.maxStars);
    const [destination] = destinationsOf(priced);
    if (!destination) return null;
    return { ...headOf(current), destination, plans: priced.map(planOf).sort(bySizeDaysPrice) } satisfies PlansAnswer;
  });
}

async function storedAnswer(
  deps: Deps,
  current: CurrentCatalogue,
  name: string,
  make: () => Promise<object | null>,
): Promise<StoredAnswer | null> {
  const key = `catalogue:${current.version}:${name}`;
  const { answers } = memoryOf(deps.kv);
  // A newer version came while this request was under way; what it asks for is not worth remembering.
  if (answers.version !== current.version) return loadAnswer(deps, key, make);
  let answer = answers.byKey.get(key);
  if (!answer) {
    answer = loadAnswer(deps, key, make);
    answers.byKey.set(key, answer);
    const forget = () => answers.byKey.delete(key);
    answer.then((made) => made ?? forget(), forget);
  }
  return answer;
}

async function loadAnswer(deps: Deps, key: string, make: () => Promise<object | null>): Promise<StoredAnswer | null> {
  const text = await readKv(deps, key);
  const lineEnd = text?.indexOf('\n') ?? -1;
  if (text !== null && lineEnd > 0) return { etag: text.slice(0, lineEnd), body: text.slice(lineEnd + 1) };
  const made = await make();
  if (!made) return null;
  const body = JSON.stringify(made);
  const etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`;
  // Longer than a version lives where syncs succeed; where they fail it is made again.
  const ttlS = Math.max(2 * deps.settings.catalogueTtlS, 3600);
  await writeKv(deps, key, `${etag}\n${body}`, { ttlS });
  return { etag, body };
}

async function soldCodes(deps: Deps, current: CurrentCatalogue): Promise<ReadonlySet<string>> {
  const { answers } = memoryOf(deps.kv);
  if (answers.codes && answers.version === current.version) return answers.codes;
  const { body } = await destinationsAnswer(deps, current);
  const { destinations } = destinationsAnswerSchema.parse(JSON.parse(body));
  const codes = new Set(destinations.map(({ code }) => code));
  if (answers.version === current.version) answers.codes = codes;
  return codes;
}

function headOf(current: CurrentCatalogue): Pick<DestinationsAnswer, 'version' | 'updated_at' | 'source'> {
  return { version: current.version, updated_at: current.updatedAt, source: current.source };
}

function withPrices<Kind extends ListedProduct>(
  products: readonly Kind[],
  rules: PriceRules,
  maxStars: number,
): Priced<Kind>[] {
  return products.flatMap((product) => {
    const price = priceBundle({ ...product, group: product.tier }, rules, maxStars);
    return 'unsellable' in price ? [] : [{ product, price }];
  });
}

function destinationsOf(priced: readonly Priced<ListedProduct>[]): Destination[] {
  const byCode = new Map<string, Destination & { covered: Set<string> }>();
  for (const { product, price } of priced) {
    const known = byCode.get(product.destinationCode);
    if (known) {
      known.from_stars = Math.min(known.from_stars, price.stars);
      known.plans += 1;
      for (const iso of product.coverage) known.covered.add(iso);
    } else {
      byCode.set(product.destinationCode, {
        code: product.destinationCode,
        kind: product.destinationKind,
        region: product.destinationKind === 'country' ? partOfWorld(product.destinationCode) : product.destinationCode,
        iso: [],
        from_stars: price.stars,
        plans: 1,
        covered: new Set(product.coverage),
      });
    }
  }
  return [...byCode.values()].map(({ covered, ...destination }) => ({ ...destination, iso: [...covered].sort() }));
}

function planOf({ product, price }: Priced<Product>): Plan {
  const fairUse = fairUseOf(product.tier);
  return {
    id: product.bundleName,
    data_mb: product.dataMb,
    unlimited: product.unlimited,
    days: product.days,
    plan_type: product.planType,
    tier: product.tier,
    speeds: [...product.speeds],
    coverage: [...product.coverage],
    ...(fairUse && { fair_use: fairUse }),
    autostart: product.autostart,
    price_stars: price.stars,
    price_usd: usdOfCents(price.usdCents),
    can_top_up: canTopUp(product.tier, product.autostart),
  };
}

/** Unlimited plans after the others; the name decides last, so that equal catalogues are equal bytes. */
function bySizeDaysPrice(one: Plan, other: Plan): number {
  return (
    Number(one.unlimited) - Number(other.unlimited) ||
    (one.data_mb ?? 0) - (other.data_mb ?? 0) ||
    one.days - other.days ||
    one.price_stars - other.price_stars ||
    (one.id < other.id ? -1 : 1)
  );
}
