import { describe, expect, it } from 'vitest';
import type { Look } from '../../scripts/browser/sandbox-client.ts';
import { forgetLastLook, newestEsimOf } from './support/bought.ts';
import { useShop } from './support/suite.ts';
import type { TelegramClient } from './support/telegram-client.ts';

const suite = useShop();

async function owner(look: Partial<Look> = {}, isUnlimited = false) {
  const userId = suite.newUserId();
  const user = await suite.shop.user(userId, look.language ?? 'en');
  const plan = (await suite.shop.plans('TR')).find(({ unlimited }) => unlimited === isUnlimited);
  if (plan === undefined) throw new Error('no such plan for TR');
  const { body } = await user.order(plan);
  await user.pay(body.invoice_url);
  await user.waitFor(body.order.id, 'ready');
  const esim = await newestEsimOf(suite.shop, userId);
  const client = await suite.open({ ...look, userId });
  const move = async (...actions: string[]) => {
    for (const action of actions) await suite.shop.control('esim', { iccid: esim.iccid, action });
    await forgetLastLook(suite.shop, esim.id);
  };
  const openTrouble = async () => {
    await client.openShop(`/esims/${esim.id}`);
    await client.tap(look.language === 'ru' ? 'Не работает?' : 'Not working?');
  };
  return { client, esim, move, openTrouble };
}

/** Whoever opened the app has a network no more; the simulated Telegram keeps its own. */
async function cutOff(client: TelegramClient): Promise<void> {
  client.expectError(/ERR_FAILED/);
  await client.context.route('**/api/**', (route) =>
    route.request().url().includes('/sandbox/') ? route.fallback() : route.abort(),
  );
}

describe('“Not working?” without an answer', () => {
  it('asks the same questions without a network, says how old the answer is, and leads to a person', async () => {
    const { client, esim, move } = await owner({ language: 'ru' });
    await move('install', 'attach');
    await suite.shop.control('esim', { iccid: esim.iccid, action: 'use', bytes: 100_000_000 });
    await client.openShop(`/esims/${esim.id}`);
    await client.app.getByRole('button', { name: 'Обновить' }).click();
    await client.sees('Работает');
    await cutOff(client);
    await client.tap('Не работает?');
    await client.sees('Нет связи. Судим по последнему, что знаем.');
    await client.sees(/Данные на \d\d:\d\d/);
    await client.tap('Да, я на месте');
    await client.tap('Нет или не знаю');
    await client.sees('Разрешите для неё роуминг данных.');
    await client.press('Готово, проверить');
    await client.sees('VPN и экономия трафика выключены.');
    expect(await client.text()).not.toContain('Вы сейчас там');
    await client.mainButton('Написать нам').waitFor();
  });

  it('goes by what was known when the operator cannot be asked', async () => {
    const { client, esim, move, openTrouble } = await owner();
    await move('install', 'attach');
    await suite.shop.control('esim', { iccid: esim.iccid, action: 'use', bytes: 100_000_000 });
    await client.openShop(`/esims/${esim.id}`);
    await client.app.getByRole('button', { name: 'Update' }).click();
    await client.sees('Works');
    await client.closeShop();
    await forgetLastLook(suite.shop, esim.id);
    await suite.shop.faults('esimgo', [{ match: { direction: 'in' }, action: 'error_503' }]);
    client.expectError(/status of 503/);
    await openTrouble();
    await client.sees('It does not work right now. We go by what we knew last.');
    await client.tap('Not yet: at home or on the way');
    await client.sees('All is well: it waits for the trip');
    await client.sees(/The days are running: until/);
  });

  it('gives the list for the phone and a way to write even if this device has never heard from the shop', async () => {
    const { client, esim } = await owner();
    await cutOff(client);
    await client.openShop(`/esims/${esim.id}/trouble`);
    await client.sees('No connection');
    await client.sees('Allow data roaming for it.');
    await client.press('Write to us');
    await client.sees('write to it there');
    await client.app.getByRole('button', { name: 'Close the shop' }).click();
    await client.page.locator('#app').waitFor({ state: 'hidden' });
  });
});

describe('the answer of “Not working?”', () => {
  it('is good news once the operator sees the eSIM in a network', async () => {
    const { client, move, openTrouble } = await owner();
    await move('install');
    await openTrouble();
    await client.tap('Yes, I am there');
    await client.tap('No, or not sure');
    await client.mainButton('Done, check').waitFor();
    await move('attach');
    await client.press('Done, check');
    await client.sees('It works: the operator sees it in a network');
    await client.mainButton('Open the eSIM').waitFor();
  });

  it('names the full speed of the day for an unlimited plan', async () => {
    const { client, move, openTrouble } = await owner({}, true);
    await move('install', 'attach');
    await openTrouble();
    await client.tap('Yes, I am there');
    await client.tap('Yes, both');
    await client.sees('The operator sees no fault');
    await client.sees(/This plan gives \d GB a day at full speed, then .*bit\/s, until the next day/);
  });

  it('is another plan only for who is elsewhere', async () => {
    const { client, move, openTrouble } = await owner({}, false);
    await move('install', 'attach');
    await openTrouble();
    await client.tap('No, I am somewhere else');
    await client.sees('The plan is for: Türkiye');
    await client.mainButton('Choose a destination').waitFor();
  });

  it('offers help before a new purchase where a paid eSIM was never used', async () => {
    const { client, move, openTrouble } = await owner();
    await move('make_unavailable');
    await openTrouble();
    await client.sees('all the Stars come back');
    await client.mainButton('Write to us').waitFor();
    await client.tap('Choose a new eSIM');
    await client.app.locator('.plan').first().waitFor();
  });
});
