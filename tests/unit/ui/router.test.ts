import { afterEach, describe, expect, it, vi } from 'vitest';
import { checkoutPath, destinationOfBundle } from '../../../src/checkout-path.ts';
import {
  createRouter,
  kindOfStartParam,
  matchRoute,
  pathOfStartParam,
  startParamOfPath,
  type Place,
} from '../../../src/router.ts';

/** A history as a browser keeps it, as far as the router asks. */
function installHistory(path: string) {
  const view = new EventTarget();
  const entries: { url: URL; state: unknown }[] = [{ url: new URL(path, 'https://shop.test'), state: null }];
  let at = 0;
  const put = (state: unknown, url: string) => (entries[at] = { url: new URL(url, 'https://shop.test'), state });
  let held: number[] | null = null;
  const travel = (delta: number) => {
    if (entries[at + delta] === undefined) return;
    at += delta;
    view.dispatchEvent(new Event('popstate'));
  };
  const go = (delta: number) => {
    if (held) held.push(delta);
    else travel(delta);
  };
  vi.stubGlobal('addEventListener', view.addEventListener.bind(view));
  vi.stubGlobal('location', {
    get pathname() {
      return entries[at]?.url.pathname;
    },
    get search() {
      return entries[at]?.url.search;
    },
  });
  vi.stubGlobal('history', {
    get state() {
      return entries[at]?.state;
    },
    replaceState: (state: unknown, _title: string, url: string) => put(state, url),
    pushState: (state: unknown, _title: string, url: string) => {
      entries.splice(at + 1);
      at += 1;
      put(state, url);
    },
    go,
    back: () => go(-1),
  });
  /** From now on a way back is gone only when told, as a browser goes it: later. */
  return function holdBack() {
    const waiting: number[] = (held = []);
    return () => {
      held = null;
      waiting.forEach(travel);
    };
  };
}

describe('createRouter', () => {
  afterEach(() => void vi.unstubAllGlobals());

  function openRouter(path: string) {
    const holdBack = installHistory(path);
    const patterns = ['/', '/esims', '/esims/:id', '/esims/:id/top-up', '/checkout/:bundle', '/orders/:id'];
    const shown: Place[] = [];
    const load = () => Promise.reject(new Error('no screen is loaded here'));
    const router = createRouter(
      patterns.map((pattern) => ({ pattern, load })),
      (place) => void shown.push(place),
    );
    router.start();
    const where = () => `${shown.at(-1)?.route?.pattern} at ${shown.at(-1)?.depth}`;
    return { router, where, shown, holdBack };
  }

  it('leaves the eSIM after a top-up of it, and does not come by the top-up again', () => {
    const { router, where, shown } = openRouter('/');
    for (const path of ['/esims', '/esims/esim_1', '/esims/esim_1/top-up', '/checkout/plan?to=TH&esim=esim_1']) {
      router.navigate(path);
    }
    router.replace('/orders/ord_1?invoice=paid');
    expect(where()).toBe('/orders/:id at 4');
    router.replace('/esims/esim_1');
    expect(where()).toBe('/esims/:id at 2');
    expect(shown.at(-1)?.key).toBe(shown[2]?.key);
    router.back();
    expect(where()).toBe('/esims at 1');
  });

  it('leaves nothing but the first screen behind what a purchase led to', () => {
    const { router, where, shown } = openRouter('/');
    for (const path of ['/esims', '/esims/esim_1', '/checkout/plan?to=TH']) router.navigate(path);
    const before = shown.length;
    router.startOver('/orders/ord_1?invoice=paid');
    expect(where()).toBe('/orders/:id at 1');
    expect(shown).toHaveLength(before + 1);
    router.startOver('/orders/ord_1');
    expect(where()).toBe('/orders/:id at 1');
    router.back();
    expect(where()).toBe('/ at 0');
  });

  it('goes the way back once where a purchase is told of twice before the browser has gone it', () => {
    const { router, where, holdBack } = openRouter('/');
    for (const path of ['/esims', '/esims/esim_1', '/checkout/plan?to=TH']) router.navigate(path);
    const arrive = holdBack();
    router.startOver('/orders/ord_1');
    router.startOver('/orders/ord_1?invoice=paid');
    arrive();
    expect(where()).toBe('/orders/:id at 1');
    router.back();
    expect(where()).toBe('/ at 0');
  });

  it('comes where it was to go although the browser never goes back', () => {
    vi.useFakeTimers();
    const { router, where, holdBack } = openRouter('/');
    for (const path of ['/esims', '/esims/esim_1', '/esims/esim_1/top-up']) router.navigate(path);
    holdBack();
    router.back();
    vi.runAllTimers();
    expect(where()).toBe('/esims/:id at 2');
    router.replace('/');
    vi.runAllTimers();
    expect(where()).toBe('/ at 0');
    for (const path of ['/esims', '/checkout/plan']) router.navigate(path);
    router.startOver('/orders/ord_1');
    vi.runAllTimers();
    expect(where()).toBe('/orders/:id at 1');
    router.back();
    vi.runAllTimers();
    expect(where()).toBe('/ at 0');
    vi.useRealTimers();
  });

  it('goes on in place where it has not been', () => {
    const { router, where } = openRouter('/');
    router.navigate('/orders/ord_1');
    router.replace('/esims/esim_1');
    expect(where()).toBe('/esims/:id at 1');
    router.replace('/esims/esim_2');
    router.back();
    expect(where()).toBe('/ at 0');
  });
});

