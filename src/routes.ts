import type { Route } from './router.ts';

export const routes: readonly Route[] = [
  { pattern: '/', load: () => import('./screens/destinations/view.ts') },
  { pattern: '/to/:code', load: () => import('./screens/destination/view.ts') },
  { pattern: '/checkout/:bundle', load: () => import('./screens/checkout/view.ts') },
  { pattern: '/orders/:id', load: () => import('./screens/payment/view.ts') },
];
