import { describe, expect, it } from 'vitest';
import { SUPPLIER_SNAPSHOT_KEY } from '../../lib/orders/supplier-state.ts';
import { newestEsimOf } from './support/bought.ts';
import { useShop } from './support/suite.ts';

const suite = useShop();
const PURCHASE = { method: 'POST', path: '/orders', body: 'transaction' };

async function chargesOf(userId: number) {
  return (await suite.shop.ledger()).stars.charges.filter((charge) => charge.user_id === userId);
}

describe('a price that changes before the payment', () => {
  it('is shown and asked, and only then charged', async () => {
    const { shop } = suite;
    const client = await suite.open();
    client.expectError(/status of 409/);
    await client.openShop('/to/VN');
    const [plan] = (await shop.plans('VN')).filter(({ unlimited }) => !unlimited);
    await client.app.locator('.plan').first().click();
    await client.press('Continue');
    await client.mainButton('Pay').waitFor();

    const [row] = await shop.query<{ cost_milli: number }>(
      `SELECT cost_milli FROM esimgo_products WHERE bundle_name = $1`,
      [plan?.id],
    );
    await shop.set({ esimgo: { bundle: { name: plan?.id, price: ((row?.cost_milli ?? 0) / 1000) * 1.3 } } });
    await shop.cron('sync-catalogue');
    const [dearer] = (await shop.plans('VN')).filter(({ id }) => id === plan?.id);
    expect(dearer?.price_stars).toBeGreaterThan(plan?.price_stars ?? Infinity);

    await client.press('Pay');
    await client.sees('The price has changed');
    await client.sees('You have not been charged');
    expect(await chargesOf(client.userId)).toEqual([]);
    await client.press(`Pay ${dearer?.price_stars}`);
    await client.pay();
    await client.sees('Your eSIM is ready');
    expect(await chargesOf(client.userId)).toMatchObject([{ amount: dearer?.price_stars }]);
  });
});

describe('a plan that is not sold', () => {
  it('leads to what is sold for its country, or to all countries where its name tells none', async () => {
    const client = await suite.open();
    await client.openShop('/', 'plan_esim_999GB_7D_TH_V2');
    await client.sees('This plan is no longer sold');
    await client.sees('There are others for Thailand, from');
    await client.app.getByRole('button', { name: 'Choose another plan' }).click();
    await client.app.locator('.plan').first().waitFor();
    expect(await client.inApp('location.pathname')).toBe('/to/TH');
    await client.closeShop();

    await client.openShop('/', 'plan_nope');
    await client.sees('This plan is no longer sold');
    await client.app.getByRole('button', { name: 'See all destinations' }).click();
    await client.sees('Thailand');
  });

  it('is said at the payment too, with the way to the others', async () => {
    const { shop } = suite;
    const client = await suite.open();
    client.expectError(/status of 404/);
    const [plan] = (await shop.plans('LA')).filter(({ unlimited }) => !unlimited);
    await client.openShop(`/checkout/${plan?.id}?to=LA`);
    await client.mainButton('Pay').waitFor();
    await shop.set({ esimgo: { bundle: { name: plan?.id, price: null } } });
    await shop.cron('sync-catalogue');
    await client.press('Pay');
    await client.sees('You have not been charged. There are others for Laos');
    await client.app.getByRole('button', { name: 'Choose another plan' }).click();
    await client.app.locator('.plan').first().waitFor();
    expect(await client.app.locator(`input[value="${plan?.id}"]`).count()).toBe(0);
    expect(await chargesOf(client.userId)).toEqual([]);
  });
});

