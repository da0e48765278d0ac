import { randomInt } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, inject } from 'vitest';
import { launchChromium } from '../../../scripts/browser/chromium.ts';
import type { Look } from '../../../scripts/browser/sandbox-client.ts';
import { createStaticFiles } from '../../../scripts/serve/static-files.ts';
import { readVercelSettings } from '../../../scripts/serve/vercel-settings.ts';
import { startShop, type ShopUnderTest } from '../../support/shop.ts';
import { openTelegramClient, type TelegramClient } from './telegram-client.ts';

const VERCEL_JSON = fileURLToPath(new URL('../../../vercel.json', import.meta.url));
const FAILURES = path.join(os.tmpdir(), 'esim-shop-e2e-failures');

/** The whole shop with the built Mini App, as it would be deployed. */
export function startBuiltShop(settings: Record<string, string> = {}): Promise<ShopUnderTest> {
  return startShop(settings, undefined, {
    serveFile: createStaticFiles(inject('appDirectory')),
    settings: readVercelSettings(VERCEL_JSON),
  });
}

/**
 * A shop and a browser for the tests of a file; each test opens clients of its own, as somebody new. A test fails when
 * one of its clients saw an error in the console, a breach of the page's policy, or a request that left the origin.
 */
export function useShop(settings: Record<string, string> = {}) {
  let shop: ShopUnderTest | undefined;
  let browser: Browser | undefined;
  let clients: TelegramClient[] = [];

  beforeAll(async () => {
    [shop, browser] = await Promise.all([startBuiltShop(settings), launchChromium()]);
  });
  afterEach(async ({ task }) => {
    const complaints = clients.flatMap((client) => client.complaints());
    if (task.result?.state === 'fail') await keepPictures(task.name);
    for (const client of clients) await client.close();
    clients = [];
    await shop?.faults('esimgo', []);
    await shop?.faults('telegram', []);
    expect(complaints).toEqual([]);
  });
  afterAll(async () => {
    await browser?.close();
    await shop?.close();
  });

  async function keepPictures(name: string): Promise<void> {
    await mkdir(FAILURES, { recursive: true });
    for (const [index, { page }] of clients.entries()) {
      const file = path.join(FAILURES, `${name.replaceAll(/[^\p{L}\d]+/gu, '-').slice(0, 80)}-${index}.png`);
      await page.screenshot({ path: file }).catch(() => {});
      process.stderr.write(`What the client showed: ${file}\n`);
    }
  }

  return {
    get shop(): ShopUnderTest {
      if (shop === undefined) throw new Error('the shop has not started');
      return shop;
    },
    get browser(): Browser {
      if (browser === undefined) throw new Error('the browser has not started');
      return browser;
    },
    newUserId: () => randomInt(100_000_000, 900_000_000),
    /** Somebody opens Telegram; their device is new unless they are told to take another's. */
    async open(look: Partial<Look> = {}): Promise<TelegramClient> {
      const client = await openTelegramClient(this.browser, this.shop, {
        language: 'en',
        theme: 'light',
        platform: 'ios',
        userId: this.newUserId(),
        ...look,
      });
      clients.push(client);
      return client;
    },
  };
}
