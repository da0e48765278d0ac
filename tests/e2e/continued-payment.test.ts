import { describe, expect, it } from 'vitest';
import { useShop } from './support/suite.ts';
import type { TelegramClient } from './support/telegram-client.ts';

const suite = useShop();

/** Ordered before, on a device that is not here. */
async function orderOf(client: TelegramClient) {
  const [plan] = await suite.shop.plans('TH');
  if (plan === undefined) throw new Error('nothing is sold for TH');
  const buyer = await suite.shop.user(client.userId);
  const { body } = await buyer.order(plan);
  return { plan, id: body.order.id, invoiceUrl: body.invoice_url };
}

async function ordersOf(client: TelegramClient) {
  return suite.shop.query<{ id: string; status: string }>(`SELECT id, status FROM orders WHERE telegram_user_id = $1`, [
    client.userId,
  ]);
}

describe('an order that was left unpaid', () => {
  it('is paid on a device that knows nothing of it, and no second one is made', async () => {
    const client = await suite.open({ platform: 'tdesktop' });
    const { id } = await orderOf(client);
    await suite.shop.control('set', { telegram: { user: { id: client.userId, can_write: false } } });
    await client.openShop('/esims');
    await client.app.getByRole('button', { name: 'Continue payment' }).click();
    await client.sees('You have not been charged');
    await client.press('Continue payment');
    await client.pay();
    await client.page.getByText('Let the bot write to you?').waitFor();
    await client.page.getByRole('button', { name: 'Allow' }).click();
    await client.sees('Your eSIM is ready');
    await client.page.locator('#messages img').first().waitFor({ state: 'attached' });
    expect(await ordersOf(client)).toEqual([{ id, status: 'ready' }]);
  });

  it('is not called unpaid on the word of a client that calls a paid invoice cancelled, as on macOS', async () => {
    const client = await suite.open({ platform: 'macos' });
    const { id, invoiceUrl } = await orderOf(client);
    await client.openShop(`/orders/${id}`);
    await client.press('Continue payment');
    await client.sheet.waitFor();
    await suite.shop.faults('telegram', [{ match: { path: 'webhook', body: 'successful_payment' }, action: 'lose' }]);
    await suite.shop.control('pay', { invoice_url: invoiceUrl, user_id: client.userId });
    await client.cancelPayment();
    await client.app.getByRole('heading', { name: 'Checking the payment' }).waitFor();
    expect(await client.text()).not.toContain('not been charged');
    await suite.shop.app.deps.kv.delete('look:stars');
    await client.app.getByRole('heading', { name: 'Your eSIM is ready' }).waitFor();
    const { charges } = (await suite.shop.ledger()).stars;
    expect(charges.filter((charge) => charge.user_id === client.userId)).toHaveLength(1);
  });

  it('leads to the new price when it can no longer be kept at its own, before a sheet opens', async () => {
    const client = await suite.open();
    const { plan, id } = await orderOf(client);
    const cost = (factor: number) =>
      suite.shop.query(`UPDATE esimgo_products SET cost_milli = cost_milli * $2::float8 WHERE bundle_name = $1`, [
        plan.id,
        factor,
      ]);
    await cost(3);
    await client.openShop(`/orders/${id}`);
    client.expectError(/409/);
    await client.press('Continue payment');
    await client.sees('The price has changed');
    await client.sees('You have not been charged');
    expect(await client.sheet.count()).toBe(0);
    await client.press('Order again');
    await client.sees('You are buying');
    await cost(1 / 3);
  });
});

describe('a paid order without a network', () => {
  it('leads to its eSIM, which this device keeps; of another order, to those it keeps', async () => {
    const client = await suite.open({ platform: 'tdesktop' });
    await client.openShop();
    await client.choosePlan('Thailand', '7\u00a0days');
    await client.pay();
    await client.sees('Your eSIM is ready');
    const [order] = await ordersOf(client);
    const { id: other } = await orderOf(client);
    await client.app.locator('.qr__code').waitFor();
    for (const path of ['/esims', `/orders/${order?.id}`]) await client.goTo(path);
    await client.press('Open my eSIM');
    await client.sees('Show the QR code');

    client.expectError(/ERR_INTERNET_DISCONNECTED|fetching the script/);
    await client.context.setOffline(true);
    await client.goTo(`/orders/${other}`);
    await client.sees('No connection');
    await client.tap('My eSIMs');
    await client.app.locator('.esim-card').waitFor();
    await client.goTo(`/orders/${order?.id}`);
    await client.sees('No connection');
    await client.tap('Your eSIM opens without internet too');
    await client.tap('Show the QR code');
    await client.app.locator('.qr__code').waitFor();
  });
});
