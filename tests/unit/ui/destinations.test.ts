import { expect, it, vi } from 'vitest';
import type { EsimSummary } from '../../../lib/contract/esim.ts';
import type { Order } from '../../../lib/contract/order.ts';
import { anEsim, anOrder } from '../../support/app-samples.ts';
import { installBrowser } from './browser-stand-in.ts';

installBrowser();
const { createDestinations } = await import('../../../src/screens/destinations/controller.ts');
const { createSeenEsims } = await import('../../../src/seen-esims.ts');
const { scope } = await import('../../../src/ui/scope.ts');

it('shows an order that is being issued until its eSIM is there, looking by itself', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  let orders: Order[] = [anOrder({ status: 'processing', esim_id: null })];
  let esims: EsimSummary[] = [];
  let looks = 0;
  const client = {
    getDestinations: () => Promise.resolve([]),
    knownDestinations: [],
    areDestinationsFresh: true,
    listEsims: () => Promise.resolve(esims),
    listOrders: () => {
      looks += 1;
      return Promise.resolve({ orders, next_cursor: null });
    },
  };
  const { result: screen, dispose } = scope(() => {
    const made = createDestinations({ client, language: 'en', seen: createSeenEsims('user=1') });
    made.start();
    return made;
  });
  await vi.advanceTimersByTimeAsync(0);
  expect(screen.moving.value.map(({ id }) => id)).toEqual([anOrder().id]);
  expect(screen.ownEsim.value).toBeNull();

  orders = [anOrder({ status: 'ready' })];
  esims = [anEsim({ state: 'not_installed' })];
  await vi.advanceTimersByTimeAsync(5_000);
  expect(screen.moving.value).toEqual([]);
  expect(screen.ownEsim.value?.id).toBe(anEsim().id);

  const before = looks;
  await vi.advanceTimersByTimeAsync(120_000);
  expect(looks).toBe(before);
  dispose();
  vi.useRealTimers();
});
