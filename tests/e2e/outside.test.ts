import { expect, it } from 'vitest';
import { useShop } from './support/suite.ts';

const suite = useShop();

it.each([
  ['/to/TH', 'dark', 'to_TH'],
  ['/?startapp=plan_esim_1GB_7D_TH_V2', 'light', 'plan_esim_1GB_7D_TH_V2'],
] as const)('a link opened outside Telegram leads there to the same place: %s', async (path, colorScheme, start) => {
  const page = await suite.browser.newPage({ colorScheme });
  await page.goto(new URL(path, suite.shop.url).href);
  const link = page.locator('.outside a.button');
  await link.waitFor();
  expect(new URL((await link.getAttribute('href')) ?? '').searchParams.get('startapp')).toBe(start);
  expect(await page.locator('html').getAttribute('data-scheme')).toBe(colorScheme);
  await page.close();
});
