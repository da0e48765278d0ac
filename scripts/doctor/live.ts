import * as z from 'zod';
import type { App } from '../../lib/app.ts';
import { EsimGoRefusedError } from '../../lib/esim-go/errors.ts';
import { ok, reasonOf, skipped, warn, wrong, type Finding } from './finding.ts';

const TIMEOUT_MS = 30_000;
/** In the vendor's grammar, and sold to nobody. */
const UNKNOWN_BUNDLE = 'esim_1GB_7D_ZZ_V2';
const PAGE_SIZE = 1000;

const bundleSchema = z.looseObject({
  name: z.string(),
  price: z.number().nullish(),
  unlimited: z.boolean().nullish(),
  dataAmount: z.number().nullish(),
  countries: z.array(z.looseObject({})).nullish(),
  roamingEnabled: z.array(z.looseObject({})).nullish(),
});
const pageSchema = z.looseObject({
  bundles: z.array(bundleSchema),
  pageCount: z.number().nullish(),
  pageSize: z.number().nullish(),
  rows: z.number().nullish(),
});
const listSchema = z.looseObject({ esims: z.array(z.looseObject({ customerRef: z.string().nullish() })).nullish() });

type Bundle = z.output<typeof bundleSchema>;
type Page = z.output<typeof pageSchema>;

interface Asked {
  status: number;
  headers: Headers;
  json: unknown;
}

/**
 * What only a real key can answer. It reads, and it validates an order, which prices it and buys nothing; `placeOrder`
 * is called nowhere in the doctor.
 */
export async function liveFindings(app: App, canReadDatabase: boolean): Promise<readonly Finding[]> {
  const findings: Finding[] = [await organisationFinding(app)];
  const listing = await ask(app, `/catalogue?page=1&perPage=${PAGE_SIZE}`);
  const page = pageSchema.safeParse(listing.json);
  if (page.success) {
    const unasked = pageSchema.safeParse((await ask(app, '/catalogue?page=1')).json);
    const defaultSize = unasked.success ? unasked.data.bundles.length : null;
    findings.push(
      ...pageFindings(page.data, listing.headers, defaultSize, await unlimitedBundle(app, page.data)),
      ...(await validateFindings(app, page.data)),
    );
  } else {
    findings.push(
      wrong('live: catalogue', `answers ${listing.status}, not a page of bundles`, 'Run `npm run esimgo:probe`.'),
    );
  }
  findings.push(await ordersFinding(app));
  if (canReadDatabase) findings.push(...(await esimFindings(app)));
  return [
    ...findings,
    skipped('live: callback signature', 'hex or base64: told by the first callback, and both are taken'),
    skipped('live: empty balance', 'the answer to an order without balance is seen only by buying'),
  ];
}

