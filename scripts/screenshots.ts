import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { launchChromium } from './browser/chromium.ts';

const HELP = `
npm run screenshots [-- --url http://localhost:3000]

Takes the picture of the README from a running \`npm run dev\`: the shop in the simulated Telegram client.
Needs Chromium: CHROMIUM_PATH, or one that the system has.
`;
const DOCS = fileURLToPath(new URL('../docs/', import.meta.url));
const WIDTH = 1280;
const HEIGHT = 900;

const { values } = parseArgs({
  options: { help: { type: 'boolean' }, url: { type: 'string', default: 'http://localhost:3000' } },
});
if (values.help) console.log(HELP.trim());
else await takeScreenshot(values.url);

async function takeScreenshot(url: string): Promise<void> {
  const browser = await launchChromium();
  try {
    const page = await browser.newPage({ viewport: { width: WIDTH, height: HEIGHT }, locale: 'en-US' });
    await page.goto(`${url}/sandbox`);
    await page.getByRole('button', { name: 'Open the shop' }).click();
    await page.frameLocator('iframe').getByText('Thailand').first().click();
    await page.frameLocator('iframe').getByText('30 days').first().click();
    await page.mouse.move(0, 0);
    // The flags and the cross-fade of the screen.
    await page.waitForTimeout(1_500);
    await mkdir(DOCS, { recursive: true });
    await page.screenshot({ path: path.join(DOCS, 'screenshot.png') });
  } finally {
    await browser.close();
  }
}
