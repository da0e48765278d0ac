import type { ScreenModule } from './screen.ts';

export interface Route {
  /** `/to/:code`; a part that begins with a colon is a parameter. */
  pattern: string;
  load(): Promise<ScreenModule>;
}

export interface Place {
  route: Route | null;
  params: Readonly<Record<string, string>>;
  query: URLSearchParams;
  /** How many screens of ours lie behind this one. */
  depth: number;
  /** Names the history entry, for what is kept per entry. */
  key: string;
}

export interface Router {
  navigate(path: string): void;
  /** Goes on without a way back to this screen; to where the person came from, by going back there. */
  replace(path: string): void;
  /** Goes on with the first screen alone behind: what led here is over. */
  startOver(path: string): void;
  back(): void;
  start(): void;
}

interface EntryState {
  /** The paths of the screens behind this one, the first at the bottom. */
  behind: readonly string[];
  key: string;
}

/** Longer than any browser takes, shorter than anybody waits. */
const WAY_BACK_MS = 700;

export function createRouter(routes: readonly Route[], show: (place: Place) => void): Router {
  const open = () => {
    const { behind, key } = readState(history.state) ?? { behind: [], key: newKey() };
    const query = new URLSearchParams(location.search);
    show({ ...matchRoute(routes, location.pathname), query, depth: behind.length, key });
  };
  const behind = () => readState(history.state)?.behind ?? [];
  const put = (path: string, state: EntryState, isNew: boolean) => {
    if (isNew) history.pushState(state, '', path);
    else history.replaceState(state, '', path);
    open();
  };
  const push = (path: string) =>
    put(path, { behind: [...behind(), location.pathname + location.search], key: newKey() }, true);
  /** Where to go once the first screen is reached: a browser goes back in its own time. */
  let onward: string | null = null;
  let wayBack: ReturnType<typeof setTimeout> | undefined;
  /** `path` stands in where the browser does not go: the history of a frame is not always its own to go back in. */
  const goBack = (steps: number, path: string, left = behind().slice(0, behind().length - steps)) => {
    clearTimeout(wayBack);
    wayBack = setTimeout(() => {
      onward = null;
      put(path, { behind: left, key: newKey() }, false);
    }, WAY_BACK_MS);
    history.go(-steps);
  };
  const onPopState = () => {
    clearTimeout(wayBack);
    const path = onward;
    onward = null;
    if (path === null) open();
    else push(path);
  };

  return {
    navigate: push,
    replace(path) {
      const steps = stepsBackTo(path, behind());
      if (steps > 0) goBack(steps, path);
      else put(path, { behind: behind(), key: newKey() }, false);
    },
    startOver(path) {
      const steps = behind().length;
      if (steps < 2) return put(path, { behind: behind(), key: newKey() }, false);
      const isOnTheWay = onward !== null;
      onward = path;
      if (!isOnTheWay) goBack(steps, path, behind().slice(0, 1));
    },
    back() {
      const last = behind().at(-1);
      if (last === undefined) this.replace('/');
      else goBack(1, last);
    },
    start() {
      history.scrollRestoration = 'manual';
      addEventListener('popstate', onPopState);
      open();
    },
  };
}

/**
 * Where the app begins. Launch data leaves the address; what the app was opened for (`startapp`, a bot's button) gets
 * the first screen put behind it, so that back leads into the shop and not out of it. A reload keeps its place.
 */
export function enterAt(startParam: string | null): void {
  const path = location.pathname + location.search;
  if (readState(history.state)) return history.replaceState(history.state, '', path);
  const target = pathOfStartParam(startParam) ?? path;
  history.replaceState({ behind: [], key: newKey() } satisfies EntryState, '', '/');
  if (target === '/' || target.startsWith('/?') || target === '/index.html') return;
  history.pushState({ behind: ['/'], key: newKey() } satisfies EntryState, '', target);
}

/** `to_TH`, `plan_<bundle>`, `order_<id>`; anything else is no place of ours. */
export function pathOfStartParam(startParam: string | null): string | null {
  const [, kind, value] = /^(to|plan|order)_([\w-]+)$/.exec(startParam ?? '') ?? [];
  if (value === undefined) return null;
  switch (kind) {
    case 'to':
      return `/to/${value.toUpperCase()}`;
    case 'plan':
      return `/checkout/${value}`;
    default:
      return `/orders/${value.startsWith('ord_') ? value : `ord_${value}`}`;
  }
}

export function kindOfStartParam(startParam: string): 'to' | 'plan' | 'order' | 'other' {
  const [kind] = startParam.split('_', 1);
  return kind === 'to' || kind === 'plan' || kind === 'order' ? kind : 'other';
}

/** The other way round: what a link to the bot carries, so that it opens this place. */
export function startParamOfPath(pathname: string): string | null {
  const [, kind, value] = /^\/(to|checkout|orders)\/([\w-]+)$/.exec(pathname) ?? [];
  if (value === undefined) return null;
  return `${kind === 'checkout' ? 'plan' : kind === 'orders' ? 'order' : 'to'}_${value}`;
}

/** How far behind the path was seen last; 0 if it was not. */
function stepsBackTo(path: string, behind: readonly string[]): number {
  const index = behind.lastIndexOf(path);
  return index < 0 ? 0 : behind.length - index;
}

export function matchRoute<Kind extends { pattern: string }>(
  routes: readonly Kind[],
  pathname: string,
): { route: Kind | null; params: Record<string, string> } {
  const given = partsOf(pathname);
  for (const route of routes) {
    const wanted = partsOf(route.pattern);
    if (wanted.length !== given.length) continue;
    const params: Record<string, string> = {};
    const isMatch = wanted.every((part, index) => {
      const value = decode(given[index] ?? '');
      if (!part.startsWith(':')) return part === value;
      params[part.slice(1)] = value;
      return true;
    });
    if (isMatch) return { route, params };
  }
  return { route: null, params: {} };
}

function partsOf(path: string): string[] {
  return path.split('/').filter((part) => part !== '');
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function readState(state: unknown): EntryState | null {
  if (typeof state !== 'object' || state === null || !('behind' in state) || !('key' in state)) return null;
  const { behind, key } = state;
  return Array.isArray(behind) && behind.every(isString) && typeof key === 'string' ? { behind, key } : null;
}

function isString(value: unknown): value is string {
  return typeof value === 'string';
}

function newKey(): string {
  return crypto.randomUUID();
}
