import { describe, expect, it } from 'vitest';
import { forgetLastLook, newestEsimOf } from './support/bought.ts';
import { useShop } from './support/suite.ts';
import type { TelegramClient } from './support/telegram-client.ts';

const suite = useShop();

/** Somebody who owns a new eSIM, with the drawer of tools on it. */
async function openAsOwner(): Promise<{ client: TelegramClient; id: string }> {
  const { shop } = suite;
  const user = await shop.user(suite.newUserId());
  const [plan] = await shop.plans('TH');
  if (plan === undefined) throw new Error('nothing is sold for Thailand');
  const { body } = await user.order(plan);
  await user.pay(body.invoice_url);
  await user.waitFor(body.order.id, 'ready');
  const { id, iccid } = await newestEsimOf(shop, user.id);
  const client = await suite.open({ userId: user.id });
  await client.page.locator(`#esim option[value="${iccid}"]`).waitFor({ state: 'attached' });
  expect(await client.page.locator('#esim').inputValue()).toBe(iccid);
  return { client, id };
}

const tool = (client: TelegramClient, name: string) => client.page.locator('#tools').getByRole('button', { name });
const standing = (client: TelegramClient, text: RegExp) =>
  client.page.locator('#standing').filter({ hasText: text }).waitFor();

/** What the Mini App does when a link of t.me is tapped in it. */
const follow = (client: TelegramClient, path: string) =>
  client.inApp(
    `parent.postMessage(${JSON.stringify(JSON.stringify({ eventType: 'web_app_open_tg_link', eventData: { path_full: path } }))}, origin)`,
  );

describe('the chat', () => {
  it('is in one language from the first look, whatever the user spoke before', async () => {
    const userId = suite.newUserId();
    await suite.shop.control('set', { telegram: { user: { id: userId, language: 'ru' } } });
    const client = await suite.open({ userId, language: 'en' });
    await client.page.locator('.welcome').waitFor();
    expect(await client.page.locator('.welcome').innerText()).not.toMatch(/[а-яё]/i);
  });

  it('is in the user’s language from the first message on, with commands that can be tapped', async () => {
    const client = await suite.open({ language: 'ru' });
    await client.page.getByRole('button', { name: 'Начать чат' }).click();
    await client.page.locator('#messages').getByText('Мобильный интернет в 190+ странах').waitFor();
    await client.page.locator('#message').fill('/help');
    await client.page.keyboard.press('Enter');
    await client.page.getByRole('link', { name: '/paysupport' }).click();
    await client.page.locator('.message--user').filter({ hasText: '/paysupport' }).waitFor();
  });

  it('keeps what is drawn when a message comes', async () => {
    const client = await suite.open();
    await client.page.getByRole('button', { name: 'Start the chat' }).click();
    const button = client.page.locator('.keyboard__button').first();
    await button.focus();
    await suite.shop.control('message', { user_id: client.userId, text: '/help' });
    await client.page.locator('#messages').getByText('How it works').waitFor();
    expect(await client.page.evaluate(`document.activeElement.className`)).toBe('keyboard__button');
  });

  it('opens for somebody new with what a new user has', async () => {
    const client = await suite.open();
    await client.page.locator('#chat-balance').filter({ hasText: '1,000,000' }).waitFor();
    await client.page.locator('#stars').fill('7');
    await tool(client, 'Set').click();
    await client.page.locator('#chat-balance').filter({ hasText: /^7\s/ }).waitFor();
    await tool(client, 'Be somebody new').click();
    await client.page.locator('#chat-balance').filter({ hasText: '1,000,000' }).waitFor();
  });
});

