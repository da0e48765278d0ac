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
    await client.openShop('/esims');
    await client.app.getByRole('button', { name: 'Continue payment' }).click();
    await client.sees('You have not been charged');
    await client.press('Continue payment');
    await client.pay();
    await client.sees('Your eSIM is ready');
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
