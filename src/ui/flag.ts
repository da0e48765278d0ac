import './flag.css';
import { h } from './dom.ts';
import { flagCodeOf, isRegion, tileLetters } from './flag-code.ts';
import { icon } from './icon.ts';
import { onDispose } from './scope.ts';

/** A row ahead: each flag is some 700 bytes, and a scroll waits for none of them. */
const NEAR = '48px';

/** Decoration beside the name. A region has a tinted globe: letters of its own would be taken for a country's. */
export function flag(code: string, options: { isLarge?: boolean } = {}): HTMLElement {
  const size = options.isLarge ? ' flag--large' : '';
  const hidden = { 'aria-hidden': 'true' };
  if (isRegion(code)) {
    return h('span', { ...hidden, class: `flag flag--region${size}` }, icon('globe'));
  }
  const country = flagCodeOf(code);
  const letters = () => h('span', null, tileLetters(code));
  if (country === null) return h('span', { ...hidden, class: `flag${size}` }, letters());
  const url = `/assets/flag-${country}-${import.meta.env.FLAGS_HASH}.svg`;
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
