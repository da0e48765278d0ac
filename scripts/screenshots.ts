import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { Browser } from 'playwright-core';
import { launchChromium } from './browser/chromium.ts';
import { openSandboxClient } from './browser/sandbox-client.ts';
import { SHOTS, type Shot } from './screenshots/shots.ts';
import { createStage, type Stage } from './screenshots/stage.ts';

const HELP = `
npm run screenshots [-- --url http://localhost:3000] [-- --only NAME …]

Takes the pictures of docs/screens/ from a running \`npm run dev\`: the shop in the simulated Telegram client, with an order
and an eSIM in every state. It buys with simulated Stars and brings faults about, so give it a shop of its own (DATA_DIR).
Needs Chromium: CHROMIUM_PATH, or one that the system has.
`;
const SCREENS = fileURLToPath(new URL('../docs/screens/', import.meta.url));
const MAX_BYTES = 60_000;
/** From the finest; the first that is small enough is taken. */
const QUALITIES = [84, 74, 62, 50, 42];

const { values } = parseArgs({
  options: {
    help: { type: 'boolean' },
    url: { type: 'string', default: 'http://localhost:3000' },
    only: { type: 'string', multiple: true },
  },
});
if (values.help) console.log(HELP.trim());
else await takeScreenshots(values.url, values.only ?? null);

async function takeScreenshots(url: string, only: readonly string[] | null): Promise<void> {
  await mkdir(SCREENS, { recursive: true });
  const stage = createStage(url);
  const browser = await launchChromium();
  try {
    for (const shot of SHOTS) {
      if (only !== null && !only.includes(shot.name)) continue;
      const bytes = await takeShot(shot, url, browser, stage);
      console.log(`${shot.name}.jpg ${bytes} bytes`);
    }
  } finally {
    await browser.close();
    await Promise.all([stage.faults('esimgo', []), stage.faults('telegram', [])]);
  }
  await writeFile(path.join(SCREENS, 'README.md'), listOfShots());
}

async function takeShot(shot: Shot, url: string, browser: Browser, stage: Stage): Promise<number> {
  const file = path.join(SCREENS, `${shot.name}.jpg`);
  const isDesk = shot.isWholeDesk === true;
  const client = await openSandboxClient(browser, url, {
    ...shot.look,
    userId: stage.newUserId(),
    viewport: isDesk ? { width: 1280, height: 880 } : { width: 1000, height: 880 },
    scale: isDesk ? 1 : 1.5,
  });
  try {
    await shot.show(client, stage);
    // Flags, cross-fades and the answer that a screen asks for a second time.
    await client.page.mouse.move(0, 0);
    await client.page.waitForTimeout(3_500);
    const what = isDesk ? client.page : client.page.locator('.phone');
    for (const quality of QUALITIES) {
      const image = await what.screenshot({ type: 'jpeg', quality });
      if (image.byteLength > MAX_BYTES && quality !== QUALITIES.at(-1)) continue;
      await writeFile(file, image);
      return image.byteLength;
    }
    throw new Error('no quality is left');
  } catch (error) {
    await rm(file, { force: true });
    throw new Error(`${shot.name} was not taken`, { cause: error });
  } finally {
    await client.close();
    await Promise.all([stage.faults('esimgo', []), stage.faults('telegram', [])]);
  }
}

function listOfShots(): string {
  const lines = SHOTS.map(({ name, caption }) => `### ${caption}\n\n![${caption}](${name}.jpg)\n`);
  return `# Screens\n\nMade by \`npm run screenshots\` from a running \`npm run dev\`.\n\n${lines.join('\n')}`;
}
