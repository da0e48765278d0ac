import { raiseAlert } from '../notify/raise-alert.ts';
import { forgetCurrentCatalogue } from './current-catalogue.ts';
import type { CatalogueDeps } from './deps.ts';
import { PRICE_ALERT_EVERY_S, QUARANTINE_PERCENT } from './sync-run.ts';

export interface ConfirmedCost {
  bundleName: string;
  costMilli: number;
  costCurrency: string;
}

export type RepriceOutcome = { outcome: 'confirmed' | 'repriced' | 'quarantined' | 'not_listed' };

/** Stores what the supplier has just said that one listed bundle costs, by the rules of a sync. */
export async function repriceBundle(
  deps: Pick<CatalogueDeps, 'db' | 'kv' | 'log' | 'now'>,
  { bundleName, costMilli, costCurrency }: ConfirmedCost,
): Promise<RepriceOutcome> {
  const [bundle] = await deps.db.query<{ outcome: 'confirmed' | 'repriced' | 'quarantined' }>(
    `with previous as (
       select bundle_name, cost_milli, cost_currency, cost_currency = $3
         and abs($2::bigint - cost_milli) * 100 > cost_milli * ${QUARANTINE_PERCENT} as is_suspect
       from esimgo_products where bundle_name = $1 and state = 'listed' for update
     )
     update esimgo_products product set
       state = case when is_suspect then 'quarantined' else 'listed' end,
       quarantine_cost_milli = case when is_suspect then $2::bigint end,
       cost_milli = case when is_suspect then product.cost_milli else $2::bigint end,
       cost_currency = $3, priced_at = $4
     from previous where product.bundle_name = previous.bundle_name
     returning case
       when is_suspect then 'quarantined'
       when (previous.cost_milli, previous.cost_currency) = ($2::bigint, $3) then 'confirmed'
       else 'repriced'
     end as outcome`,
    [bundleName, costMilli, costCurrency, deps.now()],
  );
  if (!bundle) return { outcome: 'not_listed' };
  if (bundle.outcome !== 'confirmed') {
    deps.log.info('bundle_repriced', { bundleName, outcome: bundle.outcome, costMilli, costCurrency });
    await forgetCurrentCatalogue(deps);
  }
  if (bundle.outcome === 'quarantined') await raiseAlert(deps, 'prices_quarantined', { everyS: PRICE_ALERT_EVERY_S });
  return bundle;
}
