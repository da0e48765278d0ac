import { describe, expect, it } from 'vitest';
import type { Look } from '../../scripts/browser/sandbox-client.ts';
import { forgetLastLook, newestEsimOf } from './support/bought.ts';
import { useShop } from './support/suite.ts';

const suite = useShop();

/** Bought without a browser, so that the test is about what comes after. */
async function owner(look: Partial<Look> = {}, destination = 'TH') {
  const userId = suite.newUserId();
  const user = await suite.shop.user(userId, look.language ?? 'en');
  const plan = (await suite.shop.plans(destination)).find(({ unlimited, data_mb: mb }) => !unlimited && mb === 5_000);
  if (plan === undefined) throw new Error(`no plan of 5 GB for ${destination}`);
  const { body } = await user.order(plan);
  await user.pay(body.invoice_url);
  await user.waitFor(body.order.id, 'ready');
  const esim = await newestEsimOf(suite.shop, userId);
  const client = await suite.open({ ...look, userId });
  const move = async (action: string, more: object = {}) => {
    await suite.shop.control('esim', { iccid: esim.iccid, action, ...more });
    await forgetLastLook(suite.shop, esim.id);
  };
  return { client, esim, plan, move };
}

describe('an eSIM in use', () => {
  it('shows what is left after use, and takes a top-up', async () => {
    const { client, esim, move } = await owner();
    for (const action of ['install', 'attach']) await move(action);
    await move('use', { bytes: 1_500_000_000 });
    await client.openShop();
    await client.sees('Your eSIM · Thailand');
    await client.tap('Your eSIM · Thailand');
    await client.sees('3.5 GB');
    await client.sees('of 5 GB');

    await move('use', { bytes: 500_000_000 });
    await client.app.getByRole('button', { name: 'Update' }).click();
    await client.sees('3 GB');

    await client.press('Top up');
    await client.sees(/starts when|queue|after/i);
    await client.app.locator('.plan').filter({ hasText: '5 GB' }).first().click();
    await client.press('Continue');
    await client.sees('You are topping up');
    const checkout = await client.text();
    expect(checkout).toMatch(/Thailand\s+Works\s+3 GB left · eSIM …\d{4}/);
    expect(checkout).toMatch(/starts after your plan: on .* adds no days to your present plan/s);
    expect(checkout).toContain('Nothing new to install');
    expect(checkout).toContain('If the data is not added within 15\u00a0minutes');
    expect(checkout).not.toMatch(/support eSIM|before you fly|phone number/);
    await client.press('Pay');
    await client.pay();
    await client.sees('Topped up');
    await client.press('Open the eSIM');
    await client.sees('Next: 5 GB, starts when this one ends');
    await client.sees('8 GB left in all');
    await client.back();
    await client.sees('Your eSIM · Thailand');
    const { esimgo } = await suite.shop.ledger();
    expect(esimgo.orders.filter(({ iccid }) => iccid === esim.iccid)).toHaveLength(2);
  });

  it('is confirmed after the installation by what the operator saw', async () => {
    const { client, move } = await owner({ language: 'ru' });
    await client.openShop('/esims');
    await client.app.getByRole('button', { name: 'Активировать' }).click();
    await client.press('Уже установлен');
    await client.sees('Пока не видим его в телефоне');
    await move('install');
    await client.press('Проверить ещё раз');
    await client.sees('Ждёт первой сети');
    await client.press('Открыть eSIM');
    await client.sees('Ждёт сети');
    await client.press('Как включить');
    await client.sees('сканировать ничего не нужно');
    expect(await client.app.getByAltText('QR-код eSIM').count()).toBe(0);
  });

  it('that does not work is diagnosed in words, with one thing to do', async () => {
    const { client, move } = await owner({}, 'TR');
    await client.openShop('/esims');
    await client.app.locator('.esim-card__name').click();
    await client.tap('Not working?');
    await client.sees('It is not in the phone yet');
    await client.mainButton('Install').waitFor();

    await move('install');
    await client.tap('Start again');
    await client.tap('Yes, I am there');
    await client.tap('No, or not sure');
    await client.sees('Turn on roaming for this line');
    await client.press('Done, check');
    await client.sees('The operator has not seen it in a network');
    await client.mainButton('Write to us').waitFor();
    await move('attach');
    await move('use', { bytes: 5_000_000_000 });
    await client.tap('Start again');
    await client.sees('The data is used up');
    await client.mainButton('Top up').waitFor();
  });

  it('closes its QR code with Back, and only then is left', async () => {
    const { client, esim, move } = await owner();
    for (const action of ['install', 'attach']) await move(action);
    await move('use', { bytes: 1_000_000 });
    await client.openShop('/esims');
    await client.app.locator('.esim-card__name').click();
    await client.mainButton('Top up').waitFor();
    await client.tap('Show the QR code');
    await client.app.getByRole('dialog').waitFor();
    await client.mainButton('Top up').waitFor({ state: 'hidden' });
    await client.back();
    await client.app.getByRole('dialog').waitFor({ state: 'detached' });
    await client.mainButton('Top up').waitFor();
    expect(await client.inApp('location.pathname')).toBe(`/esims/${esim.id}`);
    await client.tap('Show the QR code');
    await client.inApp('history.back()');
    await client.app.getByRole('heading', { name: 'My eSIMs' }).waitFor();
    expect(await client.app.getByRole('dialog').count()).toBe(0);
  });

  it('that is in a phone is not told to be installed', async () => {
    const { client, esim, move } = await owner();
    for (const action of ['install', 'attach']) await move(action);
    await move('use', { bytes: 1_000_000 });
    const [order] = await suite.shop.query<{ id: string }>(`SELECT id FROM orders WHERE telegram_user_id = $1`, [
      client.userId,
    ]);
    await client.openShop(`/esims/${esim.id}`);
    await client.mainButton('Top up').waitFor();
    await client.goTo(`/orders/${order?.id}`);
    await client.sees('Your eSIM is installed');
    await client.mainButton('Open my eSIM').waitFor();
    await client.goTo(`/esims/${esim.id}/install`);
    await client.sees('already in a phone');
    expect(await client.text()).not.toMatch(/press “Install”/i);
  });

  it('can be given a name of one’s own', async () => {
    const { client } = await owner();
    await client.openShop('/esims');
    await client.app.locator('.esim-card__name').click();
    await client.tap('Rename');
    await client.app.getByRole('dialog').getByRole('textbox').fill('Honeymoon');
    await client.page.keyboard.press('Enter');
    await client.app.getByRole('heading', { name: 'Honeymoon' }).waitFor();
  });
});

