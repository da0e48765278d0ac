import type { App } from '../../lib/app.ts';
import { EsimGoRefusedError, EsimGoUnreachableError } from '../../lib/esim-go/errors.ts';
import type { Organisation } from '../../lib/esim-go/wire/account.ts';
import { CHECK_CALLBACK } from './address.ts';
import { clockFinding } from './database.ts';
import { ok, skipped, warn, wrong, type Finding } from './finding.ts';

// The threshold at which eSIM Go itself begins to warn.
const LOW_BALANCE_MILLI = 100_000;
const MAX_RATE_AGE_DAYS = 180;

export async function supplierFindings(app: App): Promise<readonly Finding[]> {
  const { supplier } = app.deps;
  let organisation: Organisation;
  try {
    organisation = await supplier.getOrganisation();
  } catch (error) {
    return [refusalFinding(error)];
  }
  const { balanceMilli, currency } = organisation;
  const balance = `${(balanceMilli / 1000).toFixed(2)} ${currency}`;
  const skewMs = supplier.clockSkewMs();
  return [
    ok('eSIM Go', `the key works at ${app.deps.config.esimGo.baseUrl}`),
    balanceMilli <= 0
      ? wrong('balance at eSIM Go', balance, 'Nothing can be sold: top it up in the portal.')
      : balanceMilli < LOW_BALANCE_MILLI
        ? warn('balance at eSIM Go', balance, 'Top it up in the portal before it runs out.')
        : ok('balance at eSIM Go', balance),
    await catalogueFinding(app),
    await rateFinding(app, currency),
    ...callbackFindings(app, organisation.callbackUrl, await lastCallback(app)),
    skewMs === null ? skipped('clock of eSIM Go', 'it sends no date') : clockFinding('clock of eSIM Go', skewMs),
  ];
}

const KEY_REFUSED = 'refuses the key';

/** What hangs on the key says nothing of its own then. */
export function isKeyRefused(findings: readonly Finding[]): boolean {
  return findings.some(({ name, says }) => name === 'eSIM Go' && says.startsWith(KEY_REFUSED));
}

function refusalFinding(error: unknown): Finding {
  if (error instanceof EsimGoRefusedError && (error.status === 401 || error.status === 403)) {
    return wrong(
      'eSIM Go',
      `${KEY_REFUSED} (${error.status})`,
      'Copy the key again from the portal, Account Settings → API Details, and see that no IP allow-list is on; `npm run esimgo:probe` tells more.',
    );
  }
  if (error instanceof EsimGoRefusedError && error.status === 404) {
    return wrong(
      'eSIM Go',
      'no such route (404)',
      'ESIMGO_API_URL has a wrong version or host: run `npm run esimgo:probe`.',
    );
  }
  if (error instanceof EsimGoUnreachableError) {
    return wrong(
      'eSIM Go',
      `no answer: ${error.causeCode ?? error.reason}`,
      'Check ESIMGO_API_URL and the network of this machine.',
    );
  }
  return wrong('eSIM Go', error instanceof Error ? error.message : String(error), 'Run `npm run esimgo:probe`.');
}

/** One row is enough to know whether the next sync will succeed; the shop sells on from its copy meanwhile. */
async function catalogueFinding({ deps: { supplier } }: App): Promise<Finding> {
  const name = 'catalogue at eSIM Go';
  const { status, text } = await supplier.probe('/catalogue?page=1&perPage=1');
  if (status !== 200)
    return wrong(name, `answers ${status}`, 'Run `npm run esimgo:probe`: it says what to set or to ask.');
  return /"bundles"\s*:\s*(\[\s*\]|null)/.test(text)
    ? wrong(name, 'is empty', 'Ask eSIM Go for a price list; `npm run esimgo:probe` has the message.')
    : ok(name, 'readable');
}

