import { randomUUID } from 'node:crypto';
import type { Browser, BrowserContext, FrameLocator } from 'playwright-core';

export interface Look {
  language: 'ru' | 'en';
  theme: 'light' | 'dark';
  /** As Telegram names its clients. */
  platform: 'ios' | 'android' | 'tdesktop' | 'macos' | 'weba' | 'webk';
  userId: number;
  viewport?: { width: number; height: number };
  /** Pixels of the picture for each of the page. */
  scale?: number;
  /** Without animations. */
  isCalm?: boolean;
  /** The phone fills the window, as Telegram does on a small screen or in a browser. */
  isWholeWindow?: boolean;
}

const ACTION_TIMEOUT_MS = 15_000;

/** The simulated Telegram client of the sandbox in a browser, on a device of its own. */
export async function openSandboxClient(
  browser: Browser,
  url: string,
  look: Look,
  prepare: (context: BrowserContext) => void = () => {},
) {
  const {
    viewport = { width: 1280, height: 900 },
    scale = 1,
    isCalm = false,
    isWholeWindow = false,
    ...settings
  } = look;
  const context = await browser.newContext({
    viewport,
    deviceScaleFactor: scale,
    locale: look.language === 'ru' ? 'ru-RU' : 'en-GB',
    colorScheme: look.theme,
    timezoneId: 'Europe/Moscow',
    reducedMotion: isCalm ? 'reduce' : 'no-preference',
    storageState: {
      cookies: [],
      origins: [{ origin: url, localStorage: [{ name: 'sandbox-page', value: JSON.stringify(settings) }] }],
    },
  });
  context.setDefaultTimeout(ACTION_TIMEOUT_MS);
  prepare(context);
  const page = await context.newPage();
  await page.goto(`${url}/sandbox`);
  if (isWholeWindow) await page.evaluate(FILL_THE_WINDOW);
  const app: FrameLocator = page.frameLocator('.app__iframe');

  /** Runs a script in the app's frame. */
  async function inApp<Result>(script: string): Promise<Result> {
    const frame = page.frames().find((candidate) => candidate.parentFrame() === page.mainFrame());
    if (frame === undefined) throw new Error('the Mini App is not open');
    return frame.evaluate<Result>(script);
  }

  return {
    context,
    page,
    app,
    inApp,
    userId: look.userId,
    close: () => context.close(),
    /** Opens the Mini App the way a button of the bot does. */
    async openShop(path = '/', startParam?: string): Promise<void> {
      const call = [path, ...(startParam === undefined ? [] : [startParam])].map((value) => JSON.stringify(value));
      await page.evaluate(`import('/sandbox/page/mini-app.js').then((host) => host.openMiniApp(${call.join()}))`);
      await app.locator('.screen').first().waitFor();
    },
    /** To another screen of the open app, and until it has what it shows. */
    async goTo(path: string): Promise<void> {
      const state = JSON.stringify({ depth: path === '/' ? 0 : 1, key: randomUUID() });
      await inApp(
        `history.pushState(${state}, '', ${JSON.stringify(path)}); dispatchEvent(new PopStateEvent('popstate'))`,
      );
      await inApp(HAS_SETTLED);
    },
    settled: () => inApp<void>(HAS_SETTLED),
    /** Telegram's own button under the app. */
    press: (text: string | RegExp) => page.locator('#app-buttons .bottom-button').filter({ hasText: text }).click(),
  };
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
