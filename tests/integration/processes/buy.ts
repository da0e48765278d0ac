import { expect } from 'vitest';
import type { PlansAnswer } from '../../../lib/contract/catalogue.ts';
import type { CreateOrderAnswer, Order } from '../../../lib/contract/order.ts';
import type { Ledger } from '../../support/shop.ts';
import { until } from '../../support/until.ts';

const MANY_TRIES = 1_500;

/** A process that answers HTTP: a shop, the simulators, or both in one. */
export interface Place {
  url: string;
}

export async function send<Body>(place: Place, where: string, init: RequestInit = {}): Promise<Body> {
  const answer = await fetch(`${place.url}${where}`, init);
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${where} answered ${answer.status}: ${text}`);
  return JSON.parse(text) as Body;
}

export function post<Body>(
  place: Place,
  where: string,
  json: unknown,
  headers: Record<string, string> = {},
): Promise<Body> {
  return send<Body>(place, where, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(json),
  });
}

export const ledgerOf = (sandbox: Place) => send<Ledger>(sandbox, '/sandbox/api/ledger');

/** Pays for the smallest plan for Thailand. */
export async function buy(shop: Place, userId: number, sandbox: Place = shop, more: object = {}) {
  const login = await post<{ init_data: string }>(sandbox, '/sandbox/api/init-data', {
    user: { id: userId, first_name: 'Test' },
  });
  const headers = { authorization: `tma ${login.init_data}` };
  const { plans } = await send<PlansAnswer>(shop, '/api/esimgo/catalogue?destination=TH');
  const ordered = await post<CreateOrderAnswer>(
    shop,
    '/api/esimgo/order',
    { bundle_id: plans[0]?.id, expected_stars: plans[0]?.price_stars, ...more },
    { ...headers, 'idempotency-key': `test-${userId}` },
  );
  const { id } = ordered.order;
  const paid = await post(sandbox, '/sandbox/api/pay', { invoice_url: ordered.invoice_url, user_id: userId });
  expect(paid).toEqual({ status: 'paid' });
  const read = async (place: Place = shop) =>
    (await send<{ order: Order }>(place, `/api/esimgo/status?order_id=${id}`, { headers })).order;
  return {
    id,
    read,
    waitFor: (isWanted: (order: Order) => boolean, place: Place = shop) =>
      until(() => read(place), isWanted, MANY_TRIES),
  };
}
