import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { refreshWhileVisible } from '../../../src/refresh-while-visible.ts';
import { scope } from '../../../src/ui/scope.ts';

class PageOfTest extends EventTarget {
  visibilityState: DocumentVisibilityState = 'visible';

  turn(state: DocumentVisibilityState): void {
    this.visibilityState = state;
    this.dispatchEvent(new Event('visibilitychange'));
  }
}

let page: PageOfTest;
let refreshes: number;

beforeEach(() => {
  vi.useFakeTimers();
  page = new PageOfTest();
  refreshes = 0;
  vi.stubGlobal('document', page);
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

function open(nextInMs: () => number | null): () => void {
  const refresh = () => {
    refreshes += 1;
    return Promise.resolve();
  };
  return scope(() => refreshWhileVisible(refresh, nextInMs)).dispose;
}

describe('refreshWhileVisible', () => {
  it('refreshes at once, and again as often as it is told', async () => {
    open(() => 3_000);
    expect(refreshes).toBe(1);
    await vi.advanceTimersByTimeAsync(9_000);
    expect(refreshes).toBe(4);
  });

  it('asks anew each time how long to wait', async () => {
    let waitMs = 3_000;
    open(() => waitMs);
    waitMs = 30_000;
    await vi.advanceTimersByTimeAsync(29_000);
    expect(refreshes).toBe(1);
  });

  it('never refreshes while hidden, however long, and does on the return', async () => {
    open(() => 3_000);
    await vi.advanceTimersByTimeAsync(0);
    page.turn('hidden');
    await vi.advanceTimersByTimeAsync(600_000);
    expect(refreshes).toBe(1);
    page.turn('visible');
    expect(refreshes).toBe(2);
    await vi.advanceTimersByTimeAsync(3_000);
    expect(refreshes).toBe(3);
  });

  it('does not begin while hidden', () => {
    page.visibilityState = 'hidden';
    open(() => 3_000);
    expect(refreshes).toBe(0);
  });

  it('refreshes on the return also where nothing moves', async () => {
    open(() => null);
    await vi.advanceTimersByTimeAsync(600_000);
    expect(refreshes).toBe(1);
    page.turn('visible');
    expect(refreshes).toBe(2);
  });

  it('ends with the screen', async () => {
    const leave = open(() => 3_000);
    await vi.advanceTimersByTimeAsync(0);
    leave();
    page.turn('visible');
    await vi.advanceTimersByTimeAsync(60_000);
    expect(refreshes).toBe(1);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('goes on after a refresh that took long, not beside it', async () => {
    let finish = () => {};
    const refresh = () => {
      refreshes += 1;
      return new Promise<void>((resolve) => (finish = resolve));
    };
    scope(() => refreshWhileVisible(refresh, () => 3_000));
    page.turn('visible');
    await vi.advanceTimersByTimeAsync(60_000);
    expect(refreshes).toBe(1);
    finish();
    await vi.advanceTimersByTimeAsync(3_000);
    expect(refreshes).toBe(2);
  });
});
