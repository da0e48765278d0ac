import { signal } from '@preact/signals-core';
import { describe, expect, it, vi } from 'vitest';
import type { SessionAnswer } from '../../../lib/contract/session.ts';
import { anEsim, anOrder, aPlan } from '../../support/app-samples.ts';
import { countListeners, installBrowser } from './browser-stand-in.ts';

installBrowser();
const { routes } = await import('../../../src/routes.ts');
const { matchRoute } = await import('../../../src/router.ts');
const { countLiveEffects, scope } = await import('../../../src/ui/scope.ts');
const { ESIMGoClient } = await import('../../../src/esimgo-client.ts');

const SESSION: SessionAnswer = {
  user: { id: 777, first_name: 'Anna' },
  is_admin: false,
  language: 'en',
  bot_username: 'shop_bot',
  shop_name: 'eSIM',
  email_enabled: true,
  support_contact: null,
  delivery_deadline_s: 900,
};
const THAILAND = { code: 'TH', kind: 'country', region: 'asia', iso: ['TH'], from_stars: 95, plans: 2 };
const UNLIMITED = aPlan({
  id: 'esim_UL_7D_TH_V2',
  unlimited: true,
  data_mb: null,
  tier: 'lite',
  plan_type: 'unlimited',
});
const CODES = { activation_code: 'LPA:1$host.example$CODE', qr_code: 'data:image/svg+xml;base64,' };

/** What the server would say, by the path that asks. */
function answerTo(url: URL, status: 'ready' | 'processing' | 'pending'): object {
  if (url.pathname === '/api/esimgo/catalogue') {
    const facts = { version: '1', updated_at: '2026-01-01T00:00:00.000Z', source: 'api' };
    if (!url.searchParams.has('destination')) return { ...facts, destinations: [THAILAND] };
    return { ...facts, destination: THAILAND, plans: [aPlan(), UNLIMITED] };
  }
  if (url.pathname === '/api/esimgo/status') return { order: anOrder({ status, ...(status === 'ready' && CODES) }) };
  if (url.pathname === '/api/esimgo/order') return { orders: [anOrder({ status })], next_cursor: null };
  if (url.pathname === '/api/esimgo/esim') {
    return url.searchParams.has('id')
      ? { esim: anEsim(), order: null, advice: null, chat: null }
      : { esims: [anEsim(), anEsim({ id: 'esim_past', state: 'ended' })] };
  }
  return { esim: anEsim(), order: null, advice: 'turn_on_and_roam', chat: null };
}

const ESIM = `/esims/${anEsim().id}`;
const PATHS = [
  '/',
  '/to/TH',
  `/checkout/${aPlan().id}?to=TH`,
  '/orders/ord_1',
  '/esims',
  ESIM,
  `${ESIM}/install`,
].concat(`${ESIM}/trouble`, `${ESIM}/top-up`, '/history', '/help');

/** What lies over the screens now. */
const openSheets = () => [...document.body.children].map((sheet) => sheet.textContent);

/** The innermost element with exactly this text that hears a press is pressed, as by a finger. */
function press(within: Element, text: string): void {
  const all = (element: Element): Element[] => [element, ...[...element.children].flatMap(all)];
  const button = all(within).findLast(
    ({ tagName, textContent }) => tagName === 'button' && textContent?.includes(text),
  );
  if (!button || !('fire' in button) || typeof button.fire !== 'function') throw new Error(`no button says ${text}`);
  Reflect.apply(button.fire, button, ['click']);
}

/** Shows the screen, with its content if asked, leaves it, and lets what is under way come to its end. */
async function visit(
  path: string,
  status: 'ready' | 'processing' | 'pending',
  { isPatient, act }: { isPatient: boolean; act?: (screen: Element) => void | Promise<void> },
) {
  const url = new URL(path, 'https://shop.test');
  const { route, params } = matchRoute(routes, url.pathname);
  const screen = await route?.load();
  if (screen === undefined) throw new Error(`${path} is no screen`);
  globalThis.fetch = (asked, init) =>
    Promise.resolve(
      Response.json(
        init?.method === 'POST'
          ? { esim: anEsim(), order: null, advice: 'turn_on_and_roam', chat: null }
          : answerTo(new URL(asked instanceof Request ? asked.url : asked), status),
      ),
    );
  const before = { effects: countLiveEffects(), listeners: countListeners() };
  const { result, dispose } = scope(() =>
    screen.render({
      client: new ESIMGoClient('user=1', 'https://shop.test'),
      language: 'en',
      router: { navigate: () => {}, replace: () => {}, startOver: () => {}, back: () => {} },
      session: signal(SESSION),
      track: () => {},
      params,
      query: url.searchParams,
    }),
  );
  if (isPatient) await vi.waitFor(() => expect(result.textContent?.length).toBeGreaterThan(40), { timeout: 10_000 });
  await act?.(result);
  const shown = { effects: countLiveEffects(), listeners: countListeners() };
  dispose();
  await new Promise((resolve) => setTimeout(resolve, 60));
  return { before, shown, after: { effects: countLiveEffects(), listeners: countListeners() } };
}

describe('a screen that is left', () => {
  it('is one of all there are', () => {
    const patterns = PATHS.map((path) => matchRoute(routes, path.split('?')[0] ?? '').route?.pattern);
    expect(patterns).toEqual(routes.map(({ pattern }) => pattern));
  });

  it.each(PATHS)('leaves no effect and no listener behind: %s', async (path) => {
    const { before, shown, after } = await visit(path, 'ready', { isPatient: true });
    expect(shown.effects + shown.listeners).toBeGreaterThan(before.effects + before.listeners);
    expect(after).toEqual(before);
  });

  it.each(PATHS)('leaves nothing behind either when its answers come after it: %s', async (path) => {
    const { before, after } = await visit(path, 'ready', { isPatient: false });
    expect(after).toEqual(before);
  });

  const SHEETS = [
    [ESIM, 'Show the QR code', 'Everything in one line'],
    [ESIM, 'Rename', 'For example, Mum'],
    ['/help', 'Delete my data', 'Delete for good'],
  ] as const;

  it.each(SHEETS)('closes the sheet that lies over it: %s, %s', async (path, button, words) => {
    const { before, after } = await visit(path, 'ready', {
      isPatient: true,
      act: async (screen) => {
        press(screen, button);
        await vi.waitFor(() => expect(openSheets().join()).toContain(words), { timeout: 10_000 });
      },
    });
    expect(openSheets()).toEqual([]);
    expect(after).toEqual(before);
  });

  it.each(SHEETS)('opens no sheet any more: %s, %s', async (path, button) => {
    const act = (screen: Element) => press(screen, button);
    const { before, after } = await visit(path, 'ready', { isPatient: true, act });
    expect(openSheets()).toEqual([]);
    expect(after).toEqual(before);
  });

  it.each(['processing', 'pending'] as const)('leaves nothing of an order that is %s', async (status) => {
    for (const path of ['/orders/ord_1', '/esims', '/history']) {
      const { before, after } = await visit(path, status, { isPatient: true });
      expect(after, path).toEqual(before);
    }
  });
});
