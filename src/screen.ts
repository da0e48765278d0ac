import type { ReadonlySignal } from '@preact/signals-core';
import type { Language, SessionAnswer } from '../lib/contract/session.ts';
import type { ESIMGoClient } from './esimgo-client.ts';
import type { Track } from './events.ts';
import type { Router } from './router.ts';

/** What every screen gets. A controller takes the members it uses, so that a test can hand it those. */
export interface ScreenContext {
  client: ESIMGoClient;
  language: Language;
  router: Pick<Router, 'navigate' | 'replace' | 'startOver' | 'back'>;
  /** Null until the server has answered, or when it could not. */
  session: ReadonlySignal<SessionAnswer | null>;
  track: Track;
  /** The named parts of the route's pattern, decoded. */
  params: Readonly<Record<string, string>>;
  query: URLSearchParams;
}

/** What a screen's view.ts exports. It runs in a scope of its own, which is left together with the screen. */
export interface ScreenModule {
  render(context: ScreenContext): HTMLElement;
}
