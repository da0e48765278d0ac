import { randomUUID } from 'node:crypto';
import type { Browser, BrowserContext, FrameLocator, Locator, Page } from 'playwright-core';
import { readQrPng } from '../../support/read-qr.ts';
import type { ShopUnderTest } from '../../support/shop.ts';

export interface Look {
  language: 'ru' | 'en';
  theme: 'light' | 'dark';
  /** As Telegram names its clients. */
  platform: 'ios' | 'android' | 'tdesktop' | 'macos' | 'weba' | 'webk';
  userId: number;
  viewport?: { width: number; height: number };
  /** Without animations. */
  isCalm?: boolean;
  /** The phone fills the window, as Telegram does on a small screen or in a browser. */
  isWholeWindow?: boolean;
}

const ACTION_TIMEOUT_MS = 15_000;

export type TelegramClient = Awaited<ReturnType<typeof openTelegramClient>>;

/** The simulated Telegram client in a browser, with the hands and eyes of the person who uses it. */
export async function openTelegramClient(browser: Browser, shop: Pick<ShopUnderTest, 'url'>, look: Look) {
  const { viewport = { width: 1280, height: 900 }, isCalm = false, isWholeWindow = false, ...settings } = look;
  const context = await browser.newContext({
    viewport,
    locale: look.language === 'ru' ? 'ru-RU' : 'en-GB',
    colorScheme: look.theme,
    timezoneId: 'Europe/Moscow',
    reducedMotion: isCalm ? 'reduce' : 'no-preference',
    storageState: {
      cookies: [],
      origins: [{ origin: shop.url, localStorage: [{ name: 'sandbox-page', value: JSON.stringify(settings) }] }],
    },
  });
  context.setDefaultTimeout(ACTION_TIMEOUT_MS);
  const { complaints, expectError } = watchContext(context, shop.url);
  const page = await context.newPage();
  await page.goto(`${shop.url}/sandbox`);
  if (isWholeWindow) await page.evaluate(FILL_THE_WINDOW);
  const app: FrameLocator = page.frameLocator('.app__iframe');
  const buttons = page.locator('#app-buttons .bottom-button');
  const sheet = page.locator('#sheets .sheet');

  const client = {
    page,
    context,
    app,
    sheet,
    complaints,
    expectError,
    userId: look.userId,
    close: () => context.close(),

    /** Opens the Mini App the way a button of the bot does. */
    async openShop(path = '/', startParam?: string): Promise<void> {
      const call = [path, ...(startParam === undefined ? [] : [startParam])].map((value) => JSON.stringify(value));
      await page.evaluate(`import('/sandbox/page/mini-app.js').then((host) => host.openMiniApp(${call.join()}))`);
      await app.locator('.screen').first().waitFor();
    },
    /** By the menu, as a person would who is done. */
    async closeShop(): Promise<void> {
      await page.locator('#app-more').click();
      await page.locator('#app-menu').getByRole('menuitem').last().click();
      await page.locator('#app').waitFor({ state: 'hidden' });
    },
    /** Runs a script in the app's frame. */
    inApp<Result>(script: string): Promise<Result> {
      const frame = page.frames().find((candidate) => candidate.parentFrame() === page.mainFrame());
      if (frame === undefined) throw new Error('the Mini App is not open');
      return frame.evaluate<Result>(script);
    },
    /** To another screen of the open app, and until it has what it shows. */
    async goTo(path: string): Promise<void> {
      const state = JSON.stringify({ depth: path === '/' ? 0 : 1, key: randomUUID() });
      await client.inApp(
        `history.pushState(${state}, '', ${JSON.stringify(path)}); dispatchEvent(new PopStateEvent('popstate'))`,
      );
      await client.inApp(HAS_SETTLED);
    },
    back: () => page.locator('#app-leave').click(),
    /** Telegram's own button under the app. */
    mainButton: (text: string | RegExp): Locator => buttons.filter({ hasText: text }),
    press: (text: string | RegExp) => buttons.filter({ hasText: text }).click(),
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
  return client;
}

const FILL_THE_WINDOW = `(() => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(\`
    .desk { display: block !important }
    .tools { display: none !important }
    .phone { inline-size: 100vw !important; place-self: start !important; block-size: 100dvh !important; padding: 0 !important; border-radius: 0 !important }
  \`);
  document.adoptedStyleSheets = [sheet];
})()`;

/** Nothing is being loaded, and the page has looked the same for a moment. */
const HAS_SETTLED = `new Promise((resolve) => {
  let before = '';
  let quietTurns = 0;
  const look = () => {
    const now = document.querySelector('[aria-busy="true"], .skeleton') ? '' : location.pathname + document.body.innerText;
    quietTurns = now !== '' && now === before ? quietTurns + 1 : 0;
    before = now;
    if (quietTurns >= 4) resolve();
    else setTimeout(look, 40);
  };
  look();
})`;

/** Collects what no page of ours may ever do. */
function watchContext(context: BrowserContext, origin: string) {
  const found: string[] = [];
  const expected: RegExp[] = [];
  const note = (complaint: string) => found.push(complaint);
  const watchPage = (page: Page) => {
    page.on('console', (message) => {
      if (message.type() === 'error') note(`console: ${message.text()} ${message.location().url}`);
    });
    page.on('pageerror', (error) => note(`uncaught: ${error.stack ?? error.message}`));
  };
  context.on('page', watchPage);
  context.on('request', (request) => {
    const url = new URL(request.url());
    if (/^https?:$/.test(url.protocol) && url.origin !== origin) note(`left the origin: ${request.url()}`);
  });
  void context.addInitScript(
    `addEventListener('securitypolicyviolation', (breach) =>
      console.error('policy: ' + breach.violatedDirective + ' stopped ' + breach.blockedURI))`,
  );
  return {
    complaints: () => found.filter((complaint) => !expected.some((pattern) => pattern.test(complaint))),
    /** A test that breaks something on purpose names what the browser will say about it. */
    expectError: (pattern: RegExp) => void expected.push(pattern),
  };
}
