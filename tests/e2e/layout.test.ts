import { beforeAll, describe, expect, it } from 'vitest';
import { makeRichUser, type RichUser } from './support/rich-user.ts';
import { useShop } from './support/suite.ts';

const suite = useShop();
let user: RichUser;
beforeAll(async () => {
  user = await makeRichUser(suite.shop, suite.newUserId(), 'ru');
});

const PLATFORMS = ['ios', 'android', 'tdesktop', 'macos', 'weba', 'webk'] as const;
const WIDTHS = [320, 390, 768, 1280];

/**
 * At each width of the phone: what sticks out of the page, texts that are cut off or lie over one another, and buttons of
 * Telegram's that are out of sight or have their words cut off. Rows that scroll sideways are meant to. Measured in one
 * go, because each look at a browser takes time.
 */
const WHAT_DOES_NOT_FIT = `((widths) => {
  const phone = document.querySelector('.phone');
  const inner = document.querySelector('.app__iframe').contentWindow;
  const page = inner.document.scrollingElement;
  const scrolls = (element) => element !== null && element !== page &&
    (['auto', 'scroll', 'hidden', 'clip'].includes(inner.getComputedStyle(element).overflowX) || scrolls(element.parentElement));
  const stickingOut = () => {
    const found = page.scrollWidth > page.clientWidth ? ['the page scrolls sideways to ' + page.scrollWidth] : [];
    for (const element of inner.document.body.querySelectorAll('*')) {
      const { left, right, width, height } = element.getBoundingClientRect();
      if (width === 0 || height === 0 || (left >= -1 && right <= page.clientWidth + 1)) continue;
      if (element.closest('.visually-hidden') || scrolls(element.parentElement)) continue;
      found.push(element.className + ' reaches from ' + left + ' to ' + right);
    }
    return found;
  };
  // Rows out of sight are laid out only when they come near.
  const isSeen = (element) =>
    element.checkVisibility({ opacityProperty: true, visibilityProperty: true, contentVisibilityAuto: true });
  const clips = (element) => {
    const { overflowX, overflowY } = inner.getComputedStyle(element);
    return [overflowX, overflowY].some((overflow) => overflow === 'hidden' || overflow === 'clip');
  };
  const textWidth = (input, text) => {
    const pen = inner.document.createElement('canvas').getContext('2d');
    const { fontWeight, fontSize, fontFamily } = inner.getComputedStyle(input, '::placeholder');
    pen.font = [fontWeight, fontSize, fontFamily].join(' ');
    return pen.measureText(text).width;
  };
  const cutOff = () => [...inner.document.body.querySelectorAll('*')].flatMap((element) => {
    if (!isSeen(element) || element.closest('.visually-hidden, svg')) return [];
    if (element.placeholder && textWidth(element, element.placeholder) > element.clientWidth) {
      return ['the placeholder "' + element.placeholder + '" is cut off'];
    }
    if (element === inner.document.body || element.clientWidth === 0 || element.innerText === '' || !clips(element)) return [];
    const wide = element.scrollWidth - element.clientWidth;
    const high = element.scrollHeight - element.clientHeight;
    const what = element.className + ' with "' + element.innerText.slice(0, 40).replaceAll('\\n', ' ') + '"';
    return wide <= 0 && high <= 1 ? [] : [what + ' cuts off ' + wide + ' × ' + high];
  });
  const TOUCH = 1;
  // Of a line of text, where its letters are: the box of a font is higher than a line may be.
  const lettersIn = ({ left, right, top, bottom }, element) => {
    const half = 0.36 * Number.parseFloat(inner.getComputedStyle(element).fontSize);
    return { left, right, top: (top + bottom) / 2 - half, bottom: (top + bottom) / 2 + half };
  };
  const overlapping = () => {
    const texts = [];
    const walker = inner.document.createTreeWalker(inner.document.body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const parent = node.parentElement;
      if (node.data.trim() === '' || !isSeen(parent)) continue;
      // What stays in sight lies over what is scrolled below it.
      if (parent.closest('.visually-hidden, legend') || isPinned(parent)) continue;
      const range = inner.document.createRange();
      range.selectNodeContents(node);
      for (const box of range.getClientRects()) texts.push({ node, box: lettersIn(box, parent) });
    }
    texts.sort((one, other) => one.box.top - other.box.top);
    return texts.flatMap((one, index) => {
      const over = [];
      for (let next = index + 1; next < texts.length && texts[next].box.top < one.box.bottom - TOUCH; next += 1) {
        const { node, box } = texts[next];
        const isBeside = box.left >= one.box.right - TOUCH || box.right <= one.box.left + TOUCH;
        if (node !== one.node && !isBeside) over.push('"' + node.data + '" lies over "' + one.node.data + '"');
      }
      return over;
    });
  };
  const isPinned = (element) => element !== null &&
    (['fixed', 'sticky'].includes(inner.getComputedStyle(element).position) || isPinned(element.parentElement));
  const lostButtons = (width) => [...document.querySelectorAll('#app-buttons .bottom-button')].flatMap((button) => {
    const { left, right, bottom, height } = button.getBoundingClientRect();
    const isInSight = left >= 0 && right <= width && bottom <= innerHeight && height >= 44;
    const isWhole = button.scrollWidth <= button.clientWidth && button.scrollHeight <= button.clientHeight;
    return isInSight && isWhole ? [] : ['the button "' + button.innerText + '" is out of sight or cut off'];
  });
  const found = widths.flatMap((width) => {
    phone.style.setProperty('inline-size', width + 'px', 'important');
    const isThatWide = page.getBoundingClientRect().width === width && inner.innerWidth === width;
    return [...(isThatWide ? [] : ['it is ' + inner.innerWidth + ' wide']), ...stickingOut(), ...cutOff(), ...overlapping(), ...lostButtons(width)]
      .map((what) => width + ' px: ' + what);
  });
  phone.style.removeProperty('inline-size');
  return found;
})(${JSON.stringify(WIDTHS)})`;

/** As a person who reads at twice the size has it in the browser's settings; the letters of a row, before and after. */
const TEXT_TWICE_AS_LARGE = `(() => {
  const size = () => Number.parseFloat(getComputedStyle(document.body).fontSize);
  const before = size();
  document.documentElement.style.fontSize = '200%';
  return size() / before;
})()`;

describe('layout', () => {
  it.each(PLATFORMS)('fits every screen at every width, also with text twice as large: %s', async (platform) => {
    const client = await suite.open({ language: 'ru', platform, userId: user.id, isCalm: true, isWholeWindow: true });
    await client.openShop();
    const found: string[] = [];
    for (const text of ['usual', 'doubled']) {
      if (text === 'doubled') expect(await client.inApp<number>(TEXT_TWICE_AS_LARGE)).toBe(2);
      for (const [name, path] of Object.entries(user.screens)) {
        await client.goTo(path);
        const here = await client.page.evaluate<string[]>(WHAT_DOES_NOT_FIT);
        found.push(...here.map((what) => `${name}, ${text} text, ${what}`));
      }
    }
    expect(found).toEqual([]);
  });
});
