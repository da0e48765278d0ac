/** As much of a document as the kit touches, so that its rules are tested without a browser. */

export class TinyNode {
  parentNode: TinyNode | null = null;
  childNodes: TinyNode[] = [];
  data = '';

  get nextSibling(): TinyNode | null {
    const siblings = this.parentNode?.childNodes ?? [];
    return siblings[siblings.indexOf(this) + 1] ?? null;
  }

  get textContent(): string {
    return this.data + this.childNodes.map((child) => (child instanceof TinyComment ? '' : child.textContent)).join('');
  }

  appendChild(child: TinyNode): TinyNode {
    return this.insertBefore(child, null);
  }

  append(...children: TinyNode[]): void {
    for (const child of children) this.appendChild(child);
  }

  insertBefore(child: TinyNode, following: TinyNode | null): TinyNode {
    if (child instanceof TinyFragment) {
      for (const part of [...child.childNodes]) this.insertBefore(part, following);
      return child;
    }
    child.remove();
    const at = following === null ? this.childNodes.length : this.childNodes.indexOf(following);
    this.childNodes.splice(at, 0, child);
    child.parentNode = this;
    return child;
  }

  before(node: TinyNode): void {
    this.parentNode?.insertBefore(node, this);
  }

  remove(): void {
    const siblings = this.parentNode?.childNodes;
    siblings?.splice(siblings.indexOf(this), 1);
    this.parentNode = null;
  }
}

export class TinyFragment extends TinyNode {}
export class TinyComment extends TinyNode {}
export class TinyText extends TinyNode {}

export class TinyElement extends TinyNode {
  readonly tagName: string;
  readonly attributes = new Map<string, string>();
  readonly listeners = new Map<string, Set<(event: unknown) => void>>();
  readonly style = { setProperty: (name: string, value: string) => void this.attributes.set(name, value) };

  constructor(tagName: string) {
    super();
    this.tagName = tagName;
  }

  get children(): TinyElement[] {
    return this.childNodes.filter((child) => child instanceof TinyElement);
  }

  setAttribute(name: string, value: string): void {
    this.attributes.set(name, value);
  }

  removeAttribute(name: string): void {
    this.attributes.delete(name);
  }

  toggleAttribute(name: string, isOn: boolean): void {
    if (isOn) this.attributes.set(name, '');
    else this.attributes.delete(name);
  }

  addEventListener(name: string, listener: (event: unknown) => void): void {
    this.listeners.set(name, (this.listeners.get(name) ?? new Set()).add(listener));
  }

  removeEventListener(name: string, listener: (event: unknown) => void): void {
    this.listeners.get(name)?.delete(listener);
  }

  fire(name: string): void {
    for (const listener of this.listeners.get(name) ?? []) listener({ type: name });
  }
}

export function installTinyDom(): void {
  Object.assign(globalThis, {
    Node: TinyNode,
    document: {
      createElement: (tag: string) => new TinyElement(tag),
      createElementNS: (_namespace: string, tag: string) => new TinyElement(tag),
      createTextNode: (text: string) => Object.assign(new TinyText(), { data: text }),
      createComment: () => new TinyComment(),
      createDocumentFragment: () => new TinyFragment(),
    },
  });
}
