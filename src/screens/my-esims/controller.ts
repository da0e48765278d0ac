import { computed, signal, type ReadonlySignal } from '@preact/signals-core';
import type { EsimSummary } from '../../../lib/contract/esim.ts';
import type { Order } from '../../../lib/contract/order.ts';
import { isPast } from '../../esim-words.ts';
import { codeOf, type ClientErrorCode, type ESIMGoClient } from '../../esimgo-client.ts';
import { isMoving, nextLookAtOrdersMs } from '../../order-words.ts';
import { createResource, valueOf, type Resource } from '../../resource.ts';
import type { SeenEsims } from '../../seen-esims.ts';

export interface MyEsims {
  list: Resource<EsimSummary[]>;
  current: ReadonlySignal<EsimSummary[]>;
  past: ReadonlySignal<EsimSummary[]>;
  /** Orders that are not an eSIM yet: to be paid, looked for, or being issued. */
  moving: ReadonlySignal<Order[]>;
  /** When the operator was last asked for what is shown, of the one that waits longest for it. */
  asOf: ReadonlySignal<string | null>;
  /** Why what is shown may be old; null when it is not. */
  staleBecause: ReadonlySignal<ClientErrorCode | null>;
  /** True until the server has answered, too. */
  isOld: ReadonlySignal<boolean>;
  now: ReadonlySignal<number>;
  /** While somebody waits for the refresh that they asked for. */
  isRefreshing: ReadonlySignal<boolean>;
  refresh(): Promise<void>;
  /** Asks the supplier, not the server's memory. */
  refreshOnTap(): Promise<void>;
  nextRefreshInMs(): number;
}

const OTHERWISE_MS = 30_000;
/** As many as anybody carries. */
const MAX_ASKED = 5;

export function createMyEsims({
  client,
  seen,
  now: readClock,
}: {
  client: Pick<ESIMGoClient, 'listEsims' | 'listOrders' | 'getEsim' | 'refreshUsage'>;
  seen: SeenEsims;
  now(): number;
}): MyEsims {
  const staleBecause = signal<ClientErrorCode | null>(null);
  const isAnswered = signal(false);
  const orders = signal<readonly Order[]>([]);
  const now = signal(readClock());
  const isRefreshing = signal(false);
  const askedAhead = new Set<string>();
  const list = createResource(async () => {
    try {
      const esims = await seen.followList(() => client.listEsims());
      isAnswered.value = true;
      staleBecause.value = null;
      return esims;
    } catch (error) {
      staleBecause.value = codeOf(error);
      throw error;
    }
  }, seen.list());
  const esims = computed(() => valueOf(list) ?? []);
  const current = computed(() => esims.value.filter(({ state }) => !isPast(state)).sort(byUse));
  const moving = computed(() => orders.value.filter((order) => isMoving(order, now.value)));

  async function refresh(): Promise<void> {
    const asked = client.listOrders().then(
      (answer) => (orders.value = answer.orders),
      // The eSIMs are what this screen is about; their failure is told.
      () => {},
    );
    await Promise.all([list.reload(), asked]);
    now.value = readClock();
    if (staleBecause.value === null) void keepAhead();
  }

  /** Why it could not be asked about some; null when it could about all. */
  async function askSupplier(): Promise<ClientErrorCode | null> {
    const asked = current.value.slice(0, MAX_ASKED).map(async ({ id }) => {
      try {
        seen.keepOne((await client.refreshUsage(id)).esim);
        return null;
      } catch (error) {
        return codeOf(error);
      }
    });
    return (await Promise.all(asked)).find((code) => code !== null) ?? null;
  }

  /** The codes of what may be needed on the way: where they are, there may be no network yet. */
  async function keepAhead(): Promise<void> {
    const wanted = esims.value.filter(
      ({ id, state }) => !isPast(state) && !askedAhead.has(id) && seen.one(id) === null,
    );
    for (const { id } of wanted.slice(0, MAX_ASKED - askedAhead.size)) {
      askedAhead.add(id);
      try {
        seen.keepOne(await client.getEsim(id));
      } catch {
        // Its own screen tells what is wrong.
      }
    }
  }

  return {
    list,
    current,
    past: computed(() => esims.value.filter(({ state }) => isPast(state))),
    moving,
    asOf: computed(() => current.value.flatMap(({ as_of: asOf }) => asOf ?? []).sort()[0] ?? null),
    staleBecause,
    isOld: computed(() => !isAnswered.value || staleBecause.value !== null),
    now,
    isRefreshing,
    refresh,
    async refreshOnTap() {
      if (isRefreshing.value) return;
      isRefreshing.value = true;
      const failure = await askSupplier();
      await refresh();
      staleBecause.value ??= failure;
      isRefreshing.value = false;
    },
    nextRefreshInMs: () => nextLookAtOrdersMs(moving.value) ?? OTHERWISE_MS,
  };
}

/** What is in use first, what is used up last; the sort is stable, so the newest stays first among equals. */
function byUse(one: EsimSummary, other: EsimSummary): number {
  const rank = ({ state }: EsimSummary) => (state === 'live' ? 0 : state === 'used_up' ? 2 : 1);
  return rank(one) - rank(other);
}
