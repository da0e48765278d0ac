import { describe, expect, it } from 'vitest';
import type { Plan } from '../../../lib/contract/catalogue.ts';
import { createDestinationOffer } from '../../../src/screens/destination/controller.ts';
import { scope } from '../../../src/ui/scope.ts';
import { aPlan } from '../../support/app-samples.ts';

const SMALL = aPlan({ id: 'esim_1GB_7D_TH_V2', data_mb: 1000 });
const FIXED = aPlan({ id: 'esim_5GB_30D_TH_V2', can_top_up: false });

async function openDestination(plans: Plan[]) {
  const client = {
    knownDestinations: [],
    areDestinationsFresh: true,
    getDestinations: () => Promise.resolve([]),
    getProducts: () =>
      Promise.resolve({
        destination: { code: 'TH', kind: 'country' as const, region: 'asia', iso: ['TH'], from_stars: 1, plans: 2 },
        plans,
        version: '1',
        updated_at: '2026-01-01T00:00:00.000Z',
        source: 'api' as const,
      }),
  };
  const { result } = scope(() => createDestinationOffer({ client }, { code: 'TH' }));
  await result.offer.reload();
  return result;
}

it('is found as it was left', async () => {
  const unlimited = aPlan({ id: 'esim_UL_3D_TH_V2', data_mb: null, unlimited: true, days: 3 });
  const week = { ...unlimited, id: 'esim_UL_7D_TH_V2', days: 7 };
  const first = await openDestination([SMALL, unlimited, week]);
  first.kind.value = 'unlimited';
  first.days.value = 3;
  first.chosenId.value = unlimited.id;
  const again = await openDestination([SMALL, unlimited, week]);
  expect(again.kind.value).toBe('unlimited');
  expect(again.chosen.value?.id).toBe(unlimited.id);
  again.kind.value = 'data';
});

describe('that an eSIM can be topped up', () => {
  it('is said where it holds for everything that is shown', async () => {
    expect((await openDestination([SMALL, { ...FIXED, can_top_up: true }])).canTopUp.value).toBe(true);
  });

  it('is said of no other than the chosen plan where plans differ', async () => {
    const destination = await openDestination([SMALL, FIXED]);
    expect(destination.canTopUp.value).toBe(false);
    destination.chosenId.value = SMALL.id;
    expect(destination.canTopUp.value).toBe(true);
    destination.chosenId.value = FIXED.id;
    expect(destination.canTopUp.value).toBe(false);
  });
});