/** The answer as it is, for questions about its form; bodies are never printed. */
async function ask({ deps, secrets }: App, path: string): Promise<Asked> {
  const response = await fetch(`${deps.config.esimGo.baseUrl}${path}`, {
    headers: { accept: 'application/json', 'x-api-key': secrets.get('esimGoApiKey') },
    redirect: 'manual',
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  const text = await response.text();
  let json: unknown = null;
  try {
    json = JSON.parse(text);
  } catch {
    // Errors of the router are plain text; the status says enough.
  }
  return { status: response.status, headers: response.headers, json };
}

async function organisationFinding(app: App): Promise<Finding> {
  const { status, json } = await ask(app, '/organisation');
  const isWrapped = z.looseObject({ organisations: z.array(z.unknown()) }).safeParse(json).success;
  return status === 200
    ? ok('live: organisation', isWrapped ? 'a list with one entry' : 'one object')
    : wrong('live: organisation', `answers ${status}`, 'Run `npm run esimgo:probe`.');
}

async function unlimitedBundle(app: App, { bundles }: Page): Promise<Bundle | undefined> {
  const isUnlimited = (bundle: Bundle): boolean => bundle.unlimited === true;
  const here = bundles.find(isUnlimited);
  if (here !== undefined) return here;
  const named = pageSchema.safeParse((await ask(app, '/catalogue?page=1&perPage=10&description=Unlimited')).json);
  return named.success ? named.data.bundles.find(isUnlimited) : undefined;
}

function pageFindings(
  { bundles, pageCount, pageSize, rows }: Page,
  headers: Headers,
  defaultSize: number | null,
  unlimited: Bundle | undefined,
): Finding[] {
  const countries = bundles.find((bundle) => bundle.countries?.length)?.countries?.[0];
  const cost = headers.get('x-ratelimit-cost') ?? 'not said';
  return [
    bundles.length === 0
      ? wrong('live: catalogue', 'is empty', 'Ask eSIM Go which price list this account has.')
      : ok('live: catalogue', `${rows ?? '?'} bundles on ${pageCount ?? '?'} pages of ${pageSize ?? bundles.length}`),
    ok(
      'live: page size',
      `asked for ${PAGE_SIZE}, got ${bundles.length}; unasked ${defaultSize ?? '?'}; cost in rate tokens: ${cost}`,
    ),
    ok('live: countries', countries !== undefined && 'country' in countries ? 'nested under "country"' : 'flat'),
    ok(
      'live: regions',
      bundles.some((bundle) => (bundle.roamingEnabled?.length ?? 0) > 1)
        ? 'list their countries in roamingEnabled'
        : 'none on this page lists its countries',
    ),
    unlimited === undefined
      ? skipped('live: unlimited', 'none was found')
      : ok('live: unlimited', `dataAmount is ${unlimited.dataAmount ?? 'left out'}; the flag is what counts`),
  ];
}

async function validateFindings(app: App, { bundles }: Page): Promise<Finding[]> {
  const { supplier } = app.deps;
  const cheapest = bundles
    .filter((bundle) => (bundle.price ?? 0) > 0)
    .sort((a, b) => (a.price ?? 0) - (b.price ?? 0))[0];
  const findings: Finding[] = [];
  if (cheapest !== undefined) {
    try {
      const answer = await supplier.validateOrder({ bundleName: cheapest.name });
      const says = `${cheapest.name}: ${answer.totalMilli / 1000} ${answer.currency}, listed at ${cheapest.price ?? '?'}`;
      const isSame = answer.totalMilli === Math.round((cheapest.price ?? 0) * 1000);
      findings.push(
        !answer.valid
          ? wrong(
              'live: validate',
              `${cheapest.name} is not valid`,
              'Ask eSIM Go why a listed bundle cannot be ordered.',
            )
          : isSame
            ? ok('live: validate', says)
            : warn('live: validate', says, 'The list and the order disagree on the cost: ask eSIM Go.'),
      );
    } catch (error) {
      findings.push(
        wrong('live: validate', reasonOf(error), 'Orders would fail the same way: run `npm run esimgo:probe`.'),
      );
    }
  }
  const refusalOf = async (work: () => Promise<unknown>): Promise<string> => {
    try {
      await work();
      return 'accepted';
    } catch (error) {
      return error instanceof EsimGoRefusedError ? `${error.status} ${error.vendorMessage}` : reasonOf(error);
    }
  };
  const order = await refusalOf(() => supplier.validateOrder({ bundleName: UNKNOWN_BUNDLE }));
  const listed = await refusalOf(() => supplier.getBundle(UNKNOWN_BUNDLE));
  findings.push(ok('live: unknown bundle', `validate: ${order}; catalogue: ${listed}`));
  return findings;
}

async function ordersFinding({ deps }: App): Promise<Finding> {
  const createdFrom = new Date(deps.now().getTime() - 30 * 86_400_000);
  const { orders, totalRows } = await deps.supplier.listOrders({ createdFrom, limit: 100 });
  const failed = orders.filter(({ status }) => status === 'failed').length;
  return ok(
    'live: orders',
    `${totalRows ?? orders.length} in 30 days; of the first ${orders.length}, ${failed} failed`,
  );
}

async function esimFindings(app: App): Promise<Finding[]> {
  const [esim] = await app.deps.db.query<{ iccid: string }>(
    `SELECT iccid FROM esims WHERE tagged_at IS NOT NULL ORDER BY tagged_at DESC LIMIT 1`,
  );
  if (esim === undefined) return [skipped('live: an eSIM of ours', 'none was issued yet')];
  const details = await ask(app, `/esims/${esim.iccid}?additionalFields=installUrl`);
  const links = ['appleInstallUrl', 'androidInstallUrl'].filter(
    (name) => z.looseObject({ [name]: z.string().min(1) }).safeParse(details.json).success,
  );
  const misfit = await ask(app, `/esims/${esim.iccid}/compatible/${UNKNOWN_BUNDLE}`);
  const part = (await app.deps.shopId()).slice(0, -1);
  const found = listSchema.safeParse((await ask(app, `/esims?filterBy=customerRef&filter=${part}&perPage=10`)).json);
  const hits = found.success ? (found.data.esims ?? []).length : 0;
  return [
    ok('live: install links', links.length === 0 ? 'none: the shop makes its own' : links.join(', ')),
    ok('live: top-up that does not fit', `answers ${misfit.status}`),
    ok('live: filter by customerRef', hits > 0 ? 'matches parts of it as well' : 'matches the whole text only'),
  ];
}
