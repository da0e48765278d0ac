import { afterEach, expect, it } from 'vitest';
import { useShop } from './support/suite.ts';

const suite = useShop();
const LOOK = 'look:stars';
afterEach(() => suite.shop.app.deps.kv.set(LOOK, 'held by the test'));

const LOST_UPDATE = { match: { path: 'webhook', body: 'successful_payment' }, action: 'lose' };

it('a payment that Telegram never told of is found while its buyer waits', async () => {
  const client = await suite.open();
  await client.openShop();
  await suite.shop.faults('telegram', [LOST_UPDATE]);
  await suite.shop.app.deps.kv.delete(LOOK);
  await client.choosePlan('Thailand', '7\u00a0days');
  await client.pay();
  await client.sees('Checking the payment');
  await client.sees('Your eSIM is ready');
});

it('a payment that cannot be found yet is never called unpaid nor asked for again, on no device', async () => {
  const client = await suite.open();
  await client.openShop();
  await suite.shop.faults('telegram', [
    LOST_UPDATE,
    { match: { path: 'getStarTransactions' }, action: 'delay', delay_ms: 3_600_000 },
  ]);
  await client.choosePlan('Thailand', '7\u00a0days');
  await client.pay();
  await client.sees('Checking the payment');

  const other = await suite.open({ userId: client.userId });
  for (const path of ['/esims', '/history']) {
    if (path === '/esims') await other.openShop(path);
    else await other.goTo(path);
    await other.sees('Checking the payment');
    expect(await other.text()).not.toMatch(/Waits for payment|not been charged|Continue payment/);
  }
  await other.goTo('/esims');
  await other.app.getByRole('button', { name: 'Thailand' }).first().click();
  await other.app.getByRole('heading', { name: 'Checking the payment' }).waitFor();
  expect(await other.text()).not.toContain('not been charged');
  expect(await other.mainButton(/pay/i).count()).toBe(0);

  await suite.shop.faults('telegram', []);
  await suite.shop.app.deps.kv.delete(LOOK);
  await other.sees('Your eSIM is ready');
  await client.sees('Your eSIM is ready');
});
