import type { Route } from './router.ts';

export const routes: readonly Route[] = [{ pattern: '/', load: () => import('./screens/destinations/view.ts') }];
