import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { readQrPng } from '../support/read-qr.ts';
import { newestEsimOf } from './support/bought.ts';
import { useShop } from './support/suite.ts';
import type { TelegramClient } from './support/telegram-client.ts';

const suite = useShop();

/** The system's own sheet, as far as a page sees it: it notes what it was given. */
const SYSTEM_SHEET = `Object.assign(navigator, {
  canShare: () => true,
  share: async ({ text, files }) => {
    const bytes = new Uint8Array(await files[0].arrayBuffer());
    globalThis.shared = { text, type: files[0].type, base64: btoa(String.fromCharCode(...bytes)) };
  },
})`;

async function buy(client: TelegramClient): Promise<string> {
  await client.openShop();
  await client.choosePlan('Thailand', '7\u00a0days');
  await client.pay();
  await client.sees('Your eSIM is ready');
  return (await newestEsimOf(suite.shop, client.userId)).lpa;
}

describe('the code of a new eSIM', () => {
  it('is shared as a picture that a camera reads, and as text, where the phone can', async () => {
    const client = await suite.open({ platform: 'ios' });
    await client.context.addInitScript(SYSTEM_SHEET);
    const lpa = await buy(client);
    await client.tap('Share or save');
    const shared = await client.app.locator('body').evaluate<{ text: string; type: string; base64: string }, unknown>(
      `new Promise((resolve) => {
        const look = () => (globalThis.shared ? resolve(globalThis.shared) : setTimeout(look, 20));
        look();
      })`,
    );
    expect(shared.type).toBe('image/png');
    expect(readQrPng(Buffer.from(shared.base64, 'base64'))).toBe(lpa);
    const [, address = '', code = ''] = lpa.split('$');
    expect(shared.text.split('\n')).toEqual([`SM-DP+ address: ${address}`, `Activation code: ${code}`, lpa]);
    await client.closeShop();
    await client.openShop('/esims');
    await client.tap('Thailand');
    await client.tap('Show the QR code');
    await client.app.getByRole('dialog').getByText('Share or save').waitFor();
  });

  it('is saved as that picture in the client that keeps downloads', async () => {
    const client = await suite.open({ platform: 'tdesktop' });
    await client.context.addInitScript(
      `Object.defineProperty(navigator, 'userAgent', { value: navigator.userAgent + ' Windows' })`,
    );
    const lpa = await buy(client);
    const downloading = client.page.waitForEvent('download');
    await client.tap('Save the QR code');
    const download = await downloading;
    expect(download.suggestedFilename()).toBe('esim.png');
    expect(readQrPng(await readFile(await download.path()))).toBe(lpa);
  });

  it('is offered to neither where the client can do neither', async () => {
    const client = await suite.open({ platform: 'weba' });
    await buy(client);
    await client.sees('How to install');
    const text = await client.text();
    expect(text).not.toContain('Share or save');
    expect(text).not.toContain('Save the QR code');
  });
});
