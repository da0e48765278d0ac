import { describe, expect, it } from 'vitest';
import { checkoutPath, destinationOfBundle } from '../../../src/checkout-path.ts';
import { matchRoute, pathOfStartParam } from '../../../src/router.ts';

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

describe('pathOfStartParam', () => {
  it.each([
    ['to_TH', '/to/TH'],
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
