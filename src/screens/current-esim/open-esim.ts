import { refreshWhileVisible } from '../../refresh-while-visible.ts';
import type { ScreenContext } from '../../screen.ts';
import { createSeenEsims } from '../../seen-esims.ts';
import { initData } from '../../telegram.ts';
import { createCurrentEsim, type CurrentEsim } from './controller.ts';

/** The eSIM that the path names, kept fresh while its screen is in sight. */
export function openEsim({ client, params }: ScreenContext): CurrentEsim {
  const deps = { client, seen: createSeenEsims(initData), now: () => Date.now() };
  const controller = createCurrentEsim(deps, params['id'] ?? '');
  refreshWhileVisible(controller.load, controller.nextLoadInMs);
  return controller;
}
