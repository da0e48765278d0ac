import { describe, expect, it } from 'vitest';
import type { Order } from '../../../lib/contract/order.ts';
import { createHistory } from '../../../src/screens/history/controller.ts';
import { anOrder } from '../../support/app-samples.ts';

type Page = { orders: Order[]; next_cursor: string | null } | Error;

function openScreen(pages: Record<string, Page>) {
  const client = {
    listOrders: (cursor = '') => {
      const page = pages[cursor] ?? new Error(`no page ${cursor}`);
      return page instanceof Error ? Promise.reject(page) : Promise.resolve(page);
    },
  };
  return createHistory({ client, language: 'en' });
}

const june = anOrder({ id: 'june', created_at: '2026-06-15T10:00:00.000Z' });
const may = anOrder({ id: 'may', created_at: '2026-05-15T10:00:00.000Z' });
const april = anOrder({ id: 'april', created_at: '2026-04-15T10:00:00.000Z' });

describe('createHistory', () => {
  it('puts purchases under their months, the newest first, page after page', async () => {
    const screen = openScreen({
      '': { orders: [june, may], next_cursor: 'c1' },
      c1: { orders: [april], next_cursor: null },
    });
    await screen.refresh();
    expect(screen.hasMore.value).toBe(true);
    await screen.showMore();
    expect(screen.months.value.map(({ title }) => title)).toEqual(['June 2026', 'May 2026', 'April 2026']);
    expect(screen.hasMore.value).toBe(false);
  });

  it('keeps what was opened further down when the newest are looked at again', async () => {
    const pages: Record<string, Page> = {
      '': { orders: [anOrder({ ...june, status: 'processing' }), may], next_cursor: 'c1' },
      c1: { orders: [april], next_cursor: null },
    };
    const screen = openScreen(pages);
    await screen.refresh();
    await screen.showMore();
    expect(screen.nextRefreshInMs()).not.toBeNull();
    pages[''] = { orders: [anOrder({ ...june, status: 'refunded' }), may], next_cursor: 'c1' };
    await screen.refresh();
    const orders = screen.months.value.flatMap((month) => month.orders);
    expect(orders.map(({ id, status }) => `${id} ${status}`)).toEqual(['june refunded', 'may ready', 'april ready']);
    expect(screen.hasMore.value).toBe(false);
    expect(screen.nextRefreshInMs()).toBeNull();
  });

  it('keeps the list when more of it cannot be read, and tries again', async () => {
    const pages: Record<string, Page> = { '': { orders: [june], next_cursor: 'c1' }, c1: new Error('cut off') };
    const screen = openScreen(pages);
    await screen.refresh();
    await screen.showMore();
    expect(screen.problem.value).not.toBeNull();
    expect(screen.months.value).toHaveLength(1);
    pages['c1'] = { orders: [may], next_cursor: null };
    await screen.showMore();
    expect(screen.problem.value).toBeNull();
    expect(screen.months.value).toHaveLength(2);
  });
});
