import type { Browser, BrowserContext, Locator, Page } from 'playwright-core';
import { openSandboxClient, type Look } from '../../../scripts/browser/sandbox-client.ts';
import { readQrPng } from '../../support/read-qr.ts';
import type { ShopUnderTest } from '../../support/shop.ts';

export type TelegramClient = Awaited<ReturnType<typeof openTelegramClient>>;

/** The simulated Telegram client in a browser, with the hands and eyes of the person who uses it. */
export async function openTelegramClient(browser: Browser, shop: Pick<ShopUnderTest, 'url'>, look: Look) {
  const { watch, ...watched } = createWatch(shop.url);
  const base = await openSandboxClient(browser, shop.url, look, watch);
  const { page, app } = base;
  const buttons = page.locator('#app-buttons .bottom-button');
  const sheet = page.locator('#sheets .sheet');

  return {
    ...base,
    sheet,
    ...watched,
    /** By the menu, as a person would who is done. */
    async closeShop(): Promise<void> {
      await page.locator('#app-more').click();
      await page.locator('#app-menu').getByRole('menuitem').last().click();
      await page.locator('#app').waitFor({ state: 'hidden' });
    },
    back: () => page.locator('#app-leave').click(),
    /** Telegram's own button under the app. */
    mainButton: (text: string | RegExp): Locator => buttons.filter({ hasText: text }),
    tap: (text: string | RegExp) => app.getByText(text).first().click(),
    sees: (text: string | RegExp) => app.getByText(text).filter({ visible: true }).first().waitFor(),
    /** What the app shows, as one would read it aloud. */
    text: () => app.locator('body').innerText(),
    async pay(): Promise<void> {
      await sheet.locator('.button--wide').first().click();
      await sheet.waitFor({ state: 'detached' });
    },
    async cancelPayment(): Promise<void> {
      await sheet.locator('.button--plain').click();
      await sheet.waitFor({ state: 'detached' });
    },
    /** Four taps from the list of destinations to the payment sheet. */
    async choosePlan(place: string, plan: string | RegExp): Promise<void> {
      await app.locator('.list-row, [class*="list-row"]').getByText(place, { exact: true }).first().click();
      await app.locator('.plan').filter({ hasText: plan }).first().click();
      await buttons.first().click();
      await app.locator('.checkout__parts').waitFor();
      await buttons.first().click();
      await sheet.waitFor();
    },
    /** What a camera reads from the page, as the page is on the screen. */
    async photographedQr(): Promise<string> {
      const code = app.locator('.qr__code').first();
      await code.scrollIntoViewIfNeeded();
      await code.evaluate('image => image.decode()');
      return readQrPng(await page.screenshot());
    },
  };
}

/** Collects what no page of ours may ever do. */
function createWatch(origin: string) {
  const found: string[] = [];
  const expected: RegExp[] = [];
  const note = (complaint: string) => found.push(complaint);
  const watchPage = (page: Page) => {
    page.on('console', (message) => {
      if (message.type() === 'error') note(`console: ${message.text()} ${message.location().url}`);
    });
    page.on('pageerror', (error) => note(`uncaught: ${error.stack ?? error.message}`));
  };
  const watch = (context: BrowserContext) => {
    context.on('page', watchPage);
    context.on('request', (request) => {
      const url = new URL(request.url());
      if (/^https?:$/.test(url.protocol) && url.origin !== origin) note(`left the origin: ${request.url()}`);
    });
    void context.addInitScript(
      `addEventListener('securitypolicyviolation', (breach) =>
        console.error('policy: ' + breach.violatedDirective + ' stopped ' + breach.blockedURI))`,
    );
  };
  return {
    watch,
    complaints: () => found.filter((complaint) => !expected.some((pattern) => pattern.test(complaint))),
    /** A test that breaks something on purpose names what the browser will say about it. */
    expectError: (pattern: RegExp) => void expected.push(pattern),
  };
}
