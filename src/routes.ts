import type { Route } from './router.ts';
import * as destinations from './screens/destinations/view.ts';

/** The first screen comes with the app: as a file of its own it would cost everybody one more round trip. */
export const routes: readonly Route[] = [
  { pattern: '/', load: () => Promise.resolve(destinations) },
  { pattern: '/to/:code', load: () => import('./screens/destination/view.ts') },
  { pattern: '/checkout/:bundle', load: () => import('./screens/checkout/view.ts') },
  { pattern: '/orders/:id', load: () => import('./screens/payment/view.ts') },
  { pattern: '/esims', load: () => import('./screens/my-esims/view.ts') },
  { pattern: '/esims/:id', load: () => import('./screens/current-esim/view.ts') },
  { pattern: '/esims/:id/install', load: () => import('./screens/current-esim/install-view.ts') },
  { pattern: '/esims/:id/trouble', load: () => import('./screens/current-esim/trouble-view.ts') },
  { pattern: '/esims/:id/top-up', load: () => import('./screens/current-esim/top-up-view.ts') },
  { pattern: '/history', load: () => import('./screens/history/view.ts') },
  { pattern: '/help', load: () => import('./screens/help/view.ts') },
];
