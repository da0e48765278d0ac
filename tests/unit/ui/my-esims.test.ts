import { beforeEach, describe, expect, it } from 'vitest';
import type { EsimActionAnswer, EsimSummary } from '../../../lib/contract/esim.ts';
import type { Order } from '../../../lib/contract/order.ts';
import { ESIMGoClientError } from '../../../src/esimgo-client.ts';
import { forget } from '../../../src/kept-values.ts';
import { createMyEsims } from '../../../src/screens/my-esims/controller.ts';
import { createSeenEsims } from '../../../src/seen-esims.ts';
import { anEsim, anOrder } from '../../support/app-samples.ts';

const ANNA = new URLSearchParams({ user: '{"id":777,"first_name":"Anna"}' }).toString();
const BORIS = new URLSearchParams({ user: '{"id":778,"first_name":"Boris"}' }).toString();
const NOW = Date.parse('2026-01-01T10:05:00.000Z');

beforeEach(() => forget('seen-esims'));

function openScreen(world: {
  esims?: EsimSummary[] | Error;
  orders?: Order[];
  initData?: string;
  asked?: string[];
  refreshUsage?: (id: string) => Promise<EsimActionAnswer>;
}) {
  const { esims = [], orders = [], initData = ANNA, asked = [] } = world;
  const { refreshUsage = () => Promise.reject(new Error('nobody asked for it')) } = world;
  return createMyEsims({
    client: {
      listEsims: () => (esims instanceof Error ? Promise.reject(esims) : Promise.resolve(esims)),
      getEsim: (id: string) => {
        asked.push(id);
        return Promise.resolve(anEsim({ id }));
      },
      listOrders: () => Promise.resolve({ orders, next_cursor: null }),
      refreshUsage,
    },
    seen: createSeenEsims(initData),
    now: () => NOW,
  });
}

describe('createMyEsims', () => {
  it('shows what is in use first and folds what is over', async () => {
    const ids = (esims: readonly EsimSummary[]) => esims.map(({ id }) => id);
    const screen = openScreen({
      esims: [
        anEsim({ id: 'empty', state: 'used_up' }),
        anEsim({ id: 'gone', state: 'ended' }),
        anEsim({ id: 'new', state: 'not_installed' }),
        anEsim({ id: 'live', state: 'live' }),
      ],
    });
    await screen.refresh();
    expect(ids(screen.current.value)).toEqual(['live', 'new', 'empty']);
    expect(ids(screen.past.value)).toEqual(['gone']);
  });

  it('looks every few seconds while an order moves, and calmly otherwise', async () => {
    const busy = openScreen({ orders: [anOrder({ status: 'processing' })] });
    await busy.refresh();
    const calm = openScreen({ orders: [anOrder({ status: 'ready' })] });
    await calm.refresh();
    expect(busy.nextRefreshInMs()).toBeLessThanOrEqual(5_000);
    expect(calm.nextRefreshInMs()).toBeGreaterThanOrEqual(30_000);
  });

  it('shows an unpaid order until it expires', async () => {
    const screen = openScreen({
      orders: [
        anOrder({ id: 'open', status: 'pending', expires_at: '2026-01-01T10:06:00.000Z' }),
        anOrder({ id: 'late', status: 'pending', expires_at: '2026-01-01T10:04:00.000Z' }),
      ],
    });
    await screen.refresh();
    expect(screen.moving.value.map(({ id }) => id)).toEqual(['open']);
  });

  it('opens without a network with what was seen last, and says so', async () => {
    await openScreen({ esims: [anEsim()] }).refresh();
    const offline = openScreen({ esims: new ESIMGoClientError('offline') });
    expect(offline.current.value).toHaveLength(1);
    await offline.refresh();
    expect(offline.list.state.value.kind).toBe('ready');
    expect(offline.staleBecause.value).toBe('offline');
  });

  it('shows another user of the device nothing, and deletes what the first has seen', async () => {
    await openScreen({ esims: [anEsim()] }).refresh();
    const other = openScreen({ esims: new ESIMGoClientError('offline'), initData: BORIS });
    await other.refresh();
    expect(other.list.state.value).toEqual({ kind: 'failed', code: 'offline' });
    expect(openScreen({ esims: [] }).current.value).toEqual([]);
  });

  it('keeps the codes of what may be needed on the way, asking for each once', async () => {
    const asked: string[] = [];
    const screen = openScreen({
      esims: [
        anEsim({ id: 'esim_a' }),
        anEsim({ id: 'esim_b', state: 'not_installed' }),
        anEsim({ id: 'esim_past', state: 'ended' }),
      ],
      asked,
    });
    await screen.refresh();
    await screen.refresh();
    expect(asked).toEqual(['esim_a', 'esim_b']);
    expect(createSeenEsims(ANNA).one('esim_b')?.install.qr_code).toBe(anEsim().install.qr_code);
  });

  it('asks the supplier about what is not over when somebody taps, and says so if it cannot', async () => {
    const asked: string[] = [];
    const esims = [anEsim({ id: 'esim_a' }), anEsim({ id: 'esim_b' }), anEsim({ id: 'esim_past', state: 'ended' })];
    const refreshUsage = (id: string): Promise<EsimActionAnswer> => {
      asked.push(id);
      if (id === 'esim_b') return Promise.reject(new ESIMGoClientError('temporarily_unavailable'));
      return Promise.resolve({ esim: anEsim({ id }), order: null, advice: null, chat: null });
    };
    const screen = openScreen({ esims, refreshUsage });
    await screen.refresh();
    expect(asked).toEqual([]);
    expect(screen.staleBecause.value).toBeNull();
    await screen.refreshOnTap();
    expect(asked).toEqual(['esim_a', 'esim_b']);
    expect(screen.staleBecause.value).toBe('temporarily_unavailable');
    expect(screen.isRefreshing.value).toBe(false);
  });

  it('is as old as the oldest of what is not over', async () => {
    const screen = openScreen({
      esims: [
        anEsim({ id: 'esim_a', as_of: '2026-01-01T10:04:00.000Z' }),
        anEsim({ id: 'esim_b', as_of: '2026-01-01T09:00:00.000Z' }),
        anEsim({ id: 'esim_new', as_of: null }),
        anEsim({ id: 'esim_past', state: 'ended', as_of: '2025-12-01T09:00:00.000Z' }),
      ],
    });
    await screen.refresh();
    expect(screen.asOf.value).toBe('2026-01-01T09:00:00.000Z');
  });

  it('says why when there is nothing to show', async () => {
    const screen = openScreen({ esims: new ESIMGoClientError('internal') });
    await screen.refresh();
    expect(screen.list.state.value).toEqual({ kind: 'failed', code: 'internal' });
  });
});
