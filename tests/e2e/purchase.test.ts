import { describe, expect, it } from 'vitest';
import { readQrPng } from '../support/read-qr.ts';
import { newestEsimOf } from './support/bought.ts';
import { useShop } from './support/suite.ts';

const suite = useShop();

const BUYERS = [
  {
    who: 'in Russian, dark, on iOS',
    look: { language: 'ru', theme: 'dark', platform: 'ios' },
    words: {
      open: 'Открыть магазин',
      place: 'Таиланд',
      days: '7\u00a0дней',
      next: 'Дальше',
      pay: 'Оплатить',
      ready: 'eSIM готов',
      install: 'Установить',
    },
  },
  {
    who: 'in English, light, on Android',
    look: { language: 'en', theme: 'light', platform: 'android' },
    words: {
      open: 'Open the shop',
      place: 'Thailand',
      days: '7\u00a0days',
      next: 'Continue',
      pay: 'Pay',
      ready: 'Your eSIM is ready',
      install: 'Install',
    },
  },
] as const;

describe('a purchase', () => {
  it.each(BUYERS)(
    '$who takes four taps and ends with the QR code of the eSIM on the screen',
    async ({ look, words }) => {
      const client = await suite.open(look);
      const { app, page } = client;
      await page.getByRole('button', { name: words.open }).click();

      await client.tap(words.place);
      await app.locator('.plan').filter({ hasText: words.days }).first().click();
      await client.press(words.next);
      await client.press(words.pay);
      await client.pay();

      await client.sees(words.ready);
      await client.mainButton(words.install).waitFor();
      expect(await client.photographedQr()).toBe((await newestEsimOf(suite.shop, client.userId)).lpa);

      await client.closeShop();
      const photo = page.locator('.bubble__photo').last();
      await photo.scrollIntoViewIfNeeded();
      expect(readQrPng(await photo.screenshot())).toBe((await newestEsimOf(suite.shop, client.userId)).lpa);
      expect(await page.locator('#messages').innerText()).toContain(words.ready);
    },
  );
});