describe('a link of t.me in the app', () => {
  it('to the shop’s own bot shows its chat, with the app behind it', async () => {
    const client = await suite.open();
    await client.openShop('/help');
    await follow(client, '/esim_sandbox_bot');
    await client.page.locator('#app').waitFor({ state: 'hidden' });
    await client.page.locator('.welcome').waitFor();
    await client.page.getByRole('button', { name: 'Back to the shop' }).click();
    await follow(client, '/eSIM_Sandbox_bot?start=esim');
    await client.page.locator('.message--user').filter({ hasText: '/start esim' }).waitFor();
    expect(await client.page.locator('#app').isVisible()).toBe(false);
  });

  it('back into the app opens it at that place', async () => {
    const client = await suite.open();
    await client.openShop('/help');
    await follow(client, '/esim_sandbox_bot?startapp=to_TH');
    await client.app.getByRole('heading', { name: 'Thailand' }).waitFor();
  });

  it('to anybody else leaves the app where it is', async () => {
    const client = await suite.open();
    await client.openShop('/help');
    await follow(client, '/somebody_else');
    await client.page.getByText('t.me/somebody_else').waitFor();
    expect(await client.page.locator('#app').isVisible()).toBe(true);
  });
});

describe('the header of the app', () => {
  it.each(['Закрыть', 'Назад'])('has room for its words on the smallest phone: %s', async (word) => {
    const client = await suite.open({ language: 'ru', viewport: { width: 320, height: 568 } });
    await client.openShop(word === 'Назад' ? '/help' : '/');
    await client.page.locator('#app-leave').filter({ hasText: word }).waitFor();
    const parts = await client.page.evaluate<{ text: string; spills: boolean; lines: number }[]>(
      `[...document.querySelectorAll('#app-leave, #app-bar small')].map((part) => ({
        text: part.textContent,
        spills: part.scrollWidth > part.clientWidth,
        lines: Math.round(part.clientHeight / parseFloat(getComputedStyle(part).lineHeight)),
      }))`,
    );
    expect(parts).toMatchObject([
      { text: word, spills: false },
      { text: 'мини-приложение', spills: false, lines: 1 },
    ]);
  });
});

describe('the tools for an eSIM', () => {
  it('are for one’s own: a newcomer has none', async () => {
    const { client } = await openAsOwner();
    const newcomer = await suite.open();
    await newcomer.page.getByText('Buy one, and here').waitFor();
    expect(await newcomer.page.locator('#esim').count()).toBe(0);
    await tool(client, 'Be somebody new').click();
    await client.page.getByText('Buy one, and here').waitFor();
    expect(await client.page.locator('#esim').count()).toBe(0);
  });

  it('lead it through a phone to its last byte', async () => {
    const { client, id } = await openAsOwner();
    await standing(client, /^Not installed.*\(not started\)/);
    await tool(client, 'Install').click();
    await standing(client, /^Installed/);
    await tool(client, 'Attach abroad').click();
    await standing(client, /Thailand/);
    await tool(client, 'Use 500 MB').click();
    await standing(client, /500 MB \(in use\)/);
    await tool(client, 'Use all data').click();
    await standing(client, /0 MB \(used up\)/);
    await client.openShop(`/esims/${id}`);
    await forgetLastLook(suite.shop, id);
    await client.app.getByRole('button', { name: 'Update' }).click();
    await client.sees('Used up');
  });

  it.each([
    { press: 'Suspend', says: /^Suspended/, shown: 'The operator has paused this eSIM' },
    { press: 'Deactivate for good', says: /^Deactivated.*\(revoked\)/, shown: 'The operator has turned this eSIM off' },
    { press: 'Make unavailable', says: /^Unavailable/, shown: 'The operator does not serve this eSIM any more' },
  ])('show the app an eSIM after $press', async ({ press, says, shown }) => {
    const { client, id } = await openAsOwner();
    await tool(client, press).click();
    await standing(client, says);
    expect(await tool(client, 'Attach abroad').isDisabled()).toBe(true);
    await client.openShop(`/esims/${id}`);
    await forgetLastLook(suite.shop, id);
    await client.app.getByRole('button', { name: 'Update' }).click();
    await client.sees(shown);
  });

  it('lift a suspension', async () => {
    const { client } = await openAsOwner();
    await tool(client, 'Suspend').click();
    await standing(client, /^Suspended/);
    await tool(client, 'Suspend').click();
    await standing(client, /^Not installed/);
    expect(await tool(client, 'Attach abroad').isEnabled()).toBe(true);
  });
});