describe('matchRoute', () => {
  const routes = ['/', '/to/:code', '/esims', '/esims/:id'].map((pattern) => ({ pattern }));

  it.each([
    ['/', '/', {}],
    ['/to/TH', '/to/:code', { code: 'TH' }],
    ['/to/US-HI/', '/to/:code', { code: 'US-HI' }],
    ['/esims', '/esims', {}],
    ['/esims/esim_1', '/esims/:id', { id: 'esim_1' }],
    ['/to/%E0%A4%A', '/to/:code', { code: '%E0%A4%A' }],
  ])('finds the screen of %s', (path, pattern, params) => {
    expect(matchRoute(routes, path)).toEqual({ route: { pattern }, params });
  });

  it('knows when there is none', () => {
    for (const path of ['/to', '/to/TH/more', '/nothing']) expect(matchRoute(routes, path).route).toBeNull();
  });
});

describe('kindOfStartParam', () => {
  it('tells the kinds of link apart, and nothing of what one carries', () => {
    const kinds = ['to_TH', 'plan_esim_5GB_30D_TH_V2', 'order_x', 'Anna', 'to'].map(kindOfStartParam);
    expect(kinds).toEqual(['to', 'plan', 'order', 'other', 'to']);
  });
});

describe('pathOfStartParam', () => {
  it.each([
    ['to_TH', '/to/TH'],
    ['to_th', '/to/TH'],
    ['to_US-HI', '/to/US-HI'],
    ['plan_esim_1GB_7D_TH_V2', '/checkout/esim_1GB_7D_TH_V2'],
    ['order_ord_aaaaaaaaaaaaaaaaaaaa', '/orders/ord_aaaaaaaaaaaaaaaaaaaa'],
    ['order_aaaaaaaaaaaaaaaaaaaa', '/orders/ord_aaaaaaaaaaaaaaaaaaaa'],
  ])('leads %s to its place', (param, path) => {
    expect(pathOfStartParam(param)).toBe(path);
  });

  it('leads nowhere else', () => {
    for (const param of [null, '', 'to_', 'to_//evil.example', 'admin_1', 'to_../x'])
      expect(pathOfStartParam(param)).toBeNull();
  });
});

describe('startParamOfPath', () => {
  it('leads back to the same place', () => {
    for (const path of ['/to/US-HI', '/checkout/esim_1GB_7D_TH_V2', '/orders/ord_aaaaaaaaaaaaaaaaaaaa']) {
      expect(pathOfStartParam(startParamOfPath(path))).toBe(path);
    }
  });

  it('carries nothing for any other path', () => {
    for (const path of ['/', '/esims/esim_1', '/to/%2F', '/to/TH/more']) expect(startParamOfPath(path)).toBeNull();
  });
});

describe('checkoutPath', () => {
  it('carries the destination, and the eSIM of a top-up', () => {
    expect(checkoutPath('esim_1GB_7D_TH_V2', 'TH')).toBe('/checkout/esim_1GB_7D_TH_V2?to=TH');
    expect(checkoutPath('a', 'REUP', 'esim_1')).toBe('/checkout/a?to=REUP&esim=esim_1');
  });
});

describe('destinationOfBundle', () => {
  it('reads the place out of a bundle’s name', () => {
    expect(destinationOfBundle('esim_1GB_7D_TH_V2')).toBe('TH');
    expect(destinationOfBundle('esim_ULE_1D_US-HI_V2')).toBe('US-HI');
    expect(destinationOfBundle('something')).toBeNull();
  });
});
