import { AppError } from '../contract/error-codes.ts';
import type { Tier } from '../contract/catalogue.ts';
import type { Esim, EsimSummary } from '../contract/esim.ts';
import type { ShopDeps } from '../deps.ts';
import { androidInstallUrl, appleInstallUrl, lpaString } from '../esim-go/lpa.ts';
import { matchingIdPurpose } from '../orders/assign-order.ts';
import { isoOrNull } from '../orders/order-row.ts';
import type { EsimBundleRow, EsimRow } from './esim-row.ts';
import { esimStateOf, usageOf, type Usage } from './esim-state.ts';
import { qrSvgDataUri } from './qr.ts';

type ReadDeps = Pick<ShopDeps, 'db' | 'keyring'>;

/** An eSIM with what its screens need in one query. */
export interface EsimWithBundles extends EsimRow {
  bundles: (EsimBundleRow & { tier: Tier | null })[];
  activated_at: Date | null;
  latest_order_id: string | null;
}

const SELECT = `
  SELECT e.*,
    coalesce((SELECT jsonb_agg(to_jsonb(b) || jsonb_build_object('tier', o.tier) ORDER BY b.assigned_at)
      FROM esim_bundles b LEFT JOIN orders o ON o.id = b.order_id WHERE b.esim_id = e.id), '[]') AS bundles,
    (SELECT min(activated_at) FROM orders o WHERE o.esim_id = e.id) AS activated_at,
    (SELECT id FROM orders o WHERE o.esim_id = e.id AND o.provisioning = 'assigned' ORDER BY created_at DESC LIMIT 1)
      AS latest_order_id
  FROM esims e`;
const MAX_LISTED = 200;

export async function listEsims({ db }: ReadDeps, userId: number): Promise<EsimSummary[]> {
  const rows = await db.query<EsimWithBundles>(
    `${SELECT} WHERE e.telegram_user_id = $1 AND e.erased_at IS NULL ORDER BY e.created_at DESC, e.id DESC LIMIT ${MAX_LISTED}`,
    [userId],
  );
  return rows.map((row) => toSummary(reviveDates(row)));
}

/** Somebody else's eSIM is not found, like one that does not exist. */
export async function findOwnEsim({ db }: ReadDeps, userId: number, esimId: string): Promise<EsimWithBundles> {
  const [row] = await db.query<EsimWithBundles>(
    `${SELECT} WHERE e.id = $1 AND e.telegram_user_id = $2 AND e.erased_at IS NULL`,
    [esimId, userId],
  );
  if (row === undefined) throw new AppError('not_found');
  return reviveDates(row);
}

export async function toEsim({ keyring }: ReadDeps, row: EsimWithBundles): Promise<Esim> {
  const codes = openCodes(keyring, row);
  return {
    ...toSummary(row),
    iccid: row.iccid,
    install: {
      activation_code: codes.lpa,
      qr_code: await qrSvgDataUri(codes.lpa),
      smdp_address: row.smdp_address,
      matching_id: codes.matchingId,
      apple_install_url: appleInstallUrl(codes.lpa),
      android_install_url: androidInstallUrl(codes.lpa),
    },
    bundles: row.bundles.map((bundle) => ({
      order_id: bundle.order_id,
      bundle_name: bundle.bundle_name,
      state: bundle.state,
      unlimited: bundle.unlimited,
      tier: bundle.tier,
      initial_bytes: bundle.initial_bytes,
      remaining_bytes: bundle.remaining_bytes,
      starts_at: isoOrNull(bundle.starts_at),
      ends_at: isoOrNull(bundle.ends_at),
    })),
    last_country: row.last_country,
  };
}

/** Opens the sealed matching ID and makes the LPA string. Neither may be logged or kept. */
export function openCodes(
  keyring: ReadDeps['keyring'],
  esim: Pick<EsimRow, 'id' | 'smdp_address' | 'matching_id_sealed'>,
): { lpa: string; matchingId: string } {
  const matchingId = keyring.open(esim.matching_id_sealed, matchingIdPurpose(esim.id));
  return { lpa: lpaString(esim.smdp_address, matchingId), matchingId };
}

function toSummary(row: EsimWithBundles): EsimSummary {
  const usage = usageOf(row.bundles);
  return {
    id: row.id,
    name: row.name,
    country_code: row.destination_code,
    country_name: row.destination_name,
    state: esimStateOf(row, row.bundles),
    iccid_last4: row.iccid.slice(-4),
    created_at: row.created_at.toISOString(),
    installed_at: isoOrNull(row.installed_at),
    activated_at: isoOrNull(row.activated_at),
    usage: usage === null ? null : toWireUsage(usage),
    as_of: isoOrNull(row.refreshed_at),
    latest_order_id: row.latest_order_id,
  };
}

function toWireUsage(usage: Usage): NonNullable<EsimSummary['usage']> {
  return { ...usage, starts_at: isoOrNull(usage.starts_at), ends_at: isoOrNull(usage.ends_at) };
}

/** Inside JSON, PostgreSQL writes times as text. */
function reviveDates(row: EsimWithBundles): EsimWithBundles {
  const date = (value: Date | string | null): Date | null => (value === null ? null : new Date(value));
  const bundles = row.bundles.map((bundle) => ({
    ...bundle,
    starts_at: date(bundle.starts_at),
    ends_at: date(bundle.ends_at),
    assigned_at: date(bundle.assigned_at),
  }));
  return { ...row, bundles };
}