describe('an eSIM that is over or off', () => {
  it.each([
    { action: 'expire', state: 'Ended', says: 'The days are over', way: 'Top up' },
    { action: 'suspend', state: 'Suspended', says: 'has paused this eSIM', way: 'Write to us' },
    { action: 'deactivate', state: 'Turned off', says: 'has turned this eSIM off', way: 'Write to us' },
    { action: 'make_unavailable', state: 'Unavailable', says: 'does not serve this eSIM any more', way: 'Write to us' },
  ])('after $action is not told to be installed, and promises no data', async ({ action, state, says, way }) => {
    const { client, esim, move } = await owner();
    await move(action);
    await client.openShop(`/esims/${esim.id}/install`);
    await client.mainButton(way).waitFor({ timeout: 20_000 });
    await client.sees(state);
    await client.sees(says);
    expect(await client.inApp('location.pathname')).toBe(`/esims/${esim.id}`);
    const text = await client.text();
    expect(text).not.toMatch(/Show the QR code|scan|lapsed|revoked|starts when it connects/i);
    if (action !== 'expire') expect(text).not.toMatch(/of 5\sGB|Not started/);
  });
});

describe('without a network', () => {
  it('the eSIMs seen before and their QR code open, and say how old they are', async () => {
    const { client, esim } = await owner();
    await client.openShop('/esims');
    await client.app.locator('.esim-card__name').click();
    await client.sees('Show the QR code');
    await client.goTo('/');

    client.expectError(/ERR_FAILED/);
    await client.context.route('**/api/**', (route) =>
      route.request().url().includes('/sandbox/') ? route.fallback() : route.abort(),
    );
    await client.app.getByRole('button', { name: 'My eSIMs' }).click();
    await client.app.locator('.esim-card__name').click();
    await client.sees('No connection');
    await client.sees('This is what we know so far');
    await client.sees(/As of \d\d:\d\d/);
    expect(await client.text()).not.toContain('Updated');
    await client.tap('Show the QR code');
    expect(await client.photographedQr()).toBe(esim.lpa);
  });
});

describe('an app that is opened without a network', () => {
  it('opens all the same, with the eSIMs seen before and their QR code', async () => {
    const { client, esim } = await owner({ language: 'ru' });
    await client.openShop(`/esims/${esim.id}`);
    await client.sees('Показать QR');
    await client.inApp('navigator.serviceWorker.ready.then(() => true)');
    await client.closeShop();

    // Telegram's own client has a network of its own here: its buttons and the launch data come from it.
    client.expectError(/ERR_FAILED/);
    await client.context.route(
      ({ pathname }) => !pathname.startsWith('/sandbox'),
      (route) => route.abort(),
    );
    await client.openShop('/esims');
    await client.sees('Нет связи');
    await client.app.locator('.esim-card__name').click();
    await client.tap('Показать QR');
    expect(await client.photographedQr()).toBe(esim.lpa);
  });
});

describe('another user of the same device', () => {
  it('sees nothing of the first, on the screen or in what the device keeps', async () => {
    const { client, esim } = await owner();
    await client.openShop(`/esims/${esim.id}`);
    await client.sees('Show the QR code');
    expect(await client.inApp<string>('JSON.stringify({ ...localStorage })')).toContain(esim.lpa);
    await client.closeShop();

    await client.page.getByRole('button', { name: 'Be somebody new' }).click();
    await client.openShop('/esims');
    await client.sees('No eSIMs yet');
    const kept = await client.inApp<string>('JSON.stringify([{ ...localStorage }, { ...sessionStorage }])');
    expect(kept).not.toContain(esim.lpa);
    expect(kept).not.toContain(esim.id);

    client.expectError(/status of 404/);
    await client.goTo(`/esims/${esim.id}`);
    await client.sees('Nothing here');
    await client.goTo(`/orders/${esim.orderId}`);
    await client.sees('Nothing here');
  });
});
