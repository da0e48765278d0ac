import './flag.css';
import { h } from './dom.ts';
import { icon } from './icon.ts';
import { onDispose } from './scope.ts';

/** Sold apart from the country whose flag they fly. */
const FLAG_OF: Readonly<Record<string, string>> = { 'US-HI': 'US', CYP: 'CY' };
/** A country that is no more; its code stands for several islands, each with a flag of its own. */
const WITHOUT_FLAG = new Set(['AN']);
const NEAR = '240px';

/** Decoration beside the name. A region has a tinted tile; so has a country that flies no flag. */
export function flag(code: string, options: { isLarge?: boolean } = {}): HTMLElement {
  const size = options.isLarge ? ' flag--large' : '';
  const hidden = { 'aria-hidden': 'true' };
  if (isRegion(code)) {
    return h('span', { ...hidden, class: `flag flag--region${size}` }, icon('globe'), h('span', null, lettersOf(code)));
  }
  const url = flagUrl(code);
  const letters = () => h('span', null, lettersOf(code));
  if (url === null) return h('span', { ...hidden, class: `flag${size}` }, letters());
  const image = h('img', {
    class: 'flag__image',
    alt: '',
    width: options.isLarge ? 56 : 28,
    height: options.isLarge ? 40 : 20,
    decoding: 'async',
    on: { error: () => image.replaceWith(letters()) },
  });
  if (options.isLarge) image.src = url;
  else whenNear(image, () => (image.src = url));
  return h('span', { ...hidden, class: `flag${size}` }, image);
}

/** Null for what flies no flag: regions, and codes that nobody knows. */
export function flagUrl(code: string): string | null {
  const country = FLAG_OF[code] ?? code;
  if (!/^[A-Z]{2}$/.test(country) || WITHOUT_FLAG.has(country)) return null;
  return `/assets/flag-${country}-${import.meta.env.FLAGS_HASH}.svg`;
}

/** Only the code of a region is longer than two letters and begins with R. */
export function isRegion(code: string): boolean {
  return /^R[A-Z]{2,}$/.test(code);
}

/** The two letters of a tile: those that tell a region from its neighbours. */
export function lettersOf(code: string): string {
  return isRegion(code) ? code.slice(1, 3) : code.slice(0, 2);
}

const pending = new Map<Element, () => void>();
let observer: IntersectionObserver | undefined;

/** Browsers begin with lazy images two screens ahead, which for a list of all countries is a third of the first screen. */
function whenNear(element: Element, show: () => void): void {
  observer ??= new IntersectionObserver(
    (entries) => {
      for (const { target, isIntersecting } of entries) {
        if (!isIntersecting) continue;
        pending.get(target)?.();
        leave(target);
      }
    },
    { rootMargin: NEAR },
  );
  pending.set(element, show);
  observer.observe(element);
  onDispose(() => leave(element));
}

function leave(element: Element): void {
  pending.delete(element);
  observer?.unobserve(element);
}
