import { forgetCurrentCatalogue } from './current-catalogue.ts';
import type { CatalogueDeps } from './deps.ts';
import type { ProductState } from './product.ts';

/** `accept_cost` sells a quarantined bundle at its new cost; `show` takes a `hide` back. */
export type BundleDecision = 'hide' | 'show' | 'accept_cost';

export type DecideOutcome = { outcome: 'decided'; state: ProductState } | { outcome: 'not_applicable' };

const UPDATES: Record<BundleDecision, string> = {
  hide: `set state = 'hidden', quarantine_cost_milli = null where state in ('listed', 'quarantined')`,
  // While it was hidden it may have left the supplier's catalogue.
  show: `set state = case
           when sync_id >= (select max(id) from catalogue_syncs where state = 'complete') then 'listed' else 'delisted'
         end where state = 'hidden'`,
  accept_cost: `set state = 'listed', cost_milli = quarantine_cost_milli, quarantine_cost_milli = null
                where state = 'quarantined' and quarantine_cost_milli is not null`,
};

/** An admin's word on one bundle. `not_applicable`: it is unknown, or in a state that the decision is not about. */
export async function decideBundle(
  deps: Pick<CatalogueDeps, 'db' | 'kv' | 'log'>,
  { bundleName, decision }: { bundleName: string; decision: BundleDecision },
): Promise<DecideOutcome> {
  const [bundle] = await deps.db.query<{ state: ProductState }>(
    `update esimgo_products ${UPDATES[decision]} and bundle_name = $1 returning state`,
    [bundleName],
  );
  if (!bundle) return { outcome: 'not_applicable' };
  await forgetCurrentCatalogue(deps);
  return { outcome: 'decided', state: bundle.state };
}
