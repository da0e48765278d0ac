import { signal } from '@preact/signals-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { countLiveEffects, liveEffect, onDispose, scope } from '../../../src/ui/scope.ts';
import { installTinyDom, type TinyElement } from './tiny-dom.ts';

type Build = (...parts: unknown[]) => TinyElement;
interface Kit {
  h: Build;
  swap(select: () => unknown, render: (value: never) => unknown): unknown;
  each(items: () => readonly unknown[], key: (item: never) => unknown, row: (item: () => never) => unknown): unknown;
}

let kit: Kit;

beforeAll(async () => {
  installTinyDom();
  // By a path the compiler does not follow: it would take the little document's nodes for the browser's.
  kit = await import(new URL('../../../src/ui/dom.ts', import.meta.url).href);
});

describe('h', () => {
  it('sets attributes, leaves out what is false or missing, and keeps aria words', () => {
    const element = kit.h(
      'button',
      { class: 'a', hidden: false, disabled: true, title: null, 'aria-pressed': false },
      'Go',
    );
    expect([...element.attributes]).toEqual([
      ['class', 'a'],
      ['disabled', ''],
      ['aria-pressed', 'false'],
    ]);
    expect(element.textContent).toBe('Go');
  });

  it('follows signals in text, attributes and classes without making nodes anew', () => {
    const name = signal('Thailand');
    const element = kit.h('p', { class: () => `c-${name.value}`, title: () => name.value }, 'to ', () => name.value);
    const [, , text] = element.childNodes;
    name.value = 'Turkey';
    expect(element.textContent).toBe('to Turkey');
    expect(element.attributes.get('class')).toBe('c-Turkey');
    expect(element.childNodes[2]).toBe(text);
  });

  it('replaces a live child that grew in the meantime, leaving nothing of it', () => {
    const isOn = signal(true);
    const inner = signal(['a']);
    const list = () =>
      kit.each(
        () => inner.value,
        String,
        (item: () => unknown) => kit.h('i', null, item),
      );
    const element = kit.h('div', null, () => (isOn.value ? list() : 'gone'));
    inner.value = ['a', 'b', 'c'];
    expect(element.textContent).toBe('abc');
    isOn.value = false;
    expect(element.textContent).toBe('gone');
  });
});

describe('each', () => {
  const keyed = (id: string, text = id) => ({ id, text });
  const mount = (items: { value: { id: string; text: string }[] }) =>
    kit.h(
      'ul',
      null,
      kit.each(
        () => items.value,
        ({ id }: { id: string }) => id,
        (item: () => { text: string }) => kit.h('li', null, () => item().text),
      ),
    );

  it('keeps the nodes of rows that stay, in any order, and patches their text', () => {
    const items = signal([keyed('a'), keyed('b'), keyed('c')]);
    const list = mount(items);
    const before = new Map(list.children.map((row) => [row.textContent, row]));
    items.value = [keyed('c'), keyed('a', 'A'), keyed('d')];
    expect(list.children.map((row) => row.textContent)).toEqual(['c', 'A', 'd']);
    expect(list.children[0]).toBe(before.get('c'));
    expect(list.children[1]).toBe(before.get('a'));
  });

  it('shows one row for a key that comes twice', () => {
    expect(mount(signal([keyed('a'), keyed('a')])).children).toHaveLength(1);
  });
});

describe('swap', () => {
  it('renders anew only when the selected value changes, and does not follow what the rendering reads', () => {
    const state = signal({ kind: 'loading' });
    const other = signal(1);
    let renders = 0;
    const element = kit.h(
      'div',
      null,
      kit.swap(
        () => state.value.kind,
        (kind: string) => {
          renders += 1;
          return `${kind} ${other.value}`;
        },
      ),
    );
    state.value = { kind: 'loading' };
    other.value = 2;
    expect(renders).toBe(1);
    state.value = { kind: 'ready' };
    expect(element.textContent).toBe('ready 2');
  });
});

describe('scope', () => {
  it('leaves no effect and no listener behind', () => {
    const before = countLiveEffects();
    const items = signal(['a', 'b']);
    let clicks = 0;
    const { result, dispose } = scope(() =>
      kit.h(
        'div',
        { on: { click: () => (clicks += 1) }, title: () => items.value.length },
        kit.each(
          () => items.value,
          String,
          (item: () => unknown) => kit.h('i', null, item),
        ),
        kit.swap(
          () => items.value.length,
          () => kit.h('b', { title: () => items.value.length }),
        ),
      ),
    );
    items.value = ['b', 'c', 'd'];
    result.fire('click');
    dispose();
    result.fire('click');
    items.value = [];
    expect(clicks).toBe(1);
    expect(result.children.filter(({ tagName }) => tagName === 'i')).toHaveLength(3);
    expect(countLiveEffects()).toBe(before);
  });

  it('ends what an effect made before the effect runs again', () => {
    const turn = signal(0);
    const ended: number[] = [];
    const { dispose } = scope(() =>
      liveEffect(() => {
        const mine = turn.value;
        onDispose(() => ended.push(mine));
      }),
    );
    turn.value = 1;
    expect(ended).toEqual([0]);
    dispose();
    expect(ended).toEqual([0, 1]);
  });
});