describe('the switches for trouble', () => {
  it('are on until they have struck, and nobody loses money', async () => {
    const client = await suite.open();
    const refuses = tool(client, 'Refused order');
    await refuses.click();
    await client.page.getByText('The Stars must come back by themselves').waitFor();
    await client.page.reload();
    await client.page.locator('#trouble-refuses[aria-pressed="true"]').waitFor();
    await client.openShop();
    await client.choosePlan('Thailand', '7\u00a0days');
    await client.pay();
    await client.sees('The Stars are back');
    await client.page.locator('#trouble-refuses[aria-pressed="false"]').waitFor();
    await client.page.locator('#chat-balance').filter({ hasText: '1,000,000' }).waitFor({ state: 'attached' });
  });
});

describe('the page by keyboard', () => {
  it('keeps the focus on a switch that was pressed', async () => {
    const client = await suite.open();
    await client.page.locator('#chat-balance').filter({ hasText: '1,000,000' }).waitFor();
    for (const id of ['theme-dark', 'platform-android', 'language-ru', 'trouble-down', 'trouble-down']) {
      await client.page.locator(`#${id}`).press('Enter');
      await client.page.locator(`#${id}:focus`).waitFor();
    }
    expect(await client.page.locator('#tools h2').innerText()).toBe('Песочница');
  });

  it('walks through the menu of the app, and leaves it with Escape', async () => {
    const client = await suite.open();
    await client.openShop();
    const menu = client.page.locator('#app-menu');
    await client.page.locator('#app-more').press('Enter');
    await menu.getByRole('menuitem').first().and(client.page.locator(':focus')).waitFor();
    await client.page.keyboard.press('Escape');
    await menu.waitFor({ state: 'hidden' });
    await client.page.locator('#app-more').press('Enter');
    await client.page.keyboard.press('ArrowUp');
    await client.page.keyboard.press('Enter');
    await client.page.locator('#app').waitFor({ state: 'hidden' });
  });

  it('stays in a payment sheet until it is closed', async () => {
    const client = await suite.open();
    const isAppReachable = () => client.page.evaluate(`!document.querySelector('#app').inert`);
    await client.openShop();
    await client.choosePlan('Thailand', '7\u00a0days');
    expect(await isAppReachable()).toBe(false);
    await client.page.keyboard.press('Tab');
    await client.sheet.getByRole('button', { name: /^Pay/ }).and(client.page.locator(':focus')).waitFor();
    await client.page.keyboard.press('Escape');
    await client.sheet.waitFor({ state: 'detached' });
    expect(await isAppReachable()).toBe(true);
  });
});

describe('the log of calls', () => {
  it('begins with those of who is there, the earlier ones are folded', async () => {
    const before = await suite.open();
    await before.page.getByRole('button', { name: 'Start the chat' }).click();
    const callsIn = (place: string, { page }: TelegramClient) =>
      page.locator(`${place} > ol > li`).filter({ hasText: `"chat_id": ${before.userId}` });
    await callsIn('.calls', before).first().waitFor();
    const client = await suite.open();
    await client.page.getByText('Before you came').click();
    await callsIn('.calls__earlier', client).first().waitFor();
    expect(await callsIn('.calls', client).count()).toBe(0);
  });

  it('opens a call and shows what was asked and answered', async () => {
    const client = await suite.open();
    await client.page.getByRole('button', { name: 'Start the chat' }).click();
    const calls = client.page.locator('.calls li').filter({ hasText: 'POST /sendMessage' });
    const call = calls.filter({ hasText: `"chat_id": ${client.userId}` });
    await call.locator('summary').press('Enter');
    await call.getByText('Request').waitFor();
    await call.locator('pre').first().filter({ hasText: 'Mobile internet' }).waitFor();
  });
});
