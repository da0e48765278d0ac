import { installTinyDom, TinyElement } from './tiny-dom.ts';

/** Listeners that were added anywhere and not taken away again. */
let liveListeners = 0;

export function countListeners(): number {
  return liveListeners;
}

/** Counts what is added under one name once, as a browser holds it. */
function counting(target: Pick<EventTarget, 'addEventListener' | 'removeEventListener'>): void {
  const held = new Map<string, Set<unknown>>();
  const { addEventListener, removeEventListener } = target;
  Object.assign(target, {
    addEventListener(this: EventTarget, name: string, listener: EventListener) {
      const known = held.get(name) ?? new Set();
      if (!known.has(listener)) liveListeners += 1;
      held.set(name, known.add(listener));
      Reflect.apply(addEventListener, this, [name, listener]);
    },
    removeEventListener(this: EventTarget, name: string, listener: EventListener) {
      if (held.get(name)?.delete(listener)) liveListeners -= 1;
      Reflect.apply(removeEventListener, this, [name, listener]);
    },
  });
}

class CountedElement extends TinyElement {
  constructor(tagName: string) {
    super(tagName);
    counting(this);
  }

  /** A dialog's. */
  showModal(): void {}
  close(): void {
    this.fire('close');
  }

  scrollIntoView(): void {}
  focus(): void {}
  blur(): void {}
}

/** As much of a browser as the screens touch when they are shown; must run before they are imported. */
export function installBrowser(): void {
  installTinyDom();
  const page = Object.assign(new EventTarget(), {
    ...globalThis.document,
    visibilityState: 'visible',
    documentElement: new CountedElement('html'),
    body: new CountedElement('body'),
    createElement: (tag: string) => new CountedElement(tag),
    createElementNS: (_namespace: string, tag: string) => new CountedElement(tag),
  });
  counting(page);
  const view = Object.assign(new EventTarget(), { location: { hash: '', origin: 'https://shop.test' } });
  counting(view);
  Object.assign(globalThis, {
    document: page,
    window: Object.assign(globalThis, { parent: globalThis, location: view.location }),
    addEventListener: view.addEventListener.bind(view),
    removeEventListener: view.removeEventListener.bind(view),
    dispatchEvent: view.dispatchEvent.bind(view),
    requestAnimationFrame: (run: () => void) => setTimeout(run),
    IntersectionObserver: class {
      observe(): void {}
      unobserve(): void {}
    },
  });
  // Node 20 has none.
  if (!('navigator' in globalThis)) Object.assign(globalThis, { navigator: { userAgent: 'test', language: 'en' } });
}