describe('a top-up that the eSIM does not take', () => {
  it('is not paid for: the same plan is offered as a new eSIM', async () => {
    const { shop } = suite;
    const client = await suite.open();
    client.expectError(/status of 409/);
    const user = await shop.user(client.userId, 'en');
    const [plan] = (await shop.plans('TH')).filter(({ unlimited }) => !unlimited);
    if (plan === undefined) throw new Error('nothing is sold for TH');
    const { body } = await user.order(plan);
    await user.pay(body.invoice_url);
    await user.waitFor(body.order.id, 'ready');
    const { id } = await newestEsimOf(shop, client.userId);
    await client.openShop(`/checkout/${plan.id}?to=TH&esim=${id}`);
    await client.mainButton('Pay').waitFor();
    await shop.query(`UPDATE esims SET vendor_state = 'suspended' WHERE id = $1`, [id]);
    await client.press('Pay');
    await client.sees('This eSIM cannot take this plan');
    await client.sees('You have not been charged');
    await client.press('Buy it as a new eSIM');
    await client.sees('You are buying');
    await client.mainButton('Pay').waitFor();
  });
});

describe('a supplier that refuses', () => {
  it('brings the Stars back, and the screen and the history say so', async () => {
    await suite.shop.faults('esimgo', [{ match: PURCHASE, action: 'not_found' }]);
    const client = await suite.open({ language: 'ru' });
    await client.openShop();
    await client.choosePlan('Таиланд', '7\u00a0дней');
    await client.pay();
    await client.app.getByRole('heading', { name: 'Выпустить eSIM не удалось' }).waitFor();
    await client.sees(/Звёзды вернулись .*\d\d:\d\d.*снова на вашем балансе/);
    await client.sees('Оператор отказал в этом заказе');
    expect(await client.app.locator('.payment__mark--good').count()).toBe(0);
    const charges = await chargesOf(client.userId);
    const { refunds } = (await suite.shop.ledger()).stars;
    expect(charges).toHaveLength(1);
    expect(refunds.filter(({ charge_id: id }) => id === charges[0]?.charge_id)).toHaveLength(1);

    await client.goTo('/history');
    await client.sees(/Возврат \d+/);
  });
});

