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
 * At each width of the phone: what sticks out of the page, and buttons of Telegram's that are out of sight or have their
 * words cut off. Rows that scroll sideways are meant to. Measured in one go, because each look at a browser takes time.
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
  const lostButtons = (width) => [...document.querySelectorAll('#app-buttons .bottom-button')].flatMap((button) => {
    const { left, right, bottom, height } = button.getBoundingClientRect();
    const isInSight = left >= 0 && right <= width && bottom <= innerHeight && height >= 44;
    const isWhole = button.scrollWidth <= button.clientWidth && button.scrollHeight <= button.clientHeight;
    return isInSight && isWhole ? [] : ['the button "' + button.innerText + '" is out of sight or cut off'];
  });
  const found = widths.flatMap((width) => {
    phone.style.setProperty('inline-size', width + 'px', 'important');
    const isThatWide = page.getBoundingClientRect().width === width && inner.innerWidth === width;
    return [...(isThatWide ? [] : ['it is ' + inner.innerWidth + ' wide']), ...stickingOut(), ...lostButtons(width)]
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
