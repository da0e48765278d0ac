import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { chromium, type BrowserContext } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CHROMIUM_ARGS, findChromium } from '../../scripts/browser/chromium.ts';
import { readQrPng } from '../support/read-qr.ts';
import { newestEsimOf } from './support/bought.ts';
import { useShop } from './support/suite.ts';

const TELEGRAM_WEB = 'https://web.telegram.org';
const suite = useShop();
let profile: string;
let context: BrowserContext;

/** A browser whose owner lets pages keep nothing; it takes a profile of its own to say so. */
beforeAll(async () => {
  profile = await mkdtemp(path.join(os.tmpdir(), 'esim-shop-e2e-profile-'));
  await mkdir(path.join(profile, 'Default'));
  await writeFile(
    path.join(profile, 'Default', 'Preferences'),
    JSON.stringify({ profile: { default_content_setting_values: { cookies: 2 } } }),
  );
  context = await chromium.launchPersistentContext(profile, {
    executablePath: findChromium(),
    // The shop of this test is on this machine, which pages of the internet may not look into otherwise.
    args: [...CHROMIUM_ARGS, '--disable-features=LocalNetworkAccessChecks,BlockInsecurePrivateNetworkRequests'],
    viewport: { width: 420, height: 900 },
    locale: 'en-GB',
  });
  context.setDefaultTimeout(15_000);
});
afterAll(async () => {
  await context?.close();
  await rm(profile, { recursive: true, force: true });
});

/** Enough of Telegram Web: the app in a frame of another origin, its messages kept, and answers when the test gives them. */
function hostPage(shopUrl: string, launch: URLSearchParams): string {
  return `<!doctype html><title>Telegram Web</title>
    <iframe title="Mini App" style="border:0;width:400px;height:880px" src="${shopUrl}/#${launch.toString().replaceAll('&', '&amp;')}"></iframe>
    <script>
      const told = [];
      addEventListener('message', (event) => {
        if (event.origin === '${shopUrl}') told.push(JSON.parse(event.data));
      });
      const answer = (eventType, eventData) =>
        document.querySelector('iframe').contentWindow.postMessage(JSON.stringify({ eventType, eventData }), '${shopUrl}');
    </script>`;
}

describe('the frame of Telegram Web, with its storage blocked', () => {
  it('sells like any other client', async () => {
    const { shop } = suite;
    const user = await shop.user(suite.newUserId());
    const launch = new URLSearchParams({
      tgWebAppData: user.initData,
      tgWebAppVersion: '9.1',
      tgWebAppPlatform: 'weba',
      tgWebAppThemeParams: JSON.stringify({
        bg_color: '#ffffff',
        secondary_bg_color: '#f4f4f5',
        text_color: '#000000',
      }),
    });
    await context.route(`${TELEGRAM_WEB}/**`, (route) =>
      route.fulfill({ contentType: 'text/html', body: hostPage(shop.url, launch) }),
    );
    const page = await context.newPage();
    const complaints: string[] = [];
    page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(String(error)));
    page.on('request', (request) => {
      const { origin } = new URL(request.url());
      if (origin !== shop.url && origin !== TELEGRAM_WEB && origin !== 'null') complaints.push(request.url());
    });
    await page.goto(`${TELEGRAM_WEB}/a/`);
    const app = page.frameLocator('iframe');
    await app.getByText('Thailand').first().waitFor();
    const frame = page.frames().find((candidate) => candidate.url().startsWith(shop.url));
    expect(
      await frame?.evaluate(`(() => { try { return localStorage.length } catch (error) { return error.name } })()`),
    ).toBe('SecurityError');

    const pressMainButton = async (text: string) => {
      await page.waitForFunction(
        `told.findLast(({ eventType }) => eventType === 'web_app_setup_main_button')?.eventData.text?.includes('${text}')`,
      );
      await page.evaluate(`answer('main_button_pressed')`);
    };
    await app.getByText('Thailand').first().click();
    await app.locator('.plan').first().click();
    await pressMainButton('Continue');
    await pressMainButton('Pay');
    const invoice = await page.waitForFunction(
      `told.find(({ eventType }) => eventType === 'web_app_open_invoice')?.eventData.slug`,
    );
    const slug = String(await invoice.jsonValue());
    expect(await user.pay(`https://t.me/$${slug}`)).toEqual({ status: 'paid' });
    await page.evaluate(`answer('invoice_closed', { slug: '${slug}', status: 'paid' })`);

    await app.getByText('Your eSIM is ready').waitFor();
    const code = app.locator('.qr__code');
    await code.scrollIntoViewIfNeeded();
    await code.evaluate('image => image.decode()');
    expect(readQrPng(await page.screenshot())).toBe((await newestEsimOf(shop, user.id)).lpa);
    expect(complaints).toEqual([]);
    await page.close();
  });
});
