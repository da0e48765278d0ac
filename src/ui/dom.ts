import { computed, signal, untracked, type Signal } from '@preact/signals-core';
import { liveEffect, onDispose, scope } from './scope.ts';

/** Puts itself at the end of a parent and keeps itself up to date from then on. */
interface Mountable {
  mountIn(parent: Node): void;
}
type Simple = Node | Mountable | string | number | null | undefined | false;
export type Child = Simple | (() => Simple) | readonly Child[];

type Value = string | number | boolean | null | undefined;
type Live<Kind> = Kind | (() => Kind);
type Listeners = { [Name in keyof HTMLElementEventMap]?: (event: HTMLElementEventMap[Name]) => void };

export interface Props {
  class?: Live<string>;
  on?: Listeners;
  /** Custom properties only: a look belongs to the component's style sheet. */
  vars?: Record<`--${string}`, Live<string | number>>;
  [attribute: string]: Live<Value> | Listeners | Record<`--${string}`, Live<string | number>> | undefined;
}

const SVG = 'http://www.w3.org/2000/svg';
/** What a person changes is a property; the attribute of the same name is only where it began. */
const PROPERTIES = new Set(['value', 'checked', 'indeterminate']);

/** Makes an element. A function as child, attribute or class is a live binding: it runs again when a signal it read changes. */
export function h<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  props: Props | null = null,
  ...children: Child[]
): HTMLElementTagNameMap[Tag] {
  return fill(document.createElement(tag), props, children);
}

export function s<Tag extends keyof SVGElementTagNameMap>(
  tag: Tag,
  props: Props | null = null,
  ...children: Child[]
): SVGElementTagNameMap[Tag] {
  return fill(document.createElementNS(SVG, tag), props, children);
}

function fill<El extends HTMLElement | SVGElement>(element: El, props: Props | null, children: readonly Child[]): El {
  const { class: className, on, vars, ...attributes } = props ?? {};
  if (className !== undefined) bind(className, (value) => element.setAttribute('class', value));
  for (const [name, value] of Object.entries(vars ?? {})) {
    bind(value, (current) => element.style.setProperty(name, String(current)));
  }
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'object' && value !== null) continue;
    bind(value, (current) => setAttribute(element, name, current));
  }
  append(element, children);
  for (const [name, listener] of Object.entries(on ?? {})) {
    if (typeof listener !== 'function') continue;
    const heard: EventListener = (event) => Reflect.apply(listener, element, [event]);
    element.addEventListener(name, heard);
    onDispose(() => element.removeEventListener(name, heard));
  }
  return element;
}

function bind<Kind>(value: Live<Kind>, apply: (value: Kind) => void): void {
  if (isFunction(value)) liveEffect(() => apply(value()));
  else apply(value);
}

function isFunction<Kind>(value: Live<Kind>): value is () => Kind {
  return typeof value === 'function';
}

function setAttribute(element: Element, name: string, value: Value): void {
  if (PROPERTIES.has(name)) Reflect.set(element, name, value ?? '');
  // `aria-pressed="false"` means something; `hidden="false"` would hide.
  else if (typeof value === 'boolean' && !name.startsWith('aria-')) element.toggleAttribute(name, value);
  else if (value === null || value === undefined) element.removeAttribute(name);
  else element.setAttribute(name, String(value));
}

function append(parent: Node, children: readonly Child[]): void {
  for (const child of children) {
    if (child === null || child === undefined || child === false) continue;
    if (typeof child === 'function') appendLive(parent, child);
    else if (child instanceof Node) parent.appendChild(child);
    else if (typeof child === 'object' && 'mountIn' in child) child.mountIn(parent);
    else if (typeof child === 'object') append(parent, child);
    else parent.appendChild(document.createTextNode(String(child)));
  }
}

/** Text is patched in place; anything else is made anew. */
function appendLive(parent: Node, read: () => Simple): void {
  const place = createPlace(parent);
  let text: Text | null = null;
  liveEffect(() => {
    const content = read();
    if (typeof content === 'string' || typeof content === 'number') {
      if (text) text.data = String(content);
      else place.replace((text = document.createTextNode(String(content))));
    } else {
      text = null;
      place.replace(fragmentOf(content));
    }
  });
}

/** Shows what `render` makes of the value, anew only when the value is another one. Reads inside `render` are not followed. */
export function swap<Kind>(select: () => Kind, render: (value: Kind) => Child): Mountable {
  return {
    mountIn(parent) {
      const place = createPlace(parent);
      const selected = computed(select);
      liveEffect(() => {
        const value = selected.value;
        untracked(() => place.replace(fragmentOf(render(value))));
      });
    },
  };
}

function fragmentOf(content: Child): DocumentFragment {
  const fragment = document.createDocumentFragment();
  append(fragment, [content]);
  return fragment;
}

/** A list whose rows keep their nodes: a row that stays is moved and its text patched, never made anew. */
export function each<Item>(
  items: () => readonly Item[],
  keyOf: (item: Item) => string | number,
  row: (item: () => Item) => Element,
): Mountable {
  interface Row {
    element: Element;
    item: Signal<Item>;
    dispose(): void;
  }
  return {
    mountIn(parent) {
      const end = parent.appendChild(document.createComment(''));
      let rows = new Map<string | number, Row>();
      liveEffect(() => {
        const list = items();
        untracked(() => {
          const next = new Map<string | number, Row>();
          for (const item of list) {
            const key = keyOf(item);
            if (next.has(key)) continue;
            const known = rows.get(key);
            if (known) known.item.value = item;
            next.set(key, known ?? makeRow(item));
          }
          for (const [key, gone] of rows) {
            if (next.has(key)) continue;
            gone.dispose();
            gone.element.remove();
          }
          let following: Node = end;
          for (const { element } of [...next.values()].reverse()) {
            if (element.nextSibling !== following || element.parentNode !== end.parentNode) {
              end.parentNode?.insertBefore(element, following);
            }
            following = element;
          }
          rows = next;
        });
      });
      onDispose(() => {
        for (const { dispose } of rows.values()) dispose();
      });
    },
  };

  function makeRow(first: Item): Row {
    const item = signal(first);
    const { result, dispose } = scope(() => row(() => item.value));
    return { element: result, item, dispose };
  }
}

/** Two comments, because what stands between them may itself grow and shrink. */
function createPlace(parent: Node): { replace(content: Node): void } {
  const start = parent.appendChild(document.createComment(''));
  const end = parent.appendChild(document.createComment(''));
  return {
    replace(content) {
      while (start.nextSibling && start.nextSibling !== end) start.nextSibling.remove();
      end.before(content);
    },
  };
}
