import './list-row.css';
import { h, type Child, type Props } from './dom.ts';
import { icon } from './icon.ts';

export interface RowOptions {
  leading?: Child;
  title: Child;
  subtitle?: Child;
  trailing?: Child;
  /** Makes the row a button, with a chevron unless told otherwise. */
  onPress?: () => void;
  hasChevron?: boolean;
  props?: Props;
}

/** Put rows into `list()`. */
export function listRow({ leading, title, subtitle, trailing, onPress, hasChevron, props }: RowOptions): HTMLElement {
  const content = [
    leading === undefined ? null : h('span', { class: 'list-row__leading' }, leading),
    h(
      'span',
      { class: 'list-row__text' },
      h('span', { class: 'list-row__title' }, title),
      subtitle === undefined ? null : h('span', { class: 'list-row__subtitle' }, subtitle),
    ),
    trailing === undefined ? null : h('span', { class: 'list-row__trailing' }, trailing),
    (hasChevron ?? onPress !== undefined) ? h('span', { class: 'list-row__chevron' }, icon('chevron')) : null,
  ];
  return h(
    'li',
    { ...props, class: 'list__item' },
    onPress
      ? h('button', { class: 'list-row list-row--pressable', type: 'button', on: { click: onPress } }, ...content)
      : h('div', { class: 'list-row' }, ...content),
  );
}

export function list(...children: Child[]): HTMLElement {
  return h('ul', { class: 'list' }, ...children);
}
