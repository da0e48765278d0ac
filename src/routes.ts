import type { Route } from './router.ts';
import * as destinations from './screens/destinations/view.ts';

/** The first screen comes with the app: as a file of its own it would cost everybody one more round trip. */
export const routes: readonly Route[] = [
  { pattern: '/', load: () => Promise.resolve(destinations) },
  { pattern: '/to/:code', load: () => import('./screens/destination/view.ts') },
  { pattern: '/checkout/:bundle', load: () => import('./screens/checkout/view.ts') },
  { pattern: '/orders/:id', load: () => import('./screens/payment/view.ts') },
  { pattern: '/esims', load: () => import('./screens/my-esims/view.ts') },
];
