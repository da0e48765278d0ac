import { effect, signal, untracked } from '@preact/signals-core';
import type { SessionAnswer } from '../lib/contract/session.ts';
import { appMessages } from './app-messages.ts';
import { keepContact } from './contact.ts';
import { ESIMGoClient } from './esimgo-client.ts';
import { createTrack } from './events.ts';
import { chosenLanguage, language, learnLanguage } from './language.ts';
import { openOffline } from './offline.ts';
import { createRouter, enterAt, kindOfStartParam, type Place } from './router.ts';
import { routes } from './routes.ts';
import type { ScreenModule } from './screen.ts';
import {
  initData,
  isSlowDevice,
  isTelegram,
  ready,
  setBackButton,
  setSettingsButton,
  startParam,
  startTelegram,
} from './telegram.ts';
import { h } from './ui/dom.ts';
import { notice } from './ui/notice.ts';
import { scope } from './ui/scope.ts';

/** Joins Telegram, the router and the screens; the only place that knows all three. */
export function startApp(root: HTMLElement): void {
  const host = h('main', { class: 'app', tabindex: -1 });
  root.append(host);
  document.documentElement.toggleAttribute('data-calm', isSlowDevice);
  startTelegram();
  const client = new ESIMGoClient(initData);
  if (!isTelegram) {
    document.documentElement.lang = language.value;
    import('./screens/outside/view.ts').then(
      ({ renderOutside }) => host.append(renderOutside(client, language.value)),
      () => host.append(broken()),
    );
    return;
  }

  const track = createTrack(client);
  const session = signal<SessionAnswer | null>(null);
  const scrollTops = new Map<string, number>();
  let shown: { place: Place; dispose(): void } | null = null;
  let turn = 0;

  const router = createRouter(routes, (place) => void open(place));

  async function open(place: Place): Promise<void> {
    if (shown) scrollTops.set(shown.place.key, scrollY);
    const mine = (turn += 1);
    setBackButton(place.depth > 0 ? () => router.back() : null);
    let screen: ScreenModule | null;
    try {
      screen = (await place.route?.load()) ?? null;
    } catch {
      screen = null;
    }
    if (mine === turn) mount(place, screen);
  }

  function mount(place: Place, screen: ScreenModule | null): void {
    const isFirst = shown === null;
    shown?.dispose();
    const { result, dispose } = scope(() => untracked(() => (screen ? screen.render(contextOf(place)) : lost(place))));
    shown = { place, dispose };
    result.classList.add('screen', ...(isFirst ? [] : ['screen--entering']));
    host.replaceChildren(result);
    document.title = result.querySelector('h1')?.textContent ?? appMessages[language.value].title;
    // Asking where the page is scrolled to lays it out: not before the first screen is painted.
    if (!isFirst) restoreScroll(scrollTops.get(place.key) ?? 0);
    if (place.depth > 0) host.focus({ preventScroll: true });
    ready();
  }

  function contextOf(place: Place) {
    const { params, query } = place;
    return { client, language: language.value, router, session, track, params, query };
  }

  /** A path that leads nowhere, or a screen whose file could not be loaded. */
  function lost(place: Place): HTMLElement {
    const messages = appMessages[language.value];
    if (!place.route) {
      const action = { text: messages.lost.action, onPress: () => router.replace('/') };
      return notice({ icon: 'globe', title: messages.lost.title, text: messages.lost.text, action });
    }
    return broken();
  }

  effect(() => {
    document.documentElement.lang = language.value;
    const place = untracked(() => shown?.place);
    if (place) void open(place);
  });
  setSettingsButton(() => router.navigate('/help?to=language'));
  enterAt(startParam);
  router.start();
  openOffline();
  track('open', startParam === null ? undefined : { by: kindOfStartParam(startParam) });
  client.authenticate().then(
    (answer) => {
      session.value = answer;
      keepContact(answer);
      learnLanguage(answer.language);
      const chosen = chosenLanguage();
      if (chosen !== null && chosen !== answer.language) client.chooseLanguage(chosen).catch(() => {});
    },
    // Browsing needs no session; what needs one asks again and says what is wrong.
    () => {},
  );
}

function broken(): HTMLElement {
  const { title, text, action } = appMessages[language.value].broken;
  return notice({ icon: 'warning', title, text, action: { text: action, onPress: () => location.reload() } });
}

/** The content may still be on its way: tries for as long as a person would not have scrolled by hand. */
function restoreScroll(top: number, triesLeft = 30): void {
  scrollTo(0, top);
  if (top > 0 && triesLeft > 0 && Math.abs(scrollY - top) > 1) {
    requestAnimationFrame(() => restoreScroll(top, triesLeft - 1));
  }
}