describe('a server that is down', () => {
  it('ends in an error with a way on, and the way works', async () => {
    const client = await suite.open();
    client.expectError(/status of 503/);
    await client.context.route(/\/api\/esimgo\//, (route) => route.fulfill({ status: 503, body: 'upstream is away' }));
    await client.openShop('/to/JP');
    await client.sees('It does not work right now');
    await client.context.unrouteAll();
    await client.app.getByRole('button', { name: 'Try again' }).click();
    await client.app.locator('.plan').first().waitFor();
  });

  it('says that the network is away, too', async () => {
    const client = await suite.open({ language: 'ru' });
    client.expectError(/ERR_FAILED/);
    await client.context.route('**/api/esimgo/**', (route) => route.abort());
    await client.openShop();
    await client.sees('Нет связи');
    await client.context.unrouteAll();
    await client.tap('Повторить');
    await client.sees('Таиланд');
  });
});

describe('a slow delivery', () => {
  it('goes on while the app is closed, and is right when it is opened again', async () => {
    await suite.shop.faults('esimgo', [{ match: PURCHASE, action: 'delay', delay_ms: 12_000 }]);
    const client = await suite.open();
    await client.openShop();
    await client.choosePlan('Thailand', '7\u00a0days');
    await client.pay();
    await client.sees('Issuing your eSIM');
    await client.sees('You can close this');
    await client.closeShop();

    await client.openShop('/esims');
    await client.sees('Being issued');
    // The same card turns into the eSIM by itself.
    await client.app.getByRole('button', { name: 'Activate' }).waitFor({ timeout: 40_000 });
    await client.app.getByRole('button', { name: 'Activate' }).click();
    expect(await client.photographedQr()).toBe((await newestEsimOf(suite.shop, client.userId)).lpa);
    expect(await chargesOf(client.userId)).toHaveLength(1);
  });

  /** Paid, and not answered by the supplier. */
  async function waiting(look: Parameters<typeof suite.open>[0] = {}) {
    await suite.shop.faults('esimgo', [{ match: PURCHASE, action: 'hang' }]);
    const client = await suite.open(look);
    await client.openShop('/to/TH');
    await client.app.locator('.plan').first().click();
    await client.mainButton(/.+/).click();
    await client.app.locator('.checkout__parts').waitFor();
    await client.mainButton(/.+/).click();
    await client.sheet.waitFor();
    await client.pay();
    await client.app.locator('.steps').waitFor();
    return client;
  }
  const passMinutes = (minutes: number, userId: number) =>
    suite.shop.query(
      `UPDATE orders SET paid_at = paid_at - $2 * interval '1 minute', deliver_by = deliver_by - $2 * interval '1 minute'
       WHERE telegram_user_id = $1`,
      [userId, minutes],
    );

  it('counts down to the time by which the Stars come back', async () => {
    const client = await waiting();
    await client.sees('Issuing your eSIM');
    await passMinutes(2, client.userId);
    await client.sees(/Longer than usual\..*\d\d:\d\d/);
    const countdown = client.app.locator('.payment__left');
    const secondsLeft = async () => {
      const [minutes = NaN, seconds = NaN] = (await countdown.innerText()).split(':').map(Number);
      return minutes * 60 + seconds;
    };
    const first = await secondsLeft();
    expect(first).toBeLessThanOrEqual(780);
    await expect.poll(secondsLeft).toBeLessThan(first);
  });

  it('that may never be refunded by itself promises no time that has passed, and names a person', async () => {
    const client = await waiting({ language: 'ru' });
    await passMinutes(20, client.userId);
    await client.app.getByRole('heading', { name: 'Разбираемся с заказом' }).waitFor();
    await client.sees('Звёзды не потеряны');
    expect(await client.text()).not.toMatch(/\d\d:\d\d|вернутся сами/);
    await client.mainButton('Написать нам').waitFor();
    const { refunds } = (await suite.shop.ledger()).stars;
    const [charge] = await chargesOf(client.userId);
    expect(refunds.filter(({ charge_id: id }) => id === charge?.charge_id)).toEqual([]);
  });

  it('is not shown as if it were seen while the network is away', async () => {
    const client = await waiting();
    client.expectError(/ERR_INTERNET_DISCONNECTED|ERR_FAILED|fetching the script/);
    await client.sees('Usually 5–20 seconds');
    await client.context.setOffline(true);
    await client.sees('No connection. It goes on without you');
    expect(await client.text()).not.toContain('Usually');
    await client.context.setOffline(false);
    await client.sees('Usually 5–20 seconds');
  });

  it('lies on the first screen, once paid, and not on the plans that led to it', async () => {
    const client = await waiting();
    await client.back();
    await client.app.locator('.destinations').waitFor();
    expect(await client.inApp('location.pathname')).toBe('/');
    await client.sees('Being issued');
  });
});

describe('eSIM Go being down', () => {
  it('leaves browsing, the age of the prices, own eSIMs and their QR; the checkout refuses before any payment', async () => {
    const { shop } = suite;
    const client = await suite.open();
    await client.openShop();
    await client.choosePlan('Thailand', '7\u00a0days');
    await client.pay();
    await client.sees('Your eSIM is ready');
    const { lpa } = await newestEsimOf(shop, client.userId);
    await client.closeShop();

    await shop.faults('esimgo', [{ match: { direction: 'in' }, action: 'error_503' }]);
    await shop.app.deps.kv.delete(SUPPLIER_SNAPSHOT_KEY);
    client.expectError(/status of 503/);
    await client.openShop('/to/FR');
    await client.app.locator('.plan').first().waitFor();
    await client.sees(/Prices as of .*\d\d:\d\d/);
    await client.app.locator('.plan').first().click();
    await client.press('Continue');
    await client.press('Pay');
    await client.sees('It does not work right now');
    await client.sees('You have not been charged');
    expect(await client.sheet.count()).toBe(0);
    expect(await chargesOf(client.userId)).toHaveLength(1);

    await client.goTo('/esims');
    await client.app.locator('.esim-card__name').first().click();
    await client.tap('Show the QR code');
    expect(await client.photographedQr()).toBe(lpa);
  });
});
