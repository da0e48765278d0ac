import type { Language } from '../contract/session.ts';
import type { ShopDeps } from '../deps.ts';
import { androidInstallUrl, appleInstallUrl } from '../esim-go/lpa.ts';
import type { EsimRow } from '../esims/esim-row.ts';
import { openCodes } from '../esims/read-esims.ts';
import { toOrder, type OrderRow } from '../orders/order-row.ts';
import { languageOfUser } from '../users/remember-user.ts';
import type { ReadyEsim } from './order-messages.ts';
import type { TellableOrder } from './plan-line.ts';

type ReadyRow = OrderRow &
  Pick<EsimRow, 'smdp_address' | 'matching_id_sealed'> & {
    countries: number | null;
    autostart: boolean | null;
    is_own_esim: boolean;
  };

/** A delivered order in the words that its buyer needs: an eSIM to install, or data on one that they have. */
export type Ready = { userId: number; emailSealed: string | null } & (
  | { kind: 'esim'; esim: ReadyEsim }
  | { kind: 'top_up'; topUp: { order: TellableOrder; language: Language; appUrl: string } }
);

/** Null for an order that holds no eSIM, or whose Stars went back. */
export async function readReady(
  deps: Pick<ShopDeps, 'db' | 'keyring' | 'config'>,
  orderId: string,
): Promise<Ready | null> {
  const [row] = await deps.db.query<ReadyRow>(
    `SELECT o.*, e.smdp_address, e.matching_id_sealed, cardinality(p.coverage) AS countries, p.autostart,
       NOT EXISTS (SELECT FROM orders earlier
                   WHERE earlier.esim_id = o.esim_id AND earlier.created_at < o.created_at AND earlier.provisioning = 'assigned')
         AS is_own_esim
     FROM orders o JOIN esims e ON e.id = o.esim_id LEFT JOIN esimgo_products p ON p.bundle_name = o.esimgo_product_id
     WHERE o.id = $1 AND o.provisioning = 'assigned' AND o.payment_status = 'paid' AND e.erased_at IS NULL`,
    [orderId],
  );
  if (row === undefined) return null;
  const reader = { language: await languageOfUser(deps.db, row.telegram_user_id), appUrl: deps.config.appUrl };
  const order = toOrder(row);
  const buyer = { userId: row.telegram_user_id, emailSealed: row.email_sealed };
  if (row.kind === 'top_up' && !row.is_own_esim) return { ...buyer, kind: 'top_up', topUp: { order, ...reader } };
  const { lpa, matchingId } = openCodes(deps.keyring, { ...row, id: row.esim_id ?? '' });
  return {
    ...buyer,
    kind: 'esim',
    esim: {
      ...reader,
      order,
      lpaString: lpa,
      smdpAddress: row.smdp_address,
      matchingId,
      appleInstallUrl: appleInstallUrl(lpa),
      androidInstallUrl: androidInstallUrl(lpa),
      ...(row.countries === null ? {} : { plan: { countries: row.countries, autostart: row.autostart ?? true } }),
      insteadOfTopUp: row.kind === 'top_up',
    },
  };
}
