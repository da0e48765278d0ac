import { computed, signal, type ReadonlySignal } from '@preact/signals-core';
import type { Order } from '../../../lib/contract/order.ts';
import type { Language } from '../../../lib/contract/session.ts';
import { codeOf, type ClientErrorCode, type ESIMGoClient } from '../../esimgo-client.ts';
import { nextLookAtOrdersMs } from '../../order-words.ts';
import { createResource, type Resource } from '../../resource.ts';

export interface Month {
  key: string;
  title: string;
  orders: Order[];
}

export interface History {
  first: Resource<Order[]>;
  months: ReadonlySignal<Month[]>;
  hasMore: ReadonlySignal<boolean>;
  isLoadingMore: ReadonlySignal<boolean>;
  problem: ReadonlySignal<ClientErrorCode | null>;
  /** Looks at the newest again; what was opened further down stays. */
  refresh(): Promise<void>;
  nextRefreshInMs(): number | null;
  showMore(): Promise<void>;
}

const WHILE_PAYING_BACK_MS = 4_000;

export function createHistory({
  client,
  language,
}: {
  client: Pick<ESIMGoClient, 'listOrders'>;
  language: Language;
}): History {
  const orders = signal<readonly Order[]>([]);
  const cursor = signal<string | null>(null);
  const isLoadingMore = signal(false);
  const problem = signal<ClientErrorCode | null>(null);
  let hasPaged = false;

  const first = createResource(async () => {
    const answer = await client.listOrders();
    orders.value = newestOfEach([...answer.orders, ...orders.value]);
    if (!hasPaged) cursor.value = answer.next_cursor;
    return answer.orders;
  });

  return {
    first,
    months: computed(() => groupByMonth(orders.value, language)),
    hasMore: computed(() => cursor.value !== null),
    isLoadingMore,
    problem,
    refresh: () => first.reload(),
    nextRefreshInMs: () => (orders.value.some(isPayingBack) ? WHILE_PAYING_BACK_MS : nextLookAtOrdersMs(orders.value)),
    async showMore() {
      if (cursor.value === null || isLoadingMore.value) return;
      isLoadingMore.value = true;
      problem.value = null;
      try {
        const answer = await client.listOrders(cursor.value);
        hasPaged = true;
        orders.value = newestOfEach([...orders.value, ...answer.orders]);
        cursor.value = answer.next_cursor;
      } catch (error) {
        problem.value = codeOf(error);
      } finally {
        isLoadingMore.value = false;
      }
    },
  };
}

function isPayingBack({ payment_status: payment }: Order): boolean {
  return payment === 'refund_due';
}

/** The first mention of an order wins; the list stays in the order of the purchases. */
function newestOfEach(list: readonly Order[]): Order[] {
  const byId = new Map<string, Order>();
  for (const order of list) if (!byId.has(order.id)) byId.set(order.id, order);
  return [...byId.values()].sort((one, other) => other.created_at.localeCompare(one.created_at));
}

function groupByMonth(orders: readonly Order[], language: Language): Month[] {
  const format = new Intl.DateTimeFormat(language, { month: 'long', year: 'numeric' });
  const months: Month[] = [];
  for (const order of orders) {
    const date = new Date(order.created_at);
    const key = `${date.getFullYear()}-${date.getMonth()}`;
    const last = months.at(-1);
    if (last?.key === key) last.orders.push(order);
    else months.push({ key, title: format.format(date), orders: [order] });
  }
  return months;
}
