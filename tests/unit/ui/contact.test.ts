import { beforeEach, describe, expect, it, vi } from 'vitest';
import { installBrowser } from './browser-stand-in.ts';

installBrowser();
const { keepContact, openContact } = await import('../../../src/contact.ts');
const { forgetAll } = await import('../../../src/kept-values.ts');

const opened: unknown[] = [];
const sheets = () => [...document.body.children].map(({ textContent }) => textContent ?? '');
beforeEach(() => {
  opened.length = 0;
  forgetAll();
  vi.stubGlobal('open', (url: unknown) => void opened.push(url));
});

describe('openContact', () => {
  it('leads to the contact of the shop, else to the chat with its bot', () => {
    for (const support_contact of ['@helper', 'https://help.example/ask', 'mail@help.example', null]) {
      openContact({ support_contact, bot_username: 'shop_bot' });
    }
    expect(opened).toEqual([
      'https://t.me/helper',
      'https://help.example/ask',
      'https://t.me/shop_bot',
      'https://t.me/shop_bot',
    ]);
  });

  it('leads there without an answer of the server too, once there was one on this device', () => {
    keepContact({ support_contact: null, bot_username: 'shop_bot' });
    openContact(null);
    expect(opened).toEqual(['https://t.me/shop_bot']);
    expect(sheets()).toEqual([]);
  });

  it('says in words where to write when nothing is known', async () => {
    openContact(null);
    await vi.waitFor(() => expect(sheets().join()).toContain('write to it there'));
    expect(sheets().join()).toContain('Close the shop');
    expect(opened).toEqual([]);
  });
});
