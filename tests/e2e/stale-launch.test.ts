import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { useShop } from './support/suite.ts';

const MAX_AGE_S = 20;
const suite = useShop({ INIT_DATA_MAX_AGE: String(MAX_AGE_S) });

describe('a shop that was open for longer than Telegram vouches for', () => {
  it('asks to be opened again, and keeps the unfinished order', async () => {
    const client = await suite.open();
    client.expectError(/status of 401/);
    const openedAt = Date.now();
    await client.openShop();
    await client.choosePlan('Thailand', '7\u00a0days');
    await client.cancelPayment();
    await client.sees('You have not been charged');

    await sleep(openedAt + (MAX_AGE_S + 1) * 1_000 - Date.now());
    await client.press('Pay');
    await client.sees('Open the shop again');
    await client.mainButton('Close the shop').waitFor();
    expect(await client.mainButton('Pay').count()).toBe(0);
    await client.goTo('/esims');
    await client.sees('nothing is lost');
    await client.app.getByRole('button', { name: 'Close the shop' }).click();
    await client.page.locator('#app').waitFor({ state: 'hidden' });

    await client.openShop('/esims');
    await client.app.getByRole('button', { name: 'Continue payment' }).click();
    await client.press('Continue payment');
    await client.pay();
    await client.sees('Your eSIM is ready');
    const orders = await suite.shop.query(`SELECT id FROM orders WHERE telegram_user_id = $1`, [client.userId]);
    expect(orders).toHaveLength(1);
  });
});