/** Stars are priced in dollars; a supplier that charges in another currency needs a dated rate. */
async function rateFinding({ deps }: App, currency: string): Promise<Finding> {
  const [row] = await deps.db.query<{ fx_date: string | null; rates_date: string | null }>(
    `SELECT rules #>> ARRAY['fxMicroUsd', $1, 'date'] AS fx_date, rules ->> 'ratesDate' AS rates_date
     FROM price_rules ORDER BY version DESC LIMIT 1`,
    [currency],
  );
  if (currency !== 'USD' && row?.fx_date == null) {
    return wrong(
      'currency',
      `${currency}, without a rate`,
      'Nothing is sold: enter the rate, docs/runbook.md, exchange_rate_missing.',
    );
  }
  const dates = [row?.rates_date, currency === 'USD' ? null : row?.fx_date].filter((date) => date != null);
  const says = `${currency}${dates.length === 0 ? '' : `, rates of ${dates.join(' and ')}`}`;
  const isOld = dates.some((date) => deps.now().getTime() - Date.parse(date) > MAX_RATE_AGE_DAYS * 86_400_000);
  return isOld
    ? warn('currency', says, 'Compare the rates with today’s and renew them: docs/runbook.md, exchange_rate_missing.')
    : ok('currency', says);
}

async function lastCallback({ deps }: App): Promise<Date | null> {
  const [row] = await deps.db.query<{ at: Date | null }>(
    `SELECT max(received_at) AS at FROM inbox WHERE source = 'esimgo' AND kind <> $1`,
    [CHECK_CALLBACK],
  );
  return row?.at ?? null;
}

function callbackFindings({ deps }: App, callbackUrl: string | null, lastAt: Date | null): Finding[] {
  const wanted = `${deps.config.appUrl}/api/esimgo/webhook`;
  const signature = 'callback signature';
  return [
    callbackUrl === wanted
      ? ok('callback URL', wanted)
      : warn(
          'callback URL',
          callbackUrl ?? 'none',
          `In the portal, Account Settings → API Details, set it to ${wanted}; until then usage is polled.`,
        ),
    deps.config.esimGo.callbackV2
      ? warn(
          signature,
          'unsigned V2 callbacks are taken',
          'Choose Callback Version V3 in the portal, then turn ESIMGO_CALLBACK_V2 off.',
        )
      : lastAt === null
        ? skipped(signature, 'no callback has come yet; the portal must send version V3, as V2 is refused')
        : ok(signature, `the last good one came ${lastAt.toISOString()}`),
  ];
}

/** One bot, one account, one database: each of the others carries the shop's id. */
export async function identityFindings({ deps }: App): Promise<readonly Finding[]> {
  const shopId = await deps.shopId();
  const [tagged] = await deps.db.query<{ iccid: string }>(
    `SELECT iccid FROM esims WHERE tagged_at IS NOT NULL ORDER BY tagged_at DESC LIMIT 1`,
  );
  const findings = [ok('shop id', shopId)];
  if (tagged === undefined) {
    findings.push(skipped('shop id at eSIM Go', 'no eSIM was tagged yet'));
  } else {
    const { customerRef } = await deps.supplier.getEsim(tagged.iccid);
    findings.push(
      customerRef?.startsWith(`${shopId}:`)
        ? ok('shop id at eSIM Go', 'the newest eSIM carries it')
        : wrong('shop id at eSIM Go', `the newest eSIM carries ${customerRef ?? 'nothing'}`, ANOTHER_SHOP),
    );
  }
  const { transactions } = await deps.telegram.getStarTransactions({ offset: 0, limit: 100 });
  const foreign = transactions.filter(({ payload }) => !payload?.startsWith(`${shopId}:`));
  findings.push(
    transactions.length === 0
      ? skipped('shop id in invoices', 'the bot has no payment yet')
      : foreign.length === 0
        ? ok('shop id in invoices', `all of the first ${transactions.length} payments carry it`)
        : wrong(
            'shop id in invoices',
            `${foreign.length} of the first ${transactions.length} payments do not carry it`,
            ANOTHER_SHOP,
          ),
  );
  return findings;
}

const ANOTHER_SHOP = 'Another shop or another database uses this bot or account: one bot, one account, one database.';
