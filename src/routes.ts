// What nearly every further screen shows comes with the app too: as files of their own they cost each of them more.
import './contact.ts';
import './deadline-words.ts';
import './esim-words.ts';
import './plan-words.ts';
import './refresh-while-visible.ts';
import './seen-esims.ts';
import './ui/accordion.ts';
import './ui/callout.ts';
import './ui/freshness.ts';
import './ui/lazy.ts';
import './ui/main-button.ts';
import './ui/state-chip.ts';
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
