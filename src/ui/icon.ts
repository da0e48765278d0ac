import './icon.css';
import { s } from './dom.ts';

/** Drawn on 24 × 24 with a pen of 1.8; a filled one says so. */
const ICONS = {
  back: 'M15 5l-7 7 7 7',
  chevron: 'M9 6l6 6-6 6',
  check: 'M5 12.5l4.5 4.5L19 7',
  clock: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM12 7v5.3l3.5 2',
  close: 'M7 7l10 10M17 7L7 17',
  copy: 'M9 9h10v11H9zM15 9V5H5v11h4',
  globe:
    'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zm0 0c2.5 2.4 3.8 5.6 3.8 9s-1.3 6.6-3.8 9c-2.5-2.4-3.8-5.6-3.8-9S9.5 5.4 12 3zM3.3 9h17.4M3.3 15h17.4',
  history: 'M5 4h14v17l-3.5-2-3.5 2-3.5-2L5 21zM9 9h6M9 13h6',
  info: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM12 11v5.5M12 7.5v.2',
  phone: 'M8 3h8a1.5 1.5 0 0 1 1.5 1.5v15A1.5 1.5 0 0 1 16 21H8a1.5 1.5 0 0 1-1.5-1.5v-15A1.5 1.5 0 0 1 8 3zM11 18h2',
  pencil: 'M5 19l1-4L16.5 4.5l3 3L9 18zM14.5 6.5l3 3',
  plane:
    'M21 4c-1-1-2.7-.6-3.7.4L14 7.7 5.5 5.5 4 7l6.5 4.2L7 14.7l-2.8-.4L3 15.5l3.5 2 2 3.5 1.2-1.2-.4-2.8 3.5-3.5L17 20l1.5-1.5L16.3 10l3.3-3.3C20.6 5.7 22 5 21 4z',
  help: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM9.5 9.7a2.5 2.5 0 1 1 3.6 2.2c-.7.4-1.1.9-1.1 1.7v.4M12 16.7v.2',
  qr: 'M4 4h6v6H4zM14 4h6v6h-6zM4 14h6v6H4zM14 14h2v2h-2zM18 14h2M14 18v2M18 18h2v2h-2z',
  plus: 'M12 5v14M5 12h14',
  refresh: 'M19 8.5A8 8 0 1 0 20 13M19.5 3.5v5h-5',
  search: 'M10.5 4a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13zM15.5 15.5L20.5 20.5',
  send: 'M20.5 4L3.5 11l6 2.5M20.5 4l-4 16-7-6.5M20.5 4l-11 9.5v6l3.2-3.3',
  sim: 'M7 3h7l4 4v13a1 1 0 0 1-1 1H7a1 1 0 0 1-1-1V4a1 1 0 0 1 1-1zM9.5 12h5v5.5h-5zM12 12v5.5',
  warning: 'M12 4L2.8 20h18.4zM12 10v4.5M12 17v.2',
  wifi: 'M4 10a11.5 11.5 0 0 1 16 0M7 13.3a7.2 7.2 0 0 1 10 0M12 17.5v.2',
} as const;
export type IconName = keyof typeof ICONS;

const STAR = 'M12 2.3l2.9 6.2 6.7.9-4.9 4.7 1.2 6.8L12 17.6l-5.9 3.3 1.2-6.8-4.9-4.7 6.7-.9z';

/** Decoration: what it stands for is always said in words beside it. */
export function icon(name: IconName): SVGElement {
  return s('svg', { class: 'icon', viewBox: '0 0 24 24', 'aria-hidden': 'true' }, s('path', { d: ICONS[name] }));
}

/** Drawn, because the emoji looks different on every system and is missing on some. */
export function star(label: string | null = null): SVGElement {
  const naming = label === null ? { 'aria-hidden': 'true' } : { role: 'img', 'aria-label': label };
  return s('svg', { class: 'star', viewBox: '0 0 24 24', ...naming }, s('path', { d: STAR }));
}
