import type { EsimSummary } from '../../../lib/contract/esim.ts';
import type { SeenEsims } from '../../seen-esims.ts';

/** What this device keeps for who cannot read an order: its eSIM whole, a list of eSIMs, or nothing. */
export type KeptForOrder = { kind: 'one'; esim: EsimSummary } | { kind: 'others' } | null;

export function keptForOrder(seen: Pick<SeenEsims, 'list' | 'one'>, orderId: string): KeptForOrder {
  const esims = seen.list();
  if (esims === null) return null;
  const isOf = ({ id }: EsimSummary) => {
    const esim = seen.one(id);
    return esim?.latest_order_id === orderId || esim?.bundles.some((bundle) => bundle.order_id === orderId) === true;
  };
  const esim = esims.find(isOf);
  return esim ? { kind: 'one', esim } : { kind: 'others' };
}
